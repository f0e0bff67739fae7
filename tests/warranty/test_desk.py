"""Lists and the report through the desk, as a program uses it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import ClaimFilter, TicketFilter
from servicedesk_core.domain import Asset, Company, StatusCategory, Ticket, TicketKind
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimReport,
    Credit,
    DeviceRef,
)
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces.spans import span_of
from servicedesk_core.features.claims.drafting import acts as drafts
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.warranty import html as warranty_html
from servicedesk_core.store import sources
from servicedesk_core.store.queries.scope import Scope
from tests.warranty.conftest import NOW, names


async def test_covers_that_end_are_listed_by_day_from_every_source(desk, filled):
    report = await desk.warranty.lookup(everything=True)
    assert report.states == {"covered": 3, "no_serial": 1}
    found = await desk.warranty.expiring(within=timedelta(days=90))
    assert [(row.name, row.source, row.days_left) for row in found.items] == [("PC3", "psa", 9), ("PC1", "maker", 30)]
    assert names((await desk.warranty.expiring(within=timedelta(days=9))).items) == ["PC3"]
    assert names((await desk.warranty.expiring(within=timedelta(days=8))).items) == []
    assert names((await desk.warranty.expiring(company=("other client",))).items) == ["PC3"]


async def test_a_scope_lets_nothing_of_another_client_through(desk, filled):
    await desk.warranty.lookup(everything=True)
    mine = await desk.warranty.expiring(scope=Scope("psa", companies="5"))
    assert names(mine.items) == ["PC1"]
    assert sum(mine.states.values()) == 2
    queue = await desk.warranty.expiring(scope=Scope("psa", queues="7"))
    assert (queue.items, queue.states) == ((), {})


async def test_missed_claims_are_hardware_work_on_a_covered_device(desk, filled, put):
    def ticket(number, at, **more):
        values = {"kind": TicketKind.INCIDENT, "category": "Hardware", "asset_ref": "1", "title": f"T{number}"}
        return Ticket(external_id=str(number), number=f"T{number}", created_at=at, **values | more)

    put(
        ticket(1, datetime(2026, 5, 1, tzinfo=UTC), status_category=StatusCategory.CLOSED),
        ticket(2, datetime(2026, 7, 2, 3, tzinfo=UTC)),  # still 1 July at the desk
        ticket(3, datetime(2026, 7, 2, 5, tzinfo=UTC)),
        ticket(4, datetime(2026, 5, 1, tzinfo=UTC), category="Software"),
        ticket(5, datetime(2026, 5, 1, tzinfo=UTC), asset_ref=None),
        ticket(6, datetime(2026, 5, 1, tzinfo=UTC), asset_ref="4"),
        ticket(7, datetime(2026, 5, 1, tzinfo=UTC), asset_ref="3"),
    )
    await desk.warranty.lookup(everything=True)
    found = await desk.warranty.missed()
    assert sorted(row.ticket for row in found.items) == ["T1", "T2", "T7"]
    assert (found.not_covered, found.unknown, found.not_hardware, found.without_device) == (1, 1, 1, 1)
    later = await desk.warranty.missed(since=datetime(2026, 6, 1, tzinfo=UTC))
    assert [row.ticket for row in later.items] == ["T2"]
    scoped = await desk.warranty.missed(scope=Scope("psa", companies="6"))
    assert scoped.items == ()


async def test_a_clients_page_holds_nothing_of_anybody_else_and_no_money(desk, filled):
    await desk.warranty.lookup(everything=True)
    report = await desk.warranty.report(company="5")
    assert names(report.device_rows) == ["PC1", "PC4"]
    page = warranty_html.render(report)
    assert "Example &lt;Client&gt;" in page
    foreign = ("Other Client", "PC2", "PC3", "AC2", "XX3", "Recovered", "<Client>", "://", "servicedesk ")
    assert [word for word in foreign if word in page] == []
    assert "Recovered" in warranty_html.render(await desk.warranty.report(company="5", with_costs=True))
    whole = await desk.warranty.report()
    assert (whole.devices, whole.device_rows, whole.with_costs) == (4, (), True)
    assert "PC1" not in warranty_html.render(whole)


async def test_a_clients_page_tells_nothing_of_what_we_left_undone_unless_we_want_it(desk, filled, put):
    put(Asset(external_id="9", name="PC9", serial_number="XX9", company_ref="5", warranty_until=date(2026, 9, 1)))
    incident = {"kind": TicketKind.INCIDENT, "category": "Hardware", "created_at": NOW, "company_ref": "5"}
    put(Ticket(external_id="1", number="T1", title="Fan is loud", asset_ref="1", **incident))
    await desk.warranty.lookup(everything=True)
    report = await desk.warranty.report(company="5")
    assert [row.ticket for row in report.missed_rows] == ["T1"]
    page, own = warranty_html.render(report), warranty_html.render(report, with_missed=True)
    assert [word for word in ("without a claim", "T1", "Fan is loud") if word in page] == []
    assert [word for word in ("without a claim", "T1", "Fan is loud") if word not in own] == []
    assert [word for word in ("the manufacturer", "our records", "Base warranty") if word not in page] == []
    assert ">psa<" not in page


async def test_a_client_with_the_same_id_in_another_psa_is_another_client(desk, filled, put, store):
    put(Company(external_id="5", name="Stranger"), source="other")
    put(Asset(external_id="9", name="PC9", serial_number="SX9", company_ref="5"), source="other")
    incident = {"kind": TicketKind.INCIDENT, "category": "Hardware", "created_at": NOW, "company_ref": "5"}
    put(Ticket(external_id="9", number="S9", title="Strange", asset_ref="9", **incident), source="other")
    put(Ticket(external_id="1", number="T1", title="Own", asset_ref="1", **incident))
    device = DeviceRef(manufacturer="acme", serial_number="X")

    def claim(tx):
        for name, ticket, asset, amount in (("other", "9", "9", "77.70"), ("psa", "1", "1", "11.10")):
            origin = Origin(sources.get(tx, name).id, ticket, asset, "5")
            made = changing.add(tx, connection=None, manufacturer="acme", by_hand=True, origin=origin, force=True,
                            draft=ClaimDraft(device=device), filing_due_on=None, actor="user:ana", now=NOW)  # fmt: skip
            money = Credit(kind="parts", state="approved", approved=amount, currency="USD")
            drafts.record(tx, drafts.validated(tx, made, actor="user:ana", now=NOW),
                          ClaimReport(ref=f"R{name}", credits=(money,)), actor="user:ana", now=NOW)  # fmt: skip

    store.write_blocking(claim)
    await desk.warranty.lookup(everything=True)
    report = await desk.warranty.report(company="Example <Client>", with_costs=True)
    assert names(report.device_rows) == ["PC1", "PC4"]
    assert [row.ticket_number for row in report.claim_rows] == ["T1"]
    assert (report.claims.submitted, [str(one.approved) for one in report.claims.recovered]) == (1, ["11.1"])
    page = warranty_html.render(report)
    assert [word for word in ("Stranger", "PC9", "SX9", "S9", "77.70", "Rother") if word in page] == []
    assert "11.10" in page
    assert "11.10" not in warranty_html.render(await desk.warranty.report(company="Example <Client>"))


async def test_a_client_must_be_one(desk, filled, put):
    with pytest.raises(NotFoundLocallyError):
        await desk.warranty.report(company="Nobody")
    put(Company(external_id="7", name="other client"))
    with pytest.raises(SettingsError, match="more than one client"):
        await desk.warranty.report(company="Other Client")


async def test_a_name_that_is_not_there_is_told_with_the_nearest_and_a_beginning_is_enough(desk, filled):
    lists = (desk.tickets.list, desk.claims.list, desk.claims.propose, desk.warranty.expiring, desk.warranty.missed)
    for listed in lists[2:]:
        with pytest.raises(NotFoundLocallyError, match=r'no client "Othr Client"\. Did you mean "Other Client"'):
            await listed(company=("Othr Client",))
        assert await listed(company=("oth",)) is not None
    for listed in lists[:2]:
        wanted = TicketFilter if listed == lists[0] else ClaimFilter
        with pytest.raises(NotFoundLocallyError, match=r'no client "Othr Client"\. Did you mean "Other Client"'):
            await listed(wanted(company=("Othr Client",)))
    with pytest.raises(NotFoundLocallyError, match="Did you mean"):
        await desk.warranty.report(company="Othr Client")
    with pytest.raises(NotFoundLocallyError, match=r'no manufacturer "Acne"\. Did you mean "Acme"'):
        await desk.warranty.expiring(manufacturer=("Acne",))
    with pytest.raises(NotFoundLocallyError, match=r'no connection "pssa"\. Did you mean "psa"'):
        await desk.claims.list(ClaimFilter(connection="pssa"))
    assert names((await desk.warranty.expiring(company=("other cl",))).items) == ["PC3"]


async def test_an_act_takes_no_beginning_of_a_clients_name(desk, filled):
    with pytest.raises(NotFoundLocallyError, match='no client "Other"'):
        await desk.warranty.date_changes(company="Other")


async def test_in_a_scope_only_its_own_names_are_near(desk, filled):
    scope = Scope("psa", ["5"])
    with pytest.raises(NotFoundLocallyError) as told:
        await desk.warranty.expiring(company=("Othr Client",), scope=scope)
    assert "Other" not in str(told.value)


async def test_a_list_is_narrowed_to_a_manufacturer_and_comes_in_pieces_and_orders(desk, filled, put):
    put(
        Asset(
            external_id="31", name="B", serial_number="D1", manufacturer="DELL Inc.", warranty_until=date(2026, 6, 9)
        ),
        Asset(external_id="32", name="A", serial_number="D2", manufacturer="dell", warranty_until=date(2026, 6, 8)),
        Asset(external_id="33", name="X", manufacturer="Dell", is_active=False, warranty_until=date(2026, 6, 8)),
    )
    for word in ("Dell", "dell emc", "de"):
        found = await desk.warranty.expiring(manufacturer=(word,))
        assert (names(found), found.ending, found.retired) == (["A", "B"], 2, 1), word
    first = await desk.warranty.expiring(manufacturer=("dell",), limit=1)
    assert (names(first), first.ending) == (["A"], 2)
    second = await desk.warranty.expiring(manufacturer=("dell",), limit=1, after=first.next)
    assert (names(second), second.next) == (["B"], None)
    assert [one.name async for one in desk.each(desk.warranty.expiring, manufacturer=("dell",), limit=1)] == ["A", "B"]
    by_maker = [row.manufacturer or "" for row in await desk.warranty.expiring(sort="manufacturer")]
    assert by_maker == ["Dell", "Dell", ""], "nothing comes last"


@pytest.mark.parametrize(
    "text", ["99999999999999999999d", "101y", "9" * 5_000 + "d", "\u00b2d", "1e9d", "-1d", "d", ""]
)
def test_a_span_that_no_cover_lasts_is_none(text):
    with pytest.raises(SettingsError) as refused:
        span_of(text)
    assert "Write for example 90d" in str(refused.value.hint)
