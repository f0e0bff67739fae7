"""Clocks of tickets that are cancelled, merged, deleted or restored."""

import pytest

from servicedesk_core.features.sla import Clock, ClockState, Outcome
from tests.sla.office import (
    COMPLETION,
    ENGAGEMENT,
    TRIAGE,
    at,
    completion,
    created,
    event,
    hours,
    judged,
    minutes,
    status,
)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (status("03-03 10:00", "cancelled"), "cancelled"),
        (status("03-03 10:00", "spam"), "spam"),
        (event("03-03 10:00", "merged", merged_into_ref="2"), "merged"),
        (event("03-03 10:00", "deleted"), "deleted"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_ticket_that_is_gone_counts_for_nothing(end, reason):
    found = completion([created("03-03 09:00"), end], "03-09 09:00")
    assert (found.state, found.outcome, found.reason) == (ClockState.WITHDRAWN, Outcome.EXEMPT, reason)
    assert (found.due_at, found.decided_at) == (None, None)


@pytest.mark.parametrize("gone", ["cancelled", "spam", "merged"])
def test_a_ticket_that_is_gone_and_then_closed_is_still_gone(gone):
    end = event("03-03 09:10", "merged", merged_into_ref="2") if gone == "merged" else status("03-03 09:10", gone)
    events = [created("03-03 09:00"), end, status("03-03 09:11", "closed")]
    found = judged(events, "03-09 09:00")
    assert {(one.state, one.outcome, one.reason) for one in found.values()} == {
        (ClockState.WITHDRAWN, Outcome.EXEMPT, gone)
    }
    assert {one.stopped_at for one in found.values()} == {at("03-03 09:10")}
    again = [*events, status("03-03 11:10", "in_progress")]
    assert completion(again, "03-03 12:10").elapsed == minutes(70)


def test_a_ticket_that_is_resolved_while_it_is_deleted_is_so_from_its_restoring_on():
    events = [
        created("03-03 09:00"),
        event("03-03 09:10", "deleted"),
        status("03-03 09:11", "resolved"),
    ]
    assert completion(events, "03-03 12:00").reason == "deleted"
    found = completion([*events, event("03-04 10:00", "restored")], "03-04 12:00")
    assert (found.outcome, found.stopped_at, found.elapsed) == (Outcome.MET, at("03-04 10:00"), minutes(10))


@pytest.mark.parametrize("kind", ["merged", "status_changed"])
def test_a_merge_soon_after_the_resolution_takes_it_back(kind):
    events = [created("03-03 09:00"), status("03-03 09:10", "closed")]
    merged = [*events, event("03-03 09:11", kind, status_category="merged")]
    found = judged(merged, "03-09 09:00")
    assert {(one.outcome, one.reason, one.stopped_at) for one in found.values()} == {
        (Outcome.EXEMPT, "merged", at("03-03 09:11"))
    }
    split = judged([*merged, status("03-03 11:00", "in_progress")], "03-03 12:00")
    assert (split[COMPLETION].elapsed, split[TRIAGE].stopped_at) == (minutes(70), at("03-03 11:00"))
    assert (Clock.COMPLETION, 2) not in split


def test_a_merge_takes_back_what_the_resolution_fulfilled_and_nothing_before():
    events = [created("03-03 09:00"), event("03-03 09:05", "time_entry"), status("03-03 09:10", "resolved")]
    found = judged([*events, event("03-03 09:11", "merged")], "03-09 09:00")
    assert [found[clock].outcome for clock in (TRIAGE, ENGAGEMENT, COMPLETION)] == [
        Outcome.MET,
        Outcome.MET,
        Outcome.EXEMPT,
    ]


def test_a_merge_after_the_days_in_which_a_ticket_may_be_reopened_changes_nothing_that_was_decided():
    events = [created("03-02 09:00"), status("03-02 09:30", "closed")]
    for when, outcome in (("03-09 09:30", Outcome.EXEMPT), ("03-09 09:31", Outcome.MET)):
        found = judged([*events, event(when, "merged", merged_into_ref="2")], "03-10 09:00")
        assert {one.outcome for one in found.values()} == {outcome}


@pytest.mark.parametrize("gone", ["cancelled", "merged"])
def test_what_is_done_to_a_ticket_that_is_gone_fulfils_nothing(gone):
    events = [created("03-03 09:00"), status("03-03 09:10", gone), event("03-03 12:00", "time_entry")]
    found = judged(events, "03-09 09:00")
    assert {one.outcome for one in found.values()} == {Outcome.EXEMPT}


def test_a_restored_ticket_goes_on_where_it_was():
    events = [created("03-03 09:00", "P2"), event("03-03 10:00", "deleted"), event("03-03 12:00", "restored")]
    assert completion(events, "03-03 12:00").due_at == at("03-04 09:00")
    assert completion(events, "03-03 12:00").elapsed == hours(1)


def test_what_was_decided_before_a_ticket_was_cancelled_stays():
    events = [created("03-03 09:00"), status("03-03 09:10", "in_progress"), status("03-03 10:00", "cancelled")]
    found = judged(events, "03-03 12:00")
    assert (found[ENGAGEMENT].outcome, found[COMPLETION].outcome) == (Outcome.MET, Outcome.EXEMPT)
