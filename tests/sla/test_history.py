"""Clocks of tickets of which not everything was seen, or not when it happened."""

from datetime import datetime, timedelta

import pytest

from servicedesk_core.domain import EventSource
from servicedesk_core.features.sla import Clock, Outcome
from tests.sla.office import (
    COMPLETION,
    ENGAGEMENT,
    REOPENED,
    at,
    completion,
    created,
    event,
    hours,
    judged,
    minutes,
    status,
)


@pytest.mark.parametrize("shift", [timedelta(), minutes(-5)], ids=["at once", "after the office said so"])
def test_a_ticket_begins_when_it_is_created_though_it_is_seen_later(shift):
    seen = event("03-03 12:00", "snapshot", actor=None, status_category="new", priority="P2")
    found = completion([seen], "03-03 12:30", known={"created_at": at("03-03 09:00") + shift})
    assert (found.outcome, found.due_at) == (Outcome.OPEN, at("03-03 17:00") + shift)


def test_what_happened_before_a_ticket_was_first_seen_is_not_judged():
    seen = event("03-03 12:00", "snapshot", actor=None, status_category="in_progress", priority="P2")
    found = judged([seen, status("03-09 12:00", "resolved")], "03-09 12:30", known={"created_at": at("03-03 09:00")})
    assert {one.outcome for one in found.values()} == {Outcome.UNKNOWN}
    assert {one.decided_at for one in found.values()} == {None}


def test_a_change_that_is_seen_later_does_not_tell_what_came_before_the_first_sight():
    seen = event("03-03 12:00", "snapshot", actor=None, status_category="in_progress", priority="P2")
    told = {"before": {"status_category": "in_progress"}}
    waits = status("03-03 13:00", "waiting_customer", actor=None).model_copy(update=told)
    found = judged([seen, waits], "03-03 14:00", known={"created_at": at("03-03 09:00")})
    assert {one.outcome for one in found.values()} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("category", ["new", "in_progress"])
@pytest.mark.parametrize("kind", ["snapshot", "status_changed"])
def test_a_ticket_whose_creation_nobody_tells_is_not_judged(category, kind):
    seen = event("03-03 12:00", kind, actor=None, status_category=category, priority="P2")
    assert {one.outcome for one in judged([seen], "03-03 14:00").values()} == {Outcome.UNKNOWN}


def test_after_a_second_gap_nothing_is_known_either():
    gap = event("03-05 12:00", "snapshot", actor=None, status_category="waiting_customer")
    events = [*REOPENED[:2], status("03-02 14:00", "closed"), status("03-05 09:00", "in_progress"), gap]
    found = judged(events, "03-05 13:00")
    assert [found[Clock.COMPLETION, cycle].outcome for cycle in (1, 2)] == [Outcome.MET, Outcome.UNKNOWN]


def test_an_imported_log_begins_with_its_first_event_and_its_final_values_hold_from_the_beginning():
    final = {"final": {"priority": "P2", "status_category": "closed"}}
    step = event("03-03 09:00", "activity", actor=None, status_category="new", **final)
    step = step.model_copy(update={"source": EventSource.IMPORTED})
    found = completion([step], "03-03 10:00")
    assert (found.due_at, found.outcome, found.superseded) == (at("03-03 17:00"), Outcome.OPEN, ())


def test_history_that_arrives_later_is_judged():
    seen = event("03-03 12:00", "snapshot", actor=None, status_category="in_progress", priority="P2")
    history = [created("03-03 09:00", "P2"), status("03-03 10:00", "in_progress")]
    found = judged([seen, *history], "03-03 12:30")
    assert [found[clock].outcome for clock in (ENGAGEMENT, COMPLETION)] == [Outcome.MET, Outcome.OPEN]


def test_what_no_event_states_is_as_the_ticket_is_now_turned_back_by_what_events_say_was_before():
    raised = event("03-03 13:00", "priority_changed", priority="P1").model_copy(update={"before": {"priority": "P3"}})
    bare = event("03-03 09:00", "created", actor=None)
    (before,) = completion([bare, raised], "03-03 14:00", known={"priority": "P1"}).superseded
    assert before.target == hours(24)


def test_a_ticket_of_tomorrow_has_no_clock_and_one_whose_creation_is_told_too_late_begins_with_its_first_event():
    assert judged([created("03-04 09:00")], "03-03 09:00") == {}
    odd = created("03-03 09:00", "P2", created_at="2099-01-01T00:00:00+00:00")
    assert completion([odd], "03-03 10:00").due_at == at("03-03 17:00")


def test_the_past_is_judged_as_it_was_then():
    events = [created("03-03 09:00", "P2"), status("03-03 11:00", "waiting_customer")]
    assert completion(events, "03-03 10:00") == completion(events[:1], "03-03 10:00")


@pytest.mark.parametrize("when", ["2026-03-03T09:00:00", datetime(2026, 3, 3, 9), "soon"])  # noqa: DTZ001
def test_a_creation_without_an_offset_is_refused_with_the_ticket_and_the_field(when):
    with pytest.raises(ValueError, match=r"ticket 1: created_at is .*; write it with its offset"):
        judged([created("03-03 09:00")], "03-03 10:00", known={"created_at": when})
