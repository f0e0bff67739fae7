"""Help wanted: who is asked, who takes it up, how a call ends, and who helps."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from servicedesk_core.domain import Appointment
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError, WriteError
from servicedesk_core.features.helpers.rules import person_at
from servicedesk_core.store.schema import RECORDS, staff_messages
from tests import stored

pytestmark = pytest.mark.slow  # many desks with much in them


async def told(desk):
    rows = await desk.store.read(lambda tx: tx.execute(staff_messages.select().order_by(staff_messages.c.id)).all())
    return [(one.recipient, one.is_urgent, one.state, one.subject) for one in rows]


async def helpers(desk, ticket="T1"):
    return [one.technician for one in await desk.helpers.list(ticket)]


async def test_those_with_skill_and_time_are_asked_told_by_a_notice_and_whoever_takes_it_up_helps(desk, of):
    await desk.assign.give(("T1",), to="Dana Wolf")
    asked = await of("tec").helpers.ask("T1", "Two hands for the rack.", skills={"firewall": "4"})
    assert (asked.asked, asked.told) == (("Ana Diaz",), 1)
    assert await told(desk) == [("ana", False, "waiting", "Help wanted: T1 Printer 1")]
    (call,) = await of("ana").helpers.calls()
    assert [one.number for one in (await of("ana").next.up()).help] == [call.number]
    assert [one.number for one in (await of("ana").desks.me()).help] == [call.number]
    assert (await of("tec").next.up()).help == (), "who was not asked has it in the list alone"
    assert (call.ticket, call.by, call.text, call.skills) == ("T1", "tec", "Two hands for the rack.", ("firewall 4",))
    write = await of("ana").helpers.give(call.number)
    await desk.writes.approve([write.id], send=True)
    assert await helpers(desk) == ["Ana Diaz"]
    assert (await of("ana").helpers.calls()).items == (await of("ana").next.up()).help == ()
    shown = await desk.helpers.call(call.number)
    assert (shown.state, shown.given_by) == ("given", "Ana Diaz")
    assert [one[2] for one in await told(desk)] == ["dropped"], "nobody needs to hear it any more"


async def test_who_cannot_help_is_named_with_why_and_without_anybody_nothing_is_kept(desk):
    with pytest.raises(WriteError, match=r"Nobody can help: Ana Diaz: firewall 5 \(has 4\); Dana Wolf: firewall 5"):
        await desk.helpers.ask("T1", "Look at it.", skills={"firewall": "5"})
    assert (await desk.helpers.calls(everything=True)).items == ()
    assert await told(desk) == []
    asked = await desk.helpers.ask("T1", "Look at it.", skills={"firewall": "4"})
    assert asked.not_asked == ("Dana Wolf: firewall 4 (has 3)",)


async def test_whoever_has_no_free_time_before_the_call_ends_is_not_asked(desk, clock):
    end = clock.now() + timedelta(hours=2)
    source = {"connection": "psa", "connector": desk.settings.connections["psa"].connector, "environment": "live"}
    visit = {"technician_refs": ("t1",), "start_at": clock.now(), "end_at": end, "state": "booked"}
    await desk.store.write(
        lambda tx: stored.put(tx, [Appointment(external_id="v1", **visit)], now=clock.now(), **source)
    )
    asked = await desk.helpers.ask("T1", "Look at it.", within=timedelta(hours=1))
    assert (asked.asked, asked.not_asked) == (("Dana Wolf",), ("Ana Diaz: has no free time before the call ends",))
    with pytest.raises(WriteError, match="Ana Diaz: has no free time before the call ends"):
        await desk.helpers.ask("T2", "Look at it.", skills={"firewall": "4"}, within=timedelta(hours=1))


async def test_of_two_who_help_at_once_one_is_refused_and_a_discarded_write_opens_the_call_again(desk, of):
    number = (await desk.helpers.ask("T1", "Look at it.")).number
    write = await of("ana").helpers.give(number)
    with pytest.raises(WriteError, match="has ended: Ana Diaz helps already"):
        await of("tec").helpers.give(number)
    await desk.writes.discard([write.id], reason="Ana is busy")
    assert [one.state for one in await desk.helpers.calls()] == ["open"]
    await of("tec").helpers.give(number)
    assert (await desk.helpers.call(number)).given_by == "Dana Wolf"


async def test_two_who_decided_on_the_same_call_before_either_was_stored(desk, of, monkeypatch):
    number = (await desk.helpers.ask("T1", "Look at it.")).number
    ana, tec = of("ana"), of("tec")
    read = ana.store.read

    async def read_and_be_overtaken(work):
        found = await read(work)
        if getattr(work, "__name__", "") == "intent":
            monkeypatch.undo()
            await tec.helpers.give(number)
        return found

    monkeypatch.setattr(ana.store, "read", read_and_be_overtaken)
    with pytest.raises(WriteError, match="Dana Wolf helps already"):
        await ana.helpers.give(number)
    assert len(await desk.writes.list()) == 1, "nothing half-written"


async def test_of_two_who_ask_at_once_for_the_same_one_is_refused_and_nobody_is_told_twice(desk, of, monkeypatch):
    read = desk.store.read

    async def read_and_be_overtaken(work):
        monkeypatch.undo()
        found = await read(work)
        await of("tec").helpers.ask("T1", "Look at it.")
        return found

    monkeypatch.setattr(desk.store, "read", read_and_be_overtaken)
    with pytest.raises(WriteError, match="tec asked for help with T1 already"):
        await desk.helpers.ask("T1", "Look at it.")
    assert len((await desk.helpers.calls()).items) == len(await told(desk)) == 1


async def test_a_refused_write_is_not_sent_again_when_somebody_else_took_the_call_up(desk, of, vendor):
    number = (await desk.helpers.ask("T1", "Look at it.")).number
    first = await of("ana").helpers.give(number)
    vendor.faults.append("422")
    await desk.writes.approve([first.id], send=True)
    assert (await desk.writes.show(first.id)).write.state == "rejected"
    second = await of("tec").helpers.give(number)
    with pytest.raises(WriteError, match="discarded"):
        await desk.writes.retry([first.id], send=True)
    await desk.writes.approve([second.id], send=True)
    assert await helpers(desk) == ["Dana Wolf"]


async def test_a_call_ends_when_it_is_withdrawn_with_its_time_and_with_its_ticket(desk, of, clock):
    number = (await of("tec").helpers.ask("T1", "Look at it.")).number
    with pytest.raises(WriteError, match="asked for help with T1 already"):
        await desk.helpers.ask("T1", "Look at it.")
    with pytest.raises(NotPermittedError):
        await of("ana").helpers.withdraw(number)
    assert (await of("tec").helpers.withdraw(number)).state == "withdrawn"
    assert {one[2] for one in await told(desk)} == {"dropped"}
    with pytest.raises(WriteError, match="tec needs no help any more"):
        await of("ana").helpers.give(number)
    late = (await desk.helpers.ask("T1", "Look at it.", within=timedelta(hours=1))).number
    clock.advance(3_600)
    with pytest.raises(WriteError, match="its time is over"):
        await of("ana").helpers.give(late)
    assert (await desk.helpers.call(late)).state == "expired"
    last = (await desk.helpers.ask("T1", "Look at it.")).number
    await desk.tickets.close("T1", send=True)
    with pytest.raises(WriteError, match="T1 is done"):
        await of("ana").helpers.give(last)
    assert [one.state for one in await desk.helpers.calls(everything=True)] == [
        "closed",
        "withdrawn",
        "closed",
    ]
    with pytest.raises(WriteError, match="T1 is done"):
        await desk.helpers.ask("T1", "Look at it.")


async def test_who_sees_a_part_of_the_desk_hears_of_nothing_else(desk):
    assert (await desk.helpers.ask("T1", "Look at it.")).told == 2
    limited = {"tec": desk.roster["tec"].model_copy(update={"companies": ("c9",)})}
    assert person_at(limited, "psa", "t2", {"companies": "c1", "queues": "q1"}) is None
    assert person_at(limited, "psa", "t2", {"companies": "c9", "queues": "q1"}) == "tec"


async def test_helpers_are_added_and_taken_away_and_shown_at_once(desk, of):
    await desk.assign.give(("T1",), to="Ana Diaz")
    with pytest.raises(WriteError, match="have T1 already"):
        await desk.helpers.add("T1", "Ana Diaz", send=True)
    await desk.helpers.add("T1", "Dana Wolf", send=True)
    assert await helpers(desk) == ["Dana Wolf"]
    with pytest.raises(WriteError, match="help with T1 already"):
        await desk.helpers.add("T1", "Dana Wolf", send=True)
    await desk.helpers.remove("T1", "Dana Wolf", send=True)
    assert await helpers(desk) == []
    with pytest.raises(NotFoundLocallyError, match="does not help"):
        await desk.helpers.remove("T1", "Dana Wolf")
    with pytest.raises(NotPermittedError):
        await of("tec").helpers.add("T1", "Dana Wolf")


async def test_who_was_removed_in_the_psa_meanwhile_becomes_no_helper_and_the_call_stays(desk, of):
    number = (await desk.helpers.ask("T1", "Look at it.")).number
    people = RECORDS["technicians"]
    left = update(people).where(people.c.external_id == "t1").values(is_active=False)
    await desk.store.write(lambda tx: tx.execute(left))
    with pytest.raises(WriteError, match="work here no more"):
        await of("ana").helpers.give(number)
    with pytest.raises(WriteError, match="work here no more"):
        await desk.helpers.add("T1", "Ana Diaz")
    assert [one.number for one in await desk.helpers.calls()] == [number]
    with pytest.raises(WriteError, match="Ana Diaz: works here no more"):
        await desk.helpers.ask("T2", "Look.", skills={"firewall": "4"})


@pytest.mark.parametrize(
    ("text", "within"), [(" ", timedelta(hours=1)), ("x", timedelta()), ("x", timedelta(days=8)), ("x" * 1_001, None)]
)
async def test_what_cannot_be_a_call_is_refused(desk, text, within):
    with pytest.raises(SettingsError):
        await desk.helpers.ask("T1", text, **({} if within is None else {"within": within}))


async def test_steps_are_added_ticked_and_taken_back_and_shown_at_once(desk):
    await desk.checklist.add("T1", "Call the client", important=True, send=True)
    await desk.checklist.add("T1", "Change the fan", send=True)
    with pytest.raises(WriteError, match="has that step already"):
        await desk.checklist.add("T1", "call the client")
    await desk.checklist.tick("T1", "change", send=True)
    shown = await desk.checklist.list("T1")
    assert [(one.place, one.name, one.is_important, one.is_done) for one in shown] == [
        (1, "Call the client", True, False),
        (2, "Change the fan", False, True),
    ]
    assert [one.name for one in await desk.checklist.list("T1", undone=True)] == ["Call the client"]
    with pytest.raises(WriteError, match="done already"):
        await desk.checklist.tick("T1", "2")
    await desk.checklist.tick("T1", "2", undo=True, send=True)
    assert [one.is_done for one in await desk.checklist.list("T1")] == [False, False]
    with pytest.raises(WriteError, match="Several steps"):
        await desk.checklist.tick("T1", "c")
    with pytest.raises(NotFoundLocallyError, match='no step "x"'):
        await desk.checklist.tick("T1", "x")
    with pytest.raises(WriteError, match="without words"):
        await desk.checklist.add("T1", " ")
