"""Lists, report, import and dates through the desk, as a program uses it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from servicedesk_core import ClaimFilter, ServiceDesk, TicketFilter
from servicedesk_core.cli.shell.spans import span_of
from servicedesk_core.domain import Asset, Company, StatusCategory, Ticket, TicketKind
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimReport,
    Credit,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState
from servicedesk_core.errors import ConnectorError, NotFoundLocallyError, SettingsError, WriteNotGrantedError
from servicedesk_core.features.claims import drafts
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.features.warranty import html as warranty_html
from servicedesk_core.features.warranty.jobs import refresh_covers
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.store import sources
from servicedesk_core.store.queries.scope import Scope

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAKER = """
from datetime import date
from servicedesk_core.domain.warranty import Entitlement, EntitlementKind, LookupOutcome, PartInfo, PartLevel
from servicedesk_core.testing import MemoryMaker


class Acme(MemoryMaker):
    names = ("acme",)
    parts = {"AC1": (PartInfo(number="P-1", level=PartLevel.AS_BUILT), PartInfo(number="P-2", level=PartLevel.MODEL))}
    covers = {
        "AC1": (Entitlement(kind=EntitlementKind.BASE, ends_on=date(2026, 7, 1), covers_hardware=True),),
        "AC2": (Entitlement(kind=EntitlementKind.BASE, ends_on=date(9999, 12, 31), covers_hardware=True),),
    }
