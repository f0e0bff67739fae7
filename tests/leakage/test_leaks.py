"""What nobody is billed for, on a desk: found, accepted, taken back, told of each night."""

import asyncio
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, text, update

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    Asset,
    BillingCode,
    BillingItem,
    Charge,
    Company,
    Contract,
    ContractBlock,
    ContractService,
    ContractUnits,
    Role,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Watch
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.leakage.alerting import new_leaks
from servicedesk_core.features.leakage.jobs import look
from servicedesk_core.features.leakage.kpis import KPIS
from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.features.leakage.tables.kept import keep, kept
from servicedesk_core.store import Store, outbox
from servicedesk_core.store.queries.taken import CHARGE, TAKE
from servicedesk_core.store.schema import outbox as writes
from servicedesk_core.store.schema import part_costs
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.billing.books import bill

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
HOUR = 3600

DEFINITIONS = """\
[profit]
currency = "EUR"

[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "09:00-17:00" }

[sla]
calendar = "office"
policies = [{ name = "all", otherwise = { completion = "8 h" } }]

[billing]
after_hours = ["Nights"]
after_hours_factor = 1.5

[work_kinds]
rework = ["Own fault"]

[counted_services.workstations]
services = ["Managed workstation"]
counts = "devices"
kinds = ["workstation"]
"""


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
async def desk(store_url, clock):
    settings = {
        "desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: stored.put(tx, tuple(a_desk()), now=NOW))
        yield opened


@pytest.fixture
async def decided(desk, tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "service.toml").write_text(DEFINITIONS)
    await desk.definitions.apply(folder=folder, reason="agreed")
    return desk


def entry(ref, ticket="1", hours=1, **more):
    values = {
        "ticket_ref": ticket, "role_ref": "r1", "work_date": date(2026, 11, 5), "billing_code_ref": "b1",
        "worked_s": round(hours * HOUR), "billed_s": round(hours * HOUR),
    }  # fmt: skip
    return TimeEntry(external_id=ref, **values | more)


def a_desk():
    yield Company(external_id="c1", name="Acme")
    yield Company(external_id="c2", name="Bolt")
    yield Company(external_id="own", name="Example MSP", is_own=True)
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal(100))
    yield Role(external_id="r2", name="Architect", hourly_price=Decimal("150.50"))
    yield BillingCode(external_id="b1", name="Remote")
    yield BillingCode(external_id="b2", name="Nights")
    yield BillingCode(external_id="b3", name="Own fault")
    care = {
        "company_ref": "c1",
        "kind": ContractKind.RECURRING,
        "is_active": True,
        "excluded_billing_code_refs": ("b2",),
    }
    yield Contract(external_id="k1", name="Care", excluded_role_refs=("r2",), **care)
    yield Contract(
        external_id="k2",
        name="Old care",
        excluded_role_refs=(),
        **care | {"is_active": False, "end_on": date(2026, 10, 31)},
    )
    yield Contract(external_id="k3", name="Hours", company_ref="c2", kind=ContractKind.BLOCK_HOURS, is_active=True)
    for ref, client, contract in (
        ("1", "c1", "k1"),
        ("2", "c1", "k2"),
        ("3", "c2", "k3"),
        ("4", "own", None),
        ("5", "c2", None),
    ):
        yield Ticket(external_id=ref, number=f"T{ref}", company_ref=client, contract_ref=contract)
    yield entry("e1")
    yield entry("e2", role_ref="r2", hours=2, is_billable=False)
    yield entry("e3", "2")
    yield entry("e4", "4", role_ref="r2", is_billable=False)
    yield entry("e5", "3", 3)
    yield entry(
        "e6", "5", 2, start_at=datetime(2026, 11, 5, 1, tzinfo=UTC), end_at=datetime(2026, 11, 5, 3, tzinfo=UTC)
    )
    yield entry("e7", role_ref="r2", work_date=date(2026, 7, 1), is_billable=False)
    block = {"contract_ref": "k3", "is_active": True, "hourly_price": Decimal(110), "currency": "EUR"}
    yield ContractBlock(external_id="x1", bought_s=10 * HOUR, used_s=9 * HOUR, start_on=date(2026, 1, 1), **block)
    yield ContractBlock(external_id="x2", bought_s=90 * HOUR, used_s=0, start_on=date(2026, 12, 1), **block)
    yield Charge(
        external_id="h1",
        name="Dock",
        ticket_ref="1",
        cost=Decimal("80.5"),
        price=Decimal(0),
        bought_on=date(2026, 11, 2),
    )
    yield Charge(external_id="h2", ticket_ref="1", cost=Decimal(80), price=Decimal(120), bought_on=date(2026, 11, 2))
    yield Charge(external_id="h3", ticket_ref="1", cost=Decimal(80), is_billable=False, bought_on=date(2026, 11, 2))
    yield ContractService(external_id="s1", contract_ref="k1", name="Managed workstation")
    yield ContractUnits(
        external_id="u1", contract_ref="k1", contract_service_ref="s1", start_on=date(2026, 11, 1),
        end_on=date(2026, 11, 30), units=2, price=Decimal(90), currency="EUR",
    )  # fmt: skip
    for number in range(4):
        yield Asset(external_id=f"a{number}", company_ref="c1", kind="Workstation", is_active=number != 3)
    yield Asset(external_id="p1", company_ref="c1", kind="Printer", is_active=True)


