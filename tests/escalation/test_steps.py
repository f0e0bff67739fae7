"""Steps of escalation plans on a desk: taken when they fall due, once, whatever becomes of the clock."""

from datetime import UTC
from types import SimpleNamespace

import pytest

from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import DefinitionsError, StoreError
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.store import sending
from tests.escalation.conftest import PEOPLE, PLAN
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status

pytestmark = pytest.mark.slow  # many sweeps, on both databases


async def every(told, minutes, until):
    while told.clock.now() < at(until):
        told.clock.advance(minutes * 60)
        await told.sweep()


async def test_steps_fall_due_by_the_share_used_and_by_business_time_after_the_breach(told):
    await told.move("03-02 15:00")
    await told.ticket(1, created("03-02 15:00", "P2"), priority="P2")
    await every(told, 10, "03-03 17:30")
    assert await told.steps() == [
        ("50 %", "03-03 09:00"), ("75 %", "03-03 11:00"), ("90 %", "03-03 12:12"), ("100 %", "03-03 13:00"),
        ("+60 min", "03-03 14:00"), ("+240 min", "03-03 17:00"),
    ]  # fmt: skip
    said = await told.said()
    assert [to for to, _ in said] == ["ana"] * 3 + ["dora"] * 3
    assert said[0][1] == "P2 T1 has used 50 % of its completion: Ticket 1"
    assert said[-1][1] == "P2 T1 is late for completion by 240 min: Ticket 1"
    assert [one.ticket for one in (await told.desk.paging.list()).items] == ["T1"]


async def test_a_pause_moves_steps_and_the_one_at_the_moment_of_a_change_fires_once(told):
    await told.move("03-03 09:00")
    await told.ticket(1, created("03-03 09:00", "P3"), priority="P3")
    await told.sweep("03-03 10:00")
    await told.ticket(1, status("03-03 10:00", "waiting_customer"))
    await every(told, 10, "03-03 12:00")
    assert await told.steps() == []
    assert (await told.desk.escalate.next()).items == (), "a clock that stands still comes to nothing"
    await told.ticket(1, status("03-03 12:00", "in_progress"))
    await told.sweep("03-03 13:00")
    await told.ticket(1, event("03-03 13:00", "priority_changed", priority="P1"), priority="P1")
    await told.sweep()
    await told.sweep()
    assert await told.steps() == [("50 %", "03-03 13:00")]
    await every(told, 6, "03-03 15:06")
    assert await told.steps() == [
        ("50 %", "03-03 13:00"), ("75 %", "03-03 14:00"), ("90 %", "03-03 14:36"), ("100 %", "03-03 15:00")
    ]  # fmt: skip


async def test_a_priority_that_is_raised_sends_one_message_for_three_steps(told):
    await told.move("03-03 09:00")
    await told.ticket(1, created("03-03 09:00", "P4"), priority="P4")
    await told.sweep("03-03 12:40")
    await told.ticket(1, event("03-03 12:40", "priority_changed", priority="P1"), priority="P1")
    await told.sweep("03-03 12:41")
    assert await told.steps() == [("90 %", "03-03 12:40")]
    assert await told.steps("coalesced") == [("50 %", "03-03 12:40"), ("75 %", "03-03 12:40")]
    assert len(await told.said()) == 1


async def test_a_due_time_that_moves_after_steps_fired_re_arms_the_others_only(told):
    await told.move("03-02 09:00")
    await told.ticket(1, created("03-02 09:00", "P2"), priority="P2")
    await every(told, 30, "03-02 15:30")
    assert [step for step, _ in await told.steps()] == ["50 %", "75 %"]
    await told.ticket(1, event("03-02 15:30", "priority_changed", priority="P3"), priority="P3")
    await every(told, 60, "03-03 16:30")
    assert [step for step, _ in await told.steps()] == ["50 %", "75 %"]
    await told.sweep("03-04 10:36")
    await told.sweep("03-04 13:00")
    assert [step for step, _ in await told.steps()] == ["50 %", "75 %", "90 %", "100 %"]