"""


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "maker.py").write_text(MAKER, encoding="utf-8")

    def keys(**more):
        return {
            "desk": {"name": "Example MSP", "timezone": "America/New_York"},
            "claims": {"hardware": ["hardware"]},
            "connections": {
                "psa": {"connector": "autotask", "environment": "live", "streams": ["assets"], **more},
                "acme": {"connector": str(tmp_path / "maker.py") + ":Acme", "environment": "live"},
            },
        }

    return keys


@pytest.fixture
async def desk(settings, store, clock):
    async with ServiceDesk(settings(), store=store, clock=clock) as opened:
        yield opened


@pytest.fixture
def filled(put):
    put(Company(external_id="5", name="Example <Client>"), Company(external_id="6", name="Other Client"))
    put(
        Asset(external_id="1", name="PC1", serial_number="AC1", manufacturer="Acme", company_ref="5"),
        Asset(external_id="2", name="PC2", serial_number="AC2", manufacturer="Acme", company_ref="6"),
        Asset(external_id="3", name="PC3", serial_number="XX3", company_ref="6", warranty_until=date(2026, 6, 10)),
        Asset(external_id="4", name="PC4", serial_number="To be filled by O.E.M.", company_ref="5"),
    )


def names(rows):
    return [row.name for row in rows]


async def test_covers_that_end_are_listed_by_day_from_every_source(desk, filled):
    report = await desk.warranty.lookup(everything=True)
    assert report.states == {"covered": 3, "no_serial": 1}
    found = await desk.warranty.expiring(within=timedelta(days=90))
    assert [(row.name, row.source, row.days_left) for row in found.items] == [("PC3", "psa", 9), ("PC1", "maker", 30)]
    assert names((await desk.warranty.expiring(within=timedelta(days=9))).items) == ["PC3"]
    assert names((await desk.warranty.expiring(within=timedelta(days=8))).items) == []
    assert names((await desk.warranty.expiring(company="other client")).items) == ["PC3"]


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


async def test_without_anybody_to_ask_a_look_up_is_no_success(settings, store, clock, filled):
    keys = settings()
    del keys["connections"]["acme"]
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        report = await desk.warranty.lookup(["nope"])
        assert (report.makers, report.exit_code, report.rows[0].state.value) == ((), 2, "not_recognised")


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


async def test_a_spreadsheet_gives_the_same_lists_until_a_maker_is_asked(desk, filled, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text(
        "Service Tag;Vendor;Warranty End Date;Level\nac1;ACME Inc.;31.12.2026;Basic\nAC1;ACME Inc.;30.06.2027;Plus\n"
        "Default string;Acme;31.12.2026;\nQQ9;;31.12.2026;\nQQ8;;next year;\n",
        encoding="utf-8",
    )
    dry = await desk.warranty.import_file(path, dry_run=True)
    assert dry.columns == {
        "serial_number": "Service Tag",
        "manufacturer": "Vendor",
        "ends_on": "Warranty End Date",
        "description": "Level",
    }
    assert dry.dates == {"Warranty End Date": "day-first"}
    assert (dry.rows, dry.devices, dry.assets, dry.left_out) == (5, 2, 1, 2)
    assert (await desk.warranty.expiring(within=timedelta(days=9000))).items[0].source == "psa"
    done = await desk.warranty.import_file(path)
    assert (done.new, done.assets, [row.line for row in done.bad]) == (2, 1, [4, 6])
    rows = {row.serial_number: row for row in (await desk.warranty.expiring(within=timedelta(days=9000))).items}
    assert (rows["AC1"].until, rows["AC1"].source, rows["AC1"].level) == (date(2027, 6, 30), "spreadsheet", "Plus")
    assert "QQ9" in rows
    await desk.warranty.lookup(everything=True)
    rows = {row.serial_number: row for row in (await desk.warranty.expiring(within=timedelta(days=9000))).items}
    assert (rows["AC1"].until, rows["AC1"].source) == (date(2026, 7, 1), "maker")
    again = await desk.warranty.import_file(path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)


async def test_a_date_that_cannot_be_read_is_told_by_its_shape_and_never_by_what_it_holds(desk, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("Serial,Expires\nAC1,2027-01-31\nAC2,2027-02-28\nAC3,7 Mai 27\n", encoding="utf-8")
    (bad,) = (await desk.warranty.import_file(path, dry_run=True)).bad
    told = 'The field ends_on looks like "9 aaa 99", and dates are read as 2026-03-02: --dates says otherwise.'
    assert (bad.line, bad.reason) == (4, told)


async def test_a_name_that_is_not_there_is_told_with_the_nearest_and_a_beginning_is_enough(desk, filled):
    lists = (desk.tickets.list, desk.claims.list, desk.claims.propose, desk.warranty.expiring, desk.warranty.missed)
    for listed in lists[2:]:
        with pytest.raises(NotFoundLocallyError, match=r'no client "Othr Client"\. Did you mean "Other Client"'):
            await listed(company="Othr Client")
        assert await listed(company="oth") is not None
    for listed in lists[:2]:
        wanted = TicketFilter if listed == lists[0] else ClaimFilter
        with pytest.raises(NotFoundLocallyError, match=r'no client "Othr Client"\. Did you mean "Other Client"'):
            await listed(wanted(company="Othr Client"))
    with pytest.raises(NotFoundLocallyError, match="Did you mean"):
        await desk.warranty.report(company="Othr Client")
    with pytest.raises(NotFoundLocallyError, match=r'no manufacturer "Acne"\. Did you mean "Acme"'):
        await desk.warranty.expiring(manufacturer="Acne")
    with pytest.raises(NotFoundLocallyError, match=r'no connection "pssa"\. Did you mean "psa"'):
        await desk.claims.list(ClaimFilter(connection="pssa"))
    assert names((await desk.warranty.expiring(company="other cl")).items) == ["PC3"]


async def test_an_act_takes_no_beginning_of_a_clients_name(desk, filled):
    with pytest.raises(NotFoundLocallyError, match='no client "Other"'):
        await desk.warranty.date_changes(company="Other")


async def test_in_a_scope_only_its_own_names_are_near(desk, filled):
    scope = Scope("psa", ["5"])
    with pytest.raises(NotFoundLocallyError) as told:
        await desk.warranty.expiring(company="Othr Client", scope=scope)
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
        found = await desk.warranty.expiring(manufacturer=word)
        assert (names(found), found.ending, found.retired) == (["A", "B"], 2, 1), word
    first = await desk.warranty.expiring(manufacturer="dell", limit=1)
    assert (names(first), first.ending) == (["A"], 2)
    second = await desk.warranty.expiring(manufacturer="dell", limit=1, after=first.next)
    assert (names(second), second.next) == (["B"], None)
    assert [one.name async for one in desk.each(desk.warranty.expiring, manufacturer="dell", limit=1)] == ["A", "B"]
    by_maker = [row.manufacturer or "" for row in await desk.warranty.expiring(sort="manufacturer")]
    assert by_maker == ["Dell", "Dell", ""], "nothing comes last"


async def test_serial_numbers_that_a_spreadsheet_turned_into_numbers_are_nobodys(desk, put, tmp_path):
    put(
        Asset(external_id="1", name="PC1", serial_number="1.23457E+11", manufacturer="Acme"),
        Asset(external_id="2", name="PC2", serial_number="8939010102358470000", manufacturer="Acme"),
    )
    path = tmp_path / "w.csv"
    path.write_text(
        "Serial,Vendor,Expires\n1.23457E+11,Acme,2027-01-31\n"
        '"1,23457E+11",Acme,2027-01-31\n8.93901E+18,Acme,2027-01-31\n8939010102358480000,Acme,2027-01-31\n'
        "5CG1E11,Acme,2027-01-31\n",
        encoding="utf-8",
    )
    done = await desk.warranty.import_file(path)
    assert (done.devices, [row.line for row in done.bad], [row.line for row in done.doubtful]) == (2, [2, 3, 4], [5])
    assert {row.reason for row in done.bad} == {
        "The device has a serial number that a spreadsheet turned into a number."
    }
    report = await desk.warranty.lookup(everything=True)
    states = {row.name: (row.state.value, row.reason or "") for row in report.rows}
    assert states["PC1"] == ("no_serial", "The device has a serial number that a spreadsheet turned into a number.")
    assert "may have cut it off" in states["PC2"][1]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("Name,Ends\nA,2026-01-01\n", {}, "serial_number"),
        ("Serial,Note\nA1B,x\n", {}, "ends_on"),
        ("Serial,Ends\nA1B,03/04/2026\n", {"columns": {"ends_on": "Ends"}}, "day first or month first"),
        ("Serial,Ends\nA1B,soon\n", {"columns": {"ends_on": "Ends"}}, "does not seem to hold dates"),
        ("Serial,Expires\nA1B,2026-01-01\n", {"columns": {"ends_on": "No such"}}, "has no column"),
        ("Serial,Expires\nA1B,2026-01-01\n", {"columns": {"colour": "Serial"}}, "no field"),
    ],
)
async def test_what_is_not_clear_in_a_spreadsheet_is_asked_for(desk, tmp_path, text, options, message):
    path = tmp_path / "w.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        await desk.warranty.import_file(path, **options)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nSerial Number;Vendor;Warranty End\nAC1;Acme;2027-01-31\n;;\nAC2;Acme;2028-02-29\n",
        "Devices,,\n\nSerial Number,Vendor,Warranty End\nAC1,Acme,2027-01-31\nAC2,Acme,2028-02-29\n",
        "Serial Number,Vendor,Warranty End\nAC1,Acme,31-JAN-2027,\nAC2,Acme,29-FEB-2028,\n",
    ],
)
async def test_a_spreadsheet_is_read_with_the_eyes_that_read_tickets(desk, tmp_path, text):
    path = tmp_path / "w.csv"
    path.write_text(text, encoding="utf-8")
    done = await desk.warranty.import_file(path, dry_run=True)
    assert (done.rows, done.devices, done.left_out) == (2, 2, 0)


async def test_only_a_makers_own_dates_are_proposed_for_the_psa(desk, filled):
    await desk.warranty.lookup(everything=True)
    changes = await desk.warranty.date_changes()
    assert [(c.asset, c.before, c.after, c.origin) for c in changes] == [("PC1", None, date(2026, 7, 1), "acme")]
    with pytest.raises(WriteNotGrantedError):
        await desk.warranty.write_dates(shown=changes)


async def test_dates_are_ordinary_writes_that_keep_the_old_value(settings, store, clock, filled):
    granted = settings(writes=["assets.update"])
    async with ServiceDesk(granted, store=store, clock=clock) as desk:
        await desk.warranty.lookup(everything=True)
        changes = await desk.warranty.date_changes()
        (write,) = (await desk.warranty.write_dates(shown=changes, send=False)).writes
        (change,) = write.changes
        assert (write.kind, write.target, write.state.value) == ("assets.update", "1", "queued")
        assert (change.field, change.before, change.after) == ("warranty_until", None, "2026-07-01")
        (again,) = (await desk.warranty.write_dates(send=False)).writes
        assert again.id == write.id


async def test_dates_of_a_spreadsheet_are_never_written(desk, filled, store):
    device = DeviceRef(manufacturer="acme", serial_number="AC1")
    row = Entitlement(kind=EntitlementKind.OTHER, ends_on=date(2030, 1, 1), covers_hardware=True)
    result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(row,))

    def work(tx):
        for origin, source in (("spreadsheet", CoverSource.SPREADSHEET), ("shop", CoverSource.DISTRIBUTOR)):
            answers.put(tx, [result], origin=origin, source=source, now=NOW)

    store.write_blocking(work)
    assert await desk.warranty.date_changes() == ()


async def test_no_date_is_written_of_a_device_that_may_still_be_covered(desk, filled, store):
    device = DeviceRef(manufacturer="Acme", serial_number="AC1")
    ended = Entitlement(kind=EntitlementKind.BASE, ends_on=date(2026, 5, 1), covers_hardware=True)
    contract = Entitlement(kind=EntitlementKind.CONTRACT, vendor_status="YES")

    def say(*covers):
        result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=covers)

        def work(tx):
            answers.put(tx, [result], origin="acme", source=CoverSource.MAKER, now=NOW)

        store.write_blocking(work)

    say(ended, contract)
    assert await desk.warranty.date_changes() == ()
    say(ended)
    assert [change.after for change in await desk.warranty.date_changes()] == [date(2026, 5, 1)]


async def test_what_a_maker_said_of_a_device_is_shown_and_stays_known(desk, filled, store):
    device = DeviceRef(manufacturer="acme", serial_number="AC1")
    told = {
        "product": "Model 1",
        "shipped_on": date(2024, 4, 20),
        "purchased_on": date(2024, 5, 2),
        "supported_until": date(2030, 1, 31),
    }

    def answer(**more):
        result = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, **more)
        landed = store.write_blocking(
            lambda tx: answers.put(tx, [result], origin="acme", source=CoverSource.MAKER, now=NOW)
        )
        fact = CoverFact.of(result, source=CoverSource.MAKER, origin="acme", at=NOW)
        return landed, fact

    landed, blank = answer()
    assert landed.new == 1
    landed, full = answer(**told)
    assert landed.changed == 1
    answer()
    (row,) = (await desk.warranty.lookup(["AC1"])).rows
    assert {name: getattr(row, name) for name in ("shipped_on", "purchased_on", "supported_until")} == {
        name: told[name] for name in ("shipped_on", "purchased_on", "supported_until")
    }
    assert blank.after(full) == full
    sql = "SELECT product, shipped_on, purchased_on, supported_until FROM v_cover WHERE serial_number = 'AC1'"
    assert store.read_blocking(lambda tx: tuple(tx.execute(text(sql)).one())) == tuple(map(str, told.values()))


@pytest.mark.parametrize("keeping", [("days:30", 29, True), ("days:30", 31, False), ("full", 999, True)])
async def test_a_makers_own_answers_are_kept_as_long_as_the_connection_says(settings, store, clock, keeping):
    kept, days, held = keeping
    keys = settings()
    keys["connections"]["acme"]["raw"] = kept
    device = DeviceRef(manufacturer="acme", serial_number="AC9")
    found = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, raw={"tag": "AC9"})
    store.write_blocking(lambda tx: answers.put(tx, [found], origin="acme", source=CoverSource.MAKER, now=NOW))
    clock.advance(days * 86_400)
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        await desk.warranty.lookup(["AC1"])
    raw = store.read_blocking(lambda tx: answers.raw(tx, 1, "acme"))
    assert raw == ({"tag": "AC9"} if held else None)


async def test_the_job_asks_again_only_what_is_old(desk, filled, clock):
    assert await refresh_covers(desk, None) == "4 devices, 3 asked, 0 changed"
    assert await refresh_covers(desk, None) == "4 devices, 0 asked, 0 changed"
    clock.advance(40 * 86_400)
    assert await refresh_covers(desk, None) == "4 devices, 2 asked, 0 changed"


@pytest.mark.parametrize(("serials", "is_failed"), [(("AC1", "AC2"), False), (("AC1", "AC2", "AC5"), True)])
async def test_the_job_fails_with_its_maker_and_not_with_a_device_or_two(  # noqa: PLR0917  # fixtures
    settings, store, clock, put, tmp_path, serials, is_failed
):
    reads_nothing = "\n    spoil = staticmethod(lambda results: [one.model_copy(update=FAILED) for one in results])\n"
    failed = 'FAILED = {"outcome": LookupOutcome.FAILED, "entitlements": (), "reason": "It is a page."}\n'
    put(*(Asset(external_id=one, serial_number=one, manufacturer="Acme") for one in serials))
    keys = settings()
    (tmp_path / "maker.py").write_text(MAKER + reads_nothing + failed, encoding="utf-8")
    async with ServiceDesk(keys, store=store, clock=clock) as desk:
        if is_failed:
            with pytest.raises(ConnectorError, match="acme: It is a page"):
                await refresh_covers(desk, None)
        else:
            assert await refresh_covers(desk, None) == "2 devices, 2 asked, 0 changed"


async def test_only_connections_that_can_look_up_are_asked(desk, filled):
    with pytest.raises(SettingsError, match="cannot look up warranty"):
        await desk.warranty.lookup(["AC1"], connections=["psa"])
    with pytest.raises(SettingsError, match="No device was named"):
        await desk.warranty.lookup()
    report = await desk.warranty.lookup(["AC1"])
    assert [one.connection for one in report.makers] == ["acme"]
    assert report.rows[0].state is CoverState.COVERED


async def test_parts_come_from_the_maker_that_recognises_the_device(desk):
    found = await desk.warranty.parts(DeviceRef(manufacturer="ACME", serial_number="ac1"))
    assert (found.connection, found.device.serial_number) == ("acme", "AC1")
    assert [part.number for part in found.parts] == ["P-1", "P-2"]
    assert (await desk.warranty.parts(found.device, connection="acme")).parts == found.parts


async def test_parts_are_asked_for_at_the_maker_that_the_psa_names(desk, put):
    put(Asset(external_id="1", serial_number="AC1", manufacturer="Somebody Else"))
    with pytest.raises(SettingsError, match="No connection recognises"):
        await desk.warranty.parts("AC1")


async def test_parts_of_nobodys_device_say_who_was_asked(desk):
    with pytest.raises(SettingsError, match="acme"):
        await desk.warranty.parts(DeviceRef(manufacturer="Somebody Else", serial_number="X1"))
    with pytest.raises(SettingsError, match="psa lists no service parts"):
        await desk.warranty.parts("AC1", connection="psa")


async def test_a_manufacturer_has_no_job_that_pulls(desk):
    assert desk.unread == ("acme",)
    names = {job.job for job in await desk.jobs()}
    assert {job.job for job in (await desk.status()).schedule} == names
    assert {job.job for job in (await desk.health()).jobs} == names
    assert "sync:psa" in names
    assert "sync:acme" not in names
    with pytest.raises(SettingsError, match="no job"):
        await desk.run_jobs("sync:acme")


@pytest.mark.parametrize(
    "text", ["99999999999999999999d", "101y", "9" * 5_000 + "d", "\u00b2d", "1e9d", "-1d", "d", ""]
)
def test_a_span_that_no_cover_lasts_is_none(text):
    with pytest.raises(SettingsError) as refused:
        span_of(text)
    assert "Write for example 90d" in str(refused.value.hint)