async def test_everything_that_nobody_pays_is_found_with_what_shows_it(decided):
    found = await decided.leakage.list(sort="key")
    assert {row.key: (row.client, row.ticket_number, str(row.amount), row.currency) for row in found} == {
        "after_hours:psa:e6": ("Bolt", "T5", "100.00", "EUR"),
        "block:psa:k3": ("Bolt", None, "220.00", "EUR"),
        "charge:psa:h1": ("Acme", "T1", "None", "EUR"),
        "ended:psa:e3": ("Acme", "T2", "100.00", "EUR"),
        "excluded:psa:e2": ("Acme", "T1", "301.00", "EUR"),
        "units:psa:workstations/c1": ("Acme", None, "45.00", "EUR"),
    }
    assert found.not_judged == ()
    assert all(row.evidence and row.right for row in found)
    assert [(one.leak, one.found, str(one.amount), one.unknown) for one in found.sums][-1] == (Leak.CHARGE, 1, "0", 1)


async def test_what_somebody_pays_or_is_given_away_is_none(decided):
    night = {"start_at": datetime(2026, 11, 5, 1, tzinfo=UTC), "end_at": datetime(2026, 11, 5, 3, tzinfo=UTC)}
    charge = {"ticket_ref": "1", "cost": Decimal(80), "bought_on": date(2026, 11, 2)}
    await decided.store.write(
        lambda tx: stored.put(
            tx,
            (
                entry("n1", "2"),
                BillingItem(external_id="l1", time_entry_ref="n1", price=Decimal(100)),
                entry("n2", role_ref="r2", billing_code_ref="b3", is_billable=False),
                entry("n3", "5", contract_ref="not there", **night),
                entry("n4", "2"),
                BillingItem(external_id="l4", time_entry_ref="n4", price=Decimal(0), contract_block_ref="x1"),
                entry("n5", role_ref="r2"),
                BillingItem(external_id="l5", time_entry_ref="n5", price=Decimal(150), is_billable=False),
                Charge(external_id="n6", **charge),
                BillingItem(external_id="l6", charge_ref="n6", price=Decimal(120)),
                Charge(external_id="n7", contract_service_ref="s1", **charge),
                Charge(external_id="n8", **charge),
                BillingItem(external_id="l8", charge_ref="n8", price=Decimal(0)),
            ),
            now=NOW,
        )
    )
    found = {row.key for row in await decided.leakage.list() if row.ref.startswith("n")}
    assert found == {"excluded:psa:n5", "charge:psa:n8"}, "a line that nobody is to pay earns nothing"


async def test_what_a_document_of_ours_bills_is_billed_and_work_after_hours_is_at_its_days_price(decided):
    night = {"start_at": datetime(2026, 11, 5, 1, tzinfo=UTC), "end_at": datetime(2026, 11, 5, 2, tzinfo=UTC)}
    covered = entry("n1", billing_code_ref="b1", **night)
    await decided.store.write(lambda tx: stored.put(tx, (covered,), now=NOW))
    before = {row.key for row in await decided.leakage.list()}
    assert {"after_hours:psa:n1", "after_hours:psa:e6", "block:psa:k3", "ended:psa:e3"} <= before
    entries = [Source(connection="psa", stream="time_entries", ref=ref) for ref in ("e3", "e6", "n1")]
    await bill(decided, *entries, Source(connection="psa", stream="time_entries", ref="e5", part="over"))
    gone = before - {row.key for row in await decided.leakage.list()}
    assert gone == {"after_hours:psa:n1", "block:psa:k3", "ended:psa:e3"}


async def test_without_definitions_it_says_what_it_did_not_look_for(desk):
    found = await desk.leakage.list()
    assert {row.leak for row in found} == {Leak.EXCLUDED, Leak.ENDED, Leak.BLOCK, Leak.CHARGE}
    assert ["after_hours" in found.not_judged[0], "counted_services" in found.not_judged[1]] == [True, True]


