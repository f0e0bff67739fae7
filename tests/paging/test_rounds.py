"""A page rings until somebody takes it on, and takes up again when no work follows."""

from datetime import timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import EventSource, EventType, StatusCategory, TicketEvent, TimeEntry
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError, NotPermittedError
from servicedesk_core.features.paging import open_page
from servicedesk_core.outbox.staff import Message, post
from servicedesk_core.people import Actor
from servicedesk_core.store import sending
from tests import stored
from tests.paging.conftest import DEFINITIONS, NOW, TICKET

pytestmark = [
    pytest.mark.slow,  # real HTTP, on both databases
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Apprise's own, in its plugins
]


@pytest.fixture
async def ring(desk):
    number = await desk.store.read(lambda tx: tx.exec_driver_sql("SELECT local_id FROM tickets").scalar_one())
    opened = await desk.store.write(
        lambda tx: open_page(tx, "p1/1", "P1 T1 Mail is down", "Nobody works on it.", NOW, ticket_id=number)
    )
    assert opened


@pytest.fixture
def later(run, clock):
    async def gone(minutes):
        for _ in range(minutes):
            clock.advance(60)
            await run()

    return gone


@pytest.mark.usefixtures("ring")
async def test_three_rounds_then_everybody_and_an_alert_until_somebody_acts(desk, run, later, phones):
    await run()
    assert phones.names() == ["ana"]
    assert "servicedesk paging acknowledge 1" in phones.told[0][2]
    await later(10)
    await later(10)
    assert phones.names() == ["ana", "ben", "dora"]
    await later(60)
    assert phones.names() == ["ana", "ben", "dora"] * 3
    await later(10)
    assert sorted(phones.names()[9:]) == ["ana", "ben", "dora"]
    await desk.run_jobs("alerts")
    assert [one.kind for one in (await desk.alerts.list()).items] == ["unanswered"]
    await desk.paging.acknowledge(1)
    await later(20)
    assert len(phones.told) == 12
    await desk.run_jobs("alerts")
    assert (await desk.alerts.list()).items == ()


@pytest.mark.usefixtures("ring")
async def test_acknowledged_without_work_counts_as_not(desk, run, later, phones):
    await run()
    ana, ben = (desk.acting_as(Actor(f"user:{name}")) for name in ("ana", "ben"))
    mine, theirs = await ana.paging.acknowledge(1), await ben.paging.acknowledge(1)
    assert (mine.is_yours, theirs.is_yours, theirs.acknowledged_by) == (True, False, "ana")
    await later(29)
    assert phones.names() == ["ana"]
    await later(1)
    assert phones.names() == ["ana", "ana"]
    assert "no work began within 30 minutes" in phones.told[1][2]
    await ben.paging.acknowledge(1)
    entry = TimeEntry(external_id="e1", ticket_ref="1", technician_ref="B", start_at=desk.clock.now())
    await desk.store.write(lambda tx: stored.put(tx, [entry], now=desk.clock.now()))
    await later(40)
    assert len(phones.told) == 2
    assert (await desk.paging.list(ended=True)).items[0].why == "work has begun"


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(("by", "calls"), [("customer", 2), ("system", 2), ("technician", 1), (None, 1)])
async def test_a_reply_of_the_client_is_no_work(desk, later, phones, by, calls):
    await later(1)
    await desk.acting_as(Actor("user:ana")).paging.acknowledge(1)
    replied = TicketEvent(
        external_id="e1", ticket_ref="1", type=EventType.STATUS_CHANGED, source=EventSource.HISTORY, actor_type=by,
        effective_at=NOW + timedelta(minutes=1),
    )  # fmt: skip
    await desk.store.write(lambda tx: stored.put(tx, [replied], now=NOW + timedelta(minutes=1)))
    await later(31)
    assert len(phones.told) == calls


@pytest.mark.usefixtures("ring")
async def test_what_somebody_took_on_rings_nobody_whose_call_still_waits(desk, later, phones, mailbox):
    phones.manner |= {"ana": "refuse", "ana2": "refuse"}
    mailbox.refused.add("ana@example.com")
    await later(1)
    await desk.acting_as(Actor("user:ben")).paging.acknowledge(1)
    phones.manner.clear()
    mailbox.refused.clear()
    await later(5)
    assert (phones.told, mailbox.mails) == ([], [])
    [call] = (await desk.paging.messages()).items
    assert (call.state, call.why) == ("dropped", "ben took it on")


async def test_of_two_overrides_the_one_that_was_decided_last_holds(desk, clock):
    until = NOW + timedelta(hours=8)
    await desk.oncall.override("night", "ben", since=NOW + timedelta(hours=4), until=until)
    clock.advance(60)
    await desk.oncall.override("night", "dora", until=until)
    later = await desk.oncall.who(at=NOW + timedelta(hours=6))
    assert later.items[0].technician == "dora"


@pytest.mark.usefixtures("ring")
async def test_a_closed_ticket_rings_nobody(desk, run, later, phones):
    await run()
    closed = TICKET.model_copy(update={"status_category": StatusCategory.CLOSED, "closed_at": NOW})
    await desk.store.write(lambda tx: stored.put(tx, [closed], now=NOW))
    await later(15)
    assert phones.names() == ["ana"]
    assert (await desk.paging.get(1)).why == "the ticket was closed"