@pytest.mark.parametrize(
    ("before", "outcome"), [({"status_category": "resolved"}, "fired"), ({"status_category": "new"}, "late")]
)
async def test_opening_a_ticket_again_makes_steps_past_and_another_status_does_not(told, before, outcome):
    await told.move("03-02 08:00")
    await told.ticket(1, created("03-02 08:00", "P2"), priority="P2")
    await told.ticket(1, status("03-02 12:31", "resolved"))
    again = status("03-02 16:00", "in_progress").model_copy(update={"before": before})
    await told.ticket(1, again)
    await told.sweep("03-02 16:01")
    assert await told.steps(outcome) == [("50 %", "03-02 16:00")]


async def test_a_ticket_that_is_closed_stops_its_steps_and_what_is_queued(told):
    await told.move("03-02 09:00")
    await told.ticket(1, created("03-02 09:00", "P2"), priority="P2")
    await told.sweep("03-02 13:00")
    assert len(await told.said()) == 1
    await told.ticket(1, status("03-02 13:00", "closed"))
    await told.sweep("03-02 17:30")
    await told.desk.run_jobs("paging")
    assert [one.why for one in (await told.desk.paging.messages()).items] == ["the ticket was closed before"]


async def test_a_first_look_and_an_outage_of_hours_tell_one_summary(told):
    await told.move("03-04 16:00")
    for number in range(1, 6):
        await told.ticket(number, created("03-02 09:00", "P1"), priority="P1")
    assert await told.sweep() == "0 steps taken, 5 too late for it"
    assert await told.sweep() == "0 steps taken, 0 too late for it"
    assert await told.said() == [("dora", "5 steps of 5 tickets fell due while nobody looked")]
    assert (await told.desk.paging.list()).items == ()
    assert len((await told.desk.escalate.list(late=True)).items) == 5


async def test_a_note_before_the_first_look_pages_nobody_for_what_is_old(told):
    await told.move("03-04 16:00")
    note = event("03-04 15:50", "tech_note_internal")
    await told.ticket(1, created("03-02 09:00", "P1"), note, priority="P1")
    assert await told.sweep() == "0 steps taken, 1 too late for it"
    assert (await told.desk.paging.list()).items == ()


async def test_a_summary_that_was_not_told_is_told_by_the_next_process(told, monkeypatch):
    def killed(*_, **__):
        raise StoreError("killed", hint="")

    await told.move("03-04 16:00")
    await told.ticket(1, created("03-02 09:00", "P1"), priority="P1")
    await told.desk.sla.evaluate()
    with monkeypatch.context() as patched:
        patched.setattr(Sweep, "_sum_up", killed)
        await told.desk.run_jobs("escalation")
    assert await told.said() == []
    await told.sweep()
    await told.sweep()
    assert await told.said() == [("dora", "1 step of 1 ticket fell due while nobody looked")]


async def test_without_a_manager_whoever_is_above_hears_the_summary(told, monkeypatch):
    people = {"ana": PEOPLE["ana"], "cleo": {"roles": ["coordinator", "admin"], "page": ["env:PAGE_DORA"]}}
    roster = {name: Colleague(**one) for name, one in people.items()}
    monkeypatch.setattr(told.desk, "_roster", SimpleNamespace(people=roster, people_in=lambda _: roster))
    await told.move("03-04 16:00")
    await told.ticket(1, created("03-02 09:00", "P1"), priority="P1")
    assert await told.sweep() == "0 steps taken, 1 too late for it"
    assert await told.said() == [("cleo", "1 step of 1 ticket fell due while nobody looked")]


async def test_a_store_that_is_not_adopted_takes_no_step(told):
    await told.ticket(1, created("03-02 09:00", "P2"), priority="P2")
    await told.desk.store.write(lambda tx: sending.switch_off(tx, "it was restored", told.clock.now()))
    await told.sweep("03-02 13:00")
    assert await told.steps() == []


async def test_what_the_client_is_to_hear_goes_by_what_is_so_now(told):
    (told.folder / "sla.toml").write_text(
        BOOK + PLAN + '[escalation_plans.p1]\npriority = ["P1"]\nupdate_every = "30 min"\n'
        'steps = [{ after = "60 min", notify = ["assignee"] }]\n'
    )
    await told.desk.definitions.apply(reason="agreed", folder=told.folder)
    await told.ticket(1, created("03-02 09:00", "P1"), priority="P1", assignee_ref="t1")
    await told.sweep("03-02 09:10")
    await told.ticket(1, event("03-02 09:20", "tech_note_public"))
    for when, messages in (("03-02 09:31", 0), ("03-02 09:51", 1)):  # the clocks are not judged anew between
        await told.move(when)
        await told.desk.run_jobs("escalation")
        assert len(await told.said()) == messages
    await told.ticket(1, event("03-02 09:52", "priority_changed", priority="P3"), priority="P3")
    await told.move("03-02 10:25")
    await told.desk.run_jobs("escalation")
    assert len(await told.said()) == 1