async def test_rows_are_chosen_by_kind_client_and_day(decided):
    assert [row.key for row in await decided.leakage.list(leak=Leak.UNITS)] == ["units:psa:workstations/c1"]
    assert {row.client for row in await decided.leakage.list(client="bo")} == {"Bolt"}
    older = await decided.leakage.list(since=datetime(2026, 6, 1, tzinfo=UTC), leak=Leak.EXCLUDED)
    assert [row.ref for row in older] == ["e2", "e7"]
    with pytest.raises(NotFoundLocallyError, match="Nobody"):
        await decided.leakage.list(client="Nobody")


async def test_what_is_accepted_is_told_of_no_more_until_that_is_taken_back(decided):
    [figure] = KPIS
    assert float((await decided.call(figure, NOW)).value) == 766, "what the list comes to"
    done = await decided.leakage.accept("excluded:psa:e2", reason="A present.")
    assert (done.state.value, done.reason) == ("accepted", "A present.")
    assert "excluded:psa:e2" not in {row.key for row in await decided.leakage.list()}
    [row] = [row for row in await decided.leakage.list(everything=True) if row.state.value == "accepted"]
    assert (row.key, row.reason) == ("excluded:psa:e2", "A present.")
    assert (await decided.call(figure, NOW)).excluded["accepted"] == 1
    await decided.leakage.withdraw("excluded:psa:e2", reason="They pay for it.")
    assert "excluded:psa:e2" in {row.key for row in await decided.leakage.list()}
    acts = [one.action for one in await decided.audit.list() if one.action.startswith("leakage.")]
    assert sorted(acts) == ["leakage.accepted", "leakage.withdrawn"]


async def test_hours_bought_in_advance_are_overdrawn_where_no_block_is_left_and_not_after_the_contract(decided):
    hours = {"company_ref": "c2", "kind": ContractKind.BLOCK_HOURS, "is_active": True}
    used_up = {"bought_s": HOUR, "used_s": HOUR, "is_active": False, "hourly_price": Decimal(90)}
    await decided.store.write(
        lambda tx: stored.put(
            tx,
            (
                Contract(external_id="k8", name="None left", **hours),
                ContractBlock(external_id="x8", contract_ref="k8", **used_up),
                entry("w8", "5", 2, contract_ref="k8"),
                Contract(external_id="k9", name="Over", end_on=date(2026, 11, 1), **hours),
                ContractBlock(external_id="x9", contract_ref="k9", **used_up | {"is_active": True}),
                entry("w9", "5", 2, contract_ref="k9"),
            ),
            now=NOW,
        )
    )
    found = {row.key: str(row.amount) for row in await decided.leakage.list() if row.ref in {"k8", "k9", "w9"}}
    assert found == {"block:psa:k8": "180.00", "ended:psa:w9": "200.00"}, "each hour is told of once"


async def test_what_grows_beyond_what_was_accepted_is_told_of_again(decided):
    [figure] = KPIS

    async def waiting(hours):
        await decided.store.write(lambda tx: stored.put(tx, (entry("e5", "3", hours),), now=NOW))
        rows = {row.key: row for row in await decided.leakage.list(everything=True, leak=Leak.BLOCK)}
        accepted = (await decided.call(figure, NOW)).excluded.get("accepted", 0)
        return rows["block:psa:k3"].state.value, rows["block:psa:k3"].reason, accepted

    await decided.leakage.accept("block:psa:k3", reason="Until the new block.")
    for _ in range(2):
        assert await waiting(3) == ("accepted", "Until the new block.", 1)
        assert await waiting(2) == ("accepted", "Until the new block.", 1)
        await look(decided, None)
    assert await waiting(4) == ("open", None, 0)
    await look(decided, None)
    assert await waiting(3) == ("open", None, 0), "it was told of again: somebody decides anew"
    await decided.leakage.accept("block:psa:k3", reason="That much.")
    assert await waiting(3) == ("accepted", "That much.", 1)


async def test_what_an_older_list_shows_is_accepted_too(decided):
    await decided.leakage.accept("excluded:psa:e7", reason="A present.")
    older = await decided.leakage.list(since=datetime(2026, 6, 1, tzinfo=UTC), leak=Leak.EXCLUDED)
    assert [row.ref for row in older] == ["e2"]


