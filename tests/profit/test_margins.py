"""Margins of a desk: from records and definitions to lines, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Text, insert, select, type_coerce

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.domain import (
    BillingItem,
    Charge,
    Company,
    Contract,
    ContractBlock,
    ContractRate,
    ContractUnits,
    Project,
    Task,
    Technician,
    Ticket,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.domain.warranty import ClaimState, CreditKind, CreditState
from servicedesk_core.errors import NotPermittedError, SettingsError
from servicedesk_core.features.profit.ledger import Excluded
from servicedesk_core.features.profit.model import Band, By, Flag, Uncosted
from servicedesk_core.store import sources
from servicedesk_core.store.schema import claim_credits, claims
from tests.profit.conftest import HOUR, NOW, entry, example


@pytest.fixture
async def acme(desk, folder, put):
    """The desk with the worked example."""
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(*example())
    return desk


def numbers(rows):
    return {
        one.name: (one.worked_s // HOUR, one.recurring, one.revenue, one.cost, one.profit, one.margin_percent)
        for one in rows
    }


async def test_the_worked_example_comes_out_of_records(acme):
    await acme.store.write(recovered)
    found = await acme.profit.show(period="2026-10", by=By.TYPE)
    assert numbers(found) == {
        "incident": (
            12,
            Decimal("1636.36"),
            Decimal("1876.36"),
            Decimal("705.00"),
            Decimal("1171.36"),
            Decimal("62.43"),
        ),
        "service request": (
            4,
            Decimal("545.46"),
            Decimal("545.46"),
            Decimal("168.00"),
            Decimal("377.46"),
            Decimal("69.20"),
        ),
        "recurring": (6, Decimal("818.18"), Decimal("818.18"), Decimal("231.00"), Decimal("587.18"), Decimal("71.77")),
    }
    total = found.total
    assert (total.revenue, total.cost, total.profit) == (Decimal("3240.00"), Decimal("1104.00"), Decimal("2136.00"))
    assert (total.margin_percent, total.hourly, total.flags) == (Decimal("65.93"), Decimal("136.36"), ())
    [client] = await acme.profit.show(period="2026-10", client="acm")
    assert (client.name, client.ref, client.connection, client.revenue) == ("Acme", "c1", "psa", Decimal("3240.00"))


def recovered(tx, amount="60.00", currency="EUR", **more):
    """Store a claim for the ticket of the example, of which so much was approved and a fee of a tenth was kept."""
    c = claims.c
    at = {"state_since": NOW, "created_at": NOW, "changed_at": NOW}
    source_id = sources.id_of(tx, "psa")
    texts = {c.body: "{}", c.progress: "{}"}
    tx.execute(
        insert(claims).values(
            {
                c.claim_id: "C1", c.revision: 1, c.manufacturer: "Acme", c.by_hand: True, c.ticket_source_id: source_id,
                c.ticket_ref: "1", c.company_ref: "c1", c.serial_number: "S1", c.state: ClaimState.APPROVED,
                c.is_open: False, c.created_by: "user:ana", **{claims.c[name]: value for name, value in at.items()},
            }
            | {column: type_coerce(text, Text) for column, text in texts.items()}
        )
    )  # fmt: skip
    [number] = tx.execute(select(c.id)).scalars()
    credit = {"claim": number, "currency": currency, "state": CreditState.APPROVED, "approved_on": date(2026, 10, 20)}
    for place, (kind, approved) in enumerate(
        ((CreditKind.PARTS, Decimal(amount) * 2), (CreditKind.FEE, Decimal(amount)))
    ):
        tx.execute(insert(claim_credits).values(**credit, number=place, kind=kind, approved=approved))


async def by(desk, what=By.TYPE, **more):
    found = await desk.profit.show(period="2026-10", by=what, **more)
    return found, {one.name: one for one in found}


async def test_work_for_money_earns_what_was_posted_and_is_unknown_until_then(acme, put):
    hours = Contract(external_id="k2", name="Hours", company_ref="c2", kind=ContractKind.TIME_AND_MATERIALS)
    await put(
        Company(external_id="c2", name="Beta"),
        hours,
        Ticket(external_id="4", company_ref="c2", contract_ref="k2", kind="change"),
        entry("e5", "4", 2, is_billable=True),
        entry("e6", "4", 1, is_billable=False),
        BillingItem(
            external_id="i5",
            company_ref="c2",
            ticket_ref="4",
            time_entry_ref="e5",
            contract_ref="k2",
            item_on=date(2026, 10, 14),
            own_price=Decimal("199.50"),
        ),
        BillingItem(
            external_id="i6",
            company_ref="c2",
            ticket_ref="4",
            time_entry_ref="e6",
            contract_ref="k2",
            item_on=date(2026, 10, 14),
            own_price=Decimal("99.00"),
            is_billable=False,
        ),
    )
    _, clients = await by(acme, By.CLIENT)
    beta = clients["Beta"]
    assert (beta.time, beta.cost, beta.unknown, beta.flags) == (Decimal("199.50"), Decimal("126.00"), 0, ())
    assert beta.margin_percent == Decimal("36.84")
    await put(entry("e7", "4", 1), entry("e8", "1", 1, is_billable=False))
    _, clients = await by(acme, By.CLIENT)
    assert (clients["Beta"].unknown, clients["Beta"].margin_percent) == (1, None)
    assert clients["Beta"].flags == (Flag.UNKNOWN_REVENUE,)
    assert not clients["Acme"].unknown, "what a recurring contract covers is no hour to be paid"


async def test_work_that_a_contract_excludes_or_may_exclude_is_unknown_until_it_is_posted(acme, put):
    terms = {"company_ref": "c1", "kind": ContractKind.RECURRING, "end_on": date(2025, 1, 1)}
    await put(
        Contract(external_id="k5", name="A", excluded_role_refs=("r3",), excluded_billing_code_refs=("b9",), **terms),
        Contract(external_id="k6", name="B", **terms),
        entry("e5", "1", 1, contract_ref="k5"),
        entry("e6", "1", 1, "t3", "r3", contract_ref="k5"),
        entry("e7", "1", 1, contract_ref="k5", billing_code_ref="b9"),
        entry("e8", "1", 1, contract_ref="k6"),
    )
    _, contracts = await by(acme, By.CONTRACT)
    no_revenue = 1
    assert (contracts["A"].unknown, contracts["B"].unknown) == (2 + no_revenue, 1 + no_revenue)


async def test_hours_bought_in_advance_earn_their_price_when_they_are_used(acme, put):
    await put(
        Company(external_id="c2", name="Beta"),
        Contract(external_id="k3", name="Block", company_ref="c2", kind=ContractKind.BLOCK_HOURS),
        ContractBlock(external_id="bl", contract_ref="k3", hourly_price=Decimal("110.00"), currency="EUR"),
        Ticket(external_id="4", company_ref="c2", contract_ref="k3", kind="incident"),
        entry("e5", "4", 1.5),
        BillingItem(
            external_id="i5",
            company_ref="c2",
            ticket_ref="4",
            time_entry_ref="e5",
            contract_ref="k3",
            contract_block_ref="bl",
            quantity=Decimal("1.5"),
            item_on=date(2026, 10, 14),
            own_price=Decimal(0),
        ),
    )
    _, clients = await by(acme, By.CLIENT)
    assert (clients["Beta"].blocks, clients["Beta"].cost) == (Decimal("165.00"), Decimal("63.00"))
    assert clients["Beta"].margin_percent == Decimal("61.82")


async def test_projects_have_a_line_of_their_own_and_internal_time_has_none(acme, put):
    await put(
        Project(external_id="p1", name="Move", company_ref="c1"),
        Task(external_id="a1", title="Cables", project_ref="p1"),
        entry("e5", None, 3, task_ref="a1", is_billable=False),
        BillingItem(
            external_id="i5", company_ref="c1", project_ref="p1", item_on=date(2026, 10, 2), own_price=Decimal("500.00")
        ),
        entry("e6", None, 5),
        entry("e7", "1", 7, day=None),
        entry("e8", "1", 1, day=None, start_at=datetime(2026, 11, 1, 3, 59, tzinfo=UTC), is_billable=False),
        entry("e9", "1", 1, day=None, start_at=datetime(2026, 11, 1, 4, tzinfo=UTC)),
    )
    found, projects = await by(acme, By.PROJECT)
    assert (projects["Move"].other, projects["Move"].cost) == (Decimal("500.00"), Decimal("126.00"))
    _, kinds = await by(acme, By.TYPE)
    assert kinds["project task"].worked_s == 3 * HOUR
    assert kinds["incident"].worked_s == 13 * HOUR, "a day that nobody wrote is that of the desk's zone"
    assert {(one.reason, one.facts, one.worked_s // HOUR) for one in found.excluded} == {
        (Excluded.INTERNAL.value, 1, 5),
        (Excluded.UNDATED.value, 1, 0),
    }


async def test_our_own_company_is_counted_and_has_no_margin(acme, put, folder):
    text = (folder / "profit.toml").read_text()
    own = text.replace('currency = "EUR"', 'currency = "EUR"\nown_companies = ["Example MSP"]', 1)
    (folder / "profit.toml").write_text(own)
    await acme.definitions.apply(reason="our own", folder=folder)
    await put(
        Company(external_id="c0", name="Example MSP"),
        Ticket(external_id="4", company_ref="c0", kind="incident"),
        entry("e5", "4", 2, day=date(2026, 12, 1)),
    )
    before = await acme.profit.show(period="2026-11")
    assert not before.excluded, "what was decided later holds for the months that begin later"
    found = await acme.profit.show(period="2026-12")
    assert [(one.reason, one.facts, one.worked_s // HOUR) for one in found.excluded] == [
        (Excluded.OWN_COMPANY.value, 1, 2)
    ]
    assert [one.name for one in found] == ["Acme"]


async def test_other_currencies_count_at_the_rate_of_the_month_or_are_left_out_and_told(acme, put, folder):
    terms = {"company_ref": "c1", "project_ref": "p9", "item_on": date(2026, 10, 3)}
    await put(
        BillingItem(external_id="i5", price=Decimal("100.00"), currency="USD", **terms),
        BillingItem(external_id="i6", price=Decimal("70.00"), currency="CHF", **terms),
        BillingItem(external_id="i7", price=Decimal("9.00"), **terms),
        BillingItem(external_id="i8", **terms),
    )
    with (folder / "profit.toml").open("a") as file:
        file.write('\n[exchange_rates.USD]\nmonths = { "2026-10" = 0.92 }\n')
    await acme.definitions.apply(reason="rates", folder=folder)
    found, kinds = await by(acme, By.TYPE)
    assert (kinds["project task"].other, kinds["project task"].unknown) == (Decimal("92.00"), 1)
    assert [(one.month, one.currency, one.rate) for one in found.rates] == [("2026-10", "USD", Decimal("0.92"))]
    assert {(one.reason, one.amount, one.currency) for one in found.excluded} == {
        (Excluded.CURRENCY.value, Decimal(70), "CHF"),
        (Excluded.NO_CURRENCY.value, Decimal(9), None),
    }


async def test_work_costs_what_held_on_its_day(acme, put, folder, clock):
    text = (folder / "profit.toml").read_text()
    path = folder / "profit.toml"
    path.write_text(text.replace("hour = 42.00", "hour = 50.00\neffective_from = 2026-11-16"))
    await acme.definitions.apply(reason="new wages", folder=folder)
    clock.advance(30 * 24 * HOUR)
    path.write_text(path.read_text().replace("[cost_rates.dana]", "[cost_rates.other]"))
    await acme.definitions.apply(reason="Dana left", folder=folder, remove=True)
    await put(
        entry("e5", "2", 1, day=date(2026, 11, 15)),
        entry("e6", "2", 1, day=date(2026, 11, 16)),
        entry("e7", "3", 1, "t3", "r3", day=date(2026, 12, 9)),
        entry("e8", "3", 1, "t3", "r3", day=date(2026, 12, 10)),
    )
    november = await acme.profit.show(period="2026-11", by=By.TYPE)
    assert {one.name: one.labour for one in november} == {"service request": Decimal("92.00"), "unallocated": 0}
    quarter = await acme.profit.show(period="2026-Q4", by=By.MONTH)
    assert {one.name: one.labour for one in quarter} == {
        "2026-10": Decimal("984.00"),
        "2026-11": Decimal("92.00"),
        "2026-12": Decimal("77.00"),
    }


async def test_what_the_psa_says_of_work_on_a_contract_counts_where_nothing_was_decided(acme, put):
    await put(
        Technician(external_id="t9", name="Eve New"),
        ContractRate(external_id="c1", contract_ref="k1", technician_ref="t9", role_ref="r9", hourly_cost=Decimal(30)),
        ContractRate(external_id="c2", contract_ref="k1", technician_ref="t1", role_ref="r1", hourly_cost=Decimal(99)),
        ContractRate(external_id="c3", contract_ref="k2", technician_ref="t9", hourly_cost=Decimal(88)),
        ContractRate(external_id="c4", contract_ref="k1", role_ref="r8", hourly_price=Decimal(77)),
        entry("e5", "1", 2, "t9", "r9"),
        entry("e6", "1", 1, "t9", "r8"),
    )
    found, _ = await by(acme)
    assert found.total.labour == Decimal("984.00") + 2 * 30, "what was decided goes before what the PSA says"
    assert (found.total.uncosted, found.total.uncosted_s) == (1, HOUR)
    assert [one.ref for one in await acme.profit.uncosted(period="2026-10")] == ["e6"]


async def test_what_lacks_a_cost_is_listed_as_often_as_it_is_counted(acme, put):
    await put(
        Technician(external_id="t9", name="Eve New"),
        entry("e5", "1", 2, "t9", "r9", day=date(2026, 10, 3)),
        entry("e6", "2", 1, "t9", "r9", day=date(2026, 10, 2)),
        entry("e7", "1", 1, "t9", "r1"),
        entry("e8", "1", 1, "t3", "r9", day=date(2026, 11, 2)),
        entry("e9", None, 1, "t9", "r9"),
        Charge(external_id="g2", name="Cable", ticket_ref="1", bought_on=date(2026, 10, 4), is_billable=False),
        ContractUnits(
            external_id="u2",
            contract_ref="k1",
            start_on=date(2026, 9, 16),
            end_on=date(2026, 10, 15),
            own_price=Decimal("300.00"),
        ),
    )
    found, _ = await by(acme)
    listed = await acme.profit.uncosted(period="2026-10", limit=1)
    assert [(one.ref, one.ticket_number, one.technician, one.role, one.worked_s) for one in listed] == [
        ("e6", "T2", "Eve New", "r9", HOUR)
    ]
    assert listed.items[0].why == "no cost rate of Eve New as r9 for that day"
    rest = await acme.profit.uncosted(period="2026-10", after=listed.next)
    assert ([one.ref for one in rest], rest.next) == (["e5"], None)
    [charge] = await acme.profit.uncosted(period="2026-10", of=Uncosted.CHARGES)
    [service] = await acme.profit.uncosted(period="2026-10", of=Uncosted.SERVICES)
    assert (charge.ref, charge.name, service.ref) == ("g2", "Cable", "u2")
    assert (found.total.uncosted, found.total.uncosted_s) == (4, 3 * HOUR)
    assert found.total.flags == (Flag.UNCOSTED,)
    assert found.total.recurring == Decimal("3150.00")


async def test_a_contract_of_which_nothing_is_known_that_it_earns_is_said_to_be_unknown(acme, put):
    await put(Contract(external_id="k9", name="Silent", company_ref="c1", kind=ContractKind.RECURRING))
    _, contracts = await by(acme, By.CONTRACT)
    assert (contracts["Silent"].unknown, contracts["Silent"].revenue, contracts["Silent"].margin_percent) == (
        1,
        0,
        None,
    )
    assert contracts["Care"].unknown == 0


async def test_without_a_policy_it_is_said_what_to_write(desk):
    with pytest.raises(SettingsError, match="Nobody decided how the margins of 2026-10 are counted"):
        await desk.profit.show(period="2026-10")


async def test_costs_are_shown_to_nobody_who_may_not_see_them(settings, clock):
    people = {
        "eve": {"roles": ["service-manager"]},
        "tom": {"roles": ["technician"]},
        "una": {"roles": ["finance"], "companies": ["c1"]},
    }
    async with ServiceDesk(settings | {"people": people}, clock=clock) as desk:
        for name, says in (("tom", "money.read"), ("una", "sees a part of the desk")):
            who = desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))
            for call in (who.profit.show, who.profit.uncosted, who.profit.months):
                with pytest.raises(NotPermittedError, match=says):
                    await call()
        assert not (await desk.acting_as(Actor("user:eve", Way.CONSOLE)).profit.months()).items


async def test_an_account_manager_sees_in_which_band_the_margins_of_their_own_clients_lie(acme, put, settings, clock):
    mine = {"owner_ref": "t9"}
    names = {"c1": "Acme", "c2": "Bolt", "c3": "Coil", "c4": "Dray", "c5": "Elm"}
    await put(*(Company(external_id=ref, name=name, **(mine if ref != "c5" else {})) for ref, name in names.items()))
    await put(Technician(external_id="t9", name="Otto"))
    sold = {"c2": ("100", "70"), "c3": ("100", "110"), "c5": ("100", "0.50")}
    for ref, (price, cost) in sold.items():
        await put(Ticket(external_id=f"x{ref}", title="Disk", company_ref=ref))
        values = {"price": Decimal(price), "cost": Decimal(cost), "currency": "EUR", "is_billable": True}
        await put(Charge(external_id=f"x{ref}", ticket_ref=f"x{ref}", bought_on=date(2026, 10, 5), **values))
    people = {
        "otto": {"roles": ["account-manager"], "technician": "t9"},
        "pia": {"roles": ["account-manager"], "technician": "t9", "companies": ["c2", "c5"]},
        "una": {"roles": ["account-manager"]},
    }
    async with ServiceDesk(settings | {"people": people}, clock=clock) as desk:
        otto, pia, una = (desk.acting_as(Actor(f"user:{name}", Way.CONSOLE)).profit for name in people)
        found = (await otto.own(period="2026-10")).items
        assert {one.name: one.band for one in found} == {
            "Acme": Band.GOOD,
            "Bolt": Band.FAIR,
            "Coil": Band.LOSS,
            "Dray": Band.UNKNOWN,
        }
        assert [one.name for one in await otto.own(period="2026-10", scope=Scope("psa", companies={"c5", "c3"}))] == [
            "Coil"
        ]
        assert [one.name for one in await pia.own(period="2026-10")] == ["Bolt"]
        with pytest.raises(SettingsError, match="which technician you are"):
            await una.own(period="2026-10")
        with pytest.raises(NotPermittedError, match=r"money\.read"):
            await otto.show(period="2026-10")