async def test_a_client_hears_something_each_half_hour_or_somebody_is_told(told):
    (told.folder / "sla.toml").write_text(
        BOOK + PLAN + '[escalation_plans.p1]\npriority = ["P1"]\nupdate_every = "30 min"\n'
        'steps = [{ after = "60 min", notify = ["assignee"] }]\n'
    )
    await told.desk.definitions.apply(reason="agreed", folder=told.folder)
    await told.ticket(1, created("03-02 09:00", "P1"), priority="P1", assignee_ref="t1")
    await told.sweep("03-02 09:29")
    assert await told.said() == []
    await told.sweep("03-02 09:30")
    await told.ticket(1, event("03-02 09:40", "tech_note_public"))
    await told.sweep("03-02 10:05")
    await told.sweep("03-02 10:11")
    assert [(to, subject[:42]) for to, subject in await told.said()] == [
        ("ana", "P1 T1 waits for a word to the client since")
    ] * 2


async def test_a_clock_that_is_set_back_takes_nothing_twice(told):
    await told.ticket(1, created("03-02 09:00", "P2"), priority="P2")
    await told.sweep("03-02 13:00")
    told.clock.advance(-7_200)
    await told.sweep()
    await told.sweep("03-02 13:30")
    assert await told.steps() == [("50 %", "03-02 13:00")]


async def test_a_channel_is_posted_to_place_by_place(told):
    plan = '[escalation_plans.std]\nsteps = [{ at = "50 %", channel = "office" }]\n'
    (told.folder / "sla.toml").write_text(BOOK + plan)
    await told.desk.definitions.apply(reason="agreed", folder=told.folder)
    await told.ticket(1, created("03-02 09:00", "P2"), priority="P2")
    await told.sweep("03-02 13:00")
    assert [to for to, _ in await told.said()] == ["channel:office/1", "channel:office/2"]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('{ before = "4 h", page = true }', r"-240 min lies before the beginning: the shortest target .* 4:00:00"),
        ('{ at = "50 %", notify = ["anna"] }', '"anna" is nobody in the list of people'),
        ('{ at = "50 %", channel = "of" }', r"write \[alerts\.channels\.of\]"),
    ],
)
async def test_what_could_never_be_done_is_refused_when_it_is_planned(told, step, problem):
    plan = f'[escalation_plans.std]\npriority = ["P1", "P2"]\nsteps = [{step}]\n'
    (told.folder / "sla.toml").write_text(BOOK + plan)
    with pytest.raises(DefinitionsError, match=problem):
        await told.desk.definitions.plan(folder=told.folder)


@pytest.mark.parametrize(
    ("evening", "times"),
    [
        ("03-07 23:00", ["03-08 01:00", "03-08 03:00", "03-08 03:36", "03-08 04:00"]),
        ("10-31 23:00", ["11-01 01:00", "11-01 01:00", "11-01 01:36", "11-01 02:00"]),
    ],
    ids=["an hour is lost", "an hour comes twice"],
)
async def test_a_night_in_which_clocks_are_set_takes_each_step_once_by_the_hours_that_there_were(told, evening, times):
    begin = at(evening).astimezone(UTC)
    told.clock._now = begin  # the office's own time would pass over the hour that comes twice
    await told.ticket(1, created(evening, "P1"), priority="P1")
    for _ in range(59):
        told.clock.advance(300)
        await told.sweep()
    assert await told.steps() == list(zip(("50 %", "75 %", "90 %", "100 %"), times, strict=True))
    due = [one.due_at for one in (await told.desk.escalate.list(sort="due_at")).items if one.outcome == "fired"]
    hours = [(one - begin).total_seconds() / 3600 for one in due]
    assert [each for each in hours if each in {2, 3, 3.6, 4}] == [2, 3, 3.6, 4]
    messages = [text for to, text in await told.said() if "T1" in text and "%" in text]
    assert len(messages) == len(set(messages)), "the hour that comes twice tells nobody twice"