@pytest.mark.parametrize("store_url", [pytest.param("postgres_store_url", marks=pytest.mark.postgres)], indirect=True)
async def test_what_is_accepted_while_the_job_looks_stays_accepted(decided):
    await look(decided, None)
    found = await decided.store.read(kept)
    begun, waits = threading.Event(), text("SELECT 1 FROM pg_locks WHERE NOT granted")

    def keeping(tx):
        keep(tx, found.values())
        begun.set()
        while tx.execute(waits).first() is None:
            pass

    with Store.open(decided.store.url.render_as_string(hide_password=False), clock=decided.clock) as other:
        job = asyncio.create_task(other.write(keeping))
        await asyncio.to_thread(begun.wait)
        await decided.leakage.accept("excluded:psa:e2", reason="A present.")
        await job
    assert {one.ref for one in (await decided.store.read(kept)).values() if one.accepted_at} == {"e2"}


async def test_parts_that_nobody_charged_are_found_in_good_time_and_what_is_charged_by_hand_is_none(decided):
    def take(tx, name, ticket="1", *, age=8, kind=TAKE, after=None, quantity="2", state=WriteState.CONFIRMED):
        values = {"quantity": quantity, "part_name": name, "ticket_connection": "psa", "ticket_id": ticket}
        intent = Intent("stock", kind, f"x:{name}{kind}", name, values, parent="1", after=after)
        number = outbox.propose(tx, intent, actor="user:ana", now=NOW - timedelta(days=age)).id
        done = {"state": state, "ref": f"m{number}"}
        tx.execute(update(writes).where(writes.c.id == number).values(done))
        return number

    def fill(tx):
        stored.put(tx, (Charge(external_id="h9", name="cable", ticket_ref="1", price=Decimal(9)),), now=NOW)
        owed = take(tx, "Station")
        tx.execute(insert(part_costs).values(write_id=owed, unit_cost=Decimal("79.96"), currency="EUR"))
        take(tx, "Cable")
        take(tx, "Screen", "4")
        take(tx, "Mouse", age=7)
        take(tx, "Rack", age=91)
        take(tx, "Hub", kind=CHARGE, after=take(tx, "Hub"))
        half = take(tx, "Lid")
        take(tx, "Lid", kind=CHARGE, after=half, quantity="1")
        waits = take(tx, "Lamp")
        take(tx, "Lamp", kind=CHARGE, after=waits, state=WriteState.PROPOSED)
        return owed, half, waits

    owed, half, waits = await decided.store.write(fill)
    found = {
        row.key: (row.client, row.ticket_number, row.evidence) for row in await decided.leakage.list(leak=Leak.PART)
    }
    assert found == {
        f"part:psa:{owed}": ("Acme", "T1", "2 of Station, which cost 159.92 EUR"),
        f"part:psa:{half}": ("Acme", "T1", "1 of Lid"),
        f"part:psa:{waits}": ("Acme", "T1", "2 of Lamp"),
    }


@pytest.mark.parametrize("act", ["accept", "withdraw"])
async def test_what_is_not_there_and_what_has_no_reason_is_refused(desk, act):
    with pytest.raises(NotFoundLocallyError, match="excluded:psa:e1"):
        await getattr(desk.leakage, act)("excluded:psa:e1", reason="why")
    with pytest.raises(SettingsError, match="reason is empty"):
        await getattr(desk.leakage, act)("excluded:psa:e2", reason=" ")


async def test_each_night_it_is_kept_since_when_it_is_known_and_alerts_tell_of_each_kind(decided, clock):
    def told(tx):
        return {
            one.key: one.problem for one in new_leaks(Watch(tx, decided, clock.now(), clock.now().date(), frozenset()))
        }

    assert await decided.store.read(told) == {}
    assert await look(decided, None) == "6 leaks, 6 of them new"
    assert (await decided.store.read(told))["leakage:excluded"] == (
        "Excluded work for nothing: 1 leak that nobody accepted."
    ), "no amount: not everybody who sees alerts may see money"
    await decided.leakage.accept("ended:psa:e3", reason="A present.")
    assert "leakage:ended" not in await decided.store.read(told)
    clock.advance(24 * HOUR)
    await decided.store.write(
        lambda tx: stored.put(
            tx,
            (
                BillingItem(external_id="l1", time_entry_ref="e2", price=Decimal(301), is_billable=True),
                entry("e2", hours=2, role_ref="r2"),
            ),
            now=NOW,
        )
    )
    assert await look(decided, None) == "4 leaks, 0 of them new"
    assert set(await decided.store.read(told)) == {
        f"leakage:{kind}" for kind in ("after_hours", "block", "charge", "units")
    }
    [row, *_] = await decided.leakage.list(everything=True, leak=Leak.ENDED)
    assert (row.known_since, row.reason) == (NOW, "A present.")