@pytest.mark.usefixtures("ring")
async def test_where_nobody_is_on_call_whoever_leads_is_rung(desk, run, phones, tmp_path):
    desk.clock.advance(60)
    (tmp_path / "service" / "said.toml").write_text(DEFINITIONS.partition("[on_call")[0])
    await desk.definitions.apply(reason="agreed", folder=tmp_path / "service", remove=True)
    await run()
    [(name, _, text)] = phones.told
    assert (name, "Nobody who is on call now can be reached." in text) == ("dora", True)


@pytest.mark.usefixtures("ring")
async def test_a_clock_that_is_set_back_rings_nobody_twice(desk, run, clock, phones):
    await run()
    clock.advance(-7_200)
    await run()
    clock.advance(7_200)
    await run()
    assert phones.names() == ["ana"]


@pytest.mark.usefixtures("ring")
async def test_a_store_that_was_restored_rings_nobody_until_it_is_adopted(desk, run, phones, clock):
    message = Message("m", "ana", "P1", "Mail is down.", is_urgent=True)
    await desk.store.write(lambda tx: post(tx, message, NOW))
    await desk.store.write(lambda tx: sending.switch_off(tx, "it was restored", NOW))
    clock.advance(60)
    assert await run() == "0 pages gone on with, 0 of 0 messages taken"
    assert phones.told == []
    await desk.store.write(lambda tx: sending.switch_on(tx, desk.clock.now()))
    await run()
    assert phones.names() == ["ana"]


@pytest.mark.usefixtures("ring")
async def test_a_page_out_of_ones_scope_is_not_there(desk):
    scope = Scope("psa", companies=["c9"])
    assert (await desk.paging.list(scope=scope)).items == ()
    with pytest.raises(NotFoundLocallyError, match="no page 1"):
        await desk.paging.acknowledge(1, scope=scope)


async def test_an_override_is_rung_and_a_try_reaches(desk, run, phones, clock):
    done = await desk.oncall.override("night", "ben", until=clock.now().replace(hour=23), reason="ana is ill")
    assert (done.technician, done.instead_of) == ("ben", "ana")
    assert [one.technician for one in (await desk.oncall.who()).items] == ["ben", "ben", "dora"]
    later = await desk.oncall.who(at=clock.now().replace(hour=23, minute=30))
    assert [one.technician for one in later.items] == ["ana", "ben", "dora"]
    tried = await desk.oncall.test("dora")
    assert (tried.channels, tried.is_on_its_way) == (1, True)
    await run()
    assert phones.names() == ["dora"]
    with pytest.raises(NotFoundLocallyError, match='Did you mean "night"'):
        await desk.oncall.override("nigth", "ben", until=clock.now().replace(hour=23))
    with pytest.raises(NotPermittedError, match=r"oncall\.override"):
        await desk.acting_as(Actor("user:ana")).oncall.test("ben")


async def test_two_change_their_turns(desk, clock, tmp_path):
    clock.advance(60)
    weekly = DEFINITIONS.replace('["ana"]', '["ana", "ben"]') + "starts = 2026-11-02T08:00:00\n"
    (tmp_path / "service" / "said.toml").write_text(weekly)
    await desk.definitions.apply(reason="agreed", folder=tmp_path / "service")
    first = clock.now().replace(day=12)
    done = await desk.oncall.swap("night", first, first.replace(day=19))
    assert [(one.technician, one.instead_of) for one in done.turns] == [("ana", "ben"), ("ben", "ana")]
    whose = [(await desk.oncall.who(at=first.replace(day=day))).items[0].technician for day in (12, 15, 17, 22, 24)]
    assert whose == ["ana", "ana", "ben", "ben", "ben"]


async def test_who_is_on_call_without_an_address_is_an_error(desk, tmp_path, settings):
    people = settings["people"] | {"ben": {"roles": ["technician"]}}
    folder = tmp_path / "service"
    async with ServiceDesk(settings | {"people": people}, actor=Actor("user:dora"), clock=desk.clock) as other:
        (folder / "said.toml").write_text(DEFINITIONS + "days = 6\n")
        with pytest.raises(DefinitionsError, match=r"ben cannot be paged: write \[people.ben\] page"):
            await other.definitions.plan(folder=folder)


async def test_a_hole_at_night_is_said_the_day_before(desk, clock, tmp_path):
    hole = '[leave.ana]\ntechnician = "ana"\nstarts = 2026-11-11T03:00:00\nends = 2026-11-11T04:00:00\n'
    (tmp_path / "service" / "said.toml").write_text(DEFINITIONS + hole)
    await desk.definitions.apply(reason="agreed", folder=tmp_path / "service")

    async def told():
        await desk.run_jobs("alerts")
        return [one.problem for one in (await desk.alerts.list()).items if one.kind == "on_call_gap"]

    assert await told() == []  # Monday night in Berlin; it is on Wednesday
    clock.advance(2 * 3_600)
    [problem] = await told()
    assert "ana is out from 2026-11-11 03:00 to 2026-11-11 04:00" in problem
