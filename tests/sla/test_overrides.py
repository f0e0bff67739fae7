"""What people decide about a clock: another due time, or that it does not count."""

from datetime import timedelta

import pytest

from servicedesk_core.features.sla import Outcome
from tests.sla.office import (
    COMPLETION,
    ENGAGEMENT,
    at,
    completion,
    created,
    event,
    hours,
    judged,
    status,
)


def test_an_override_moves_the_due_time_until_it_is_lifted():
    moved = event(
        "03-03 10:00", "sla_override", clock="completion", reason="agreed", due_at="2026-03-06T12:00:00-05:00"
    )
    events = [created("03-03 09:00", "P2"), moved]
    found = completion(events, "03-05 09:00")
    assert (found.due_at, found.outcome, found.remaining) == (at("03-06 12:00"), Outcome.OPEN, hours(13))
    assert completion(events, "03-06 12:01").breached_at == at("03-06 12:00")
    lifted = event("03-03 11:00", "sla_override", clock="completion", reason="a mistake", is_lifted=True)
    assert completion([*events, lifted], "03-05 09:00").due_at == at("03-03 17:00")


def due(when, told="03-06 10:00"):
    return event(
        told, "sla_override", clock="completion", reason="agreed", due_at=f"2026-{when}:00-05:00".replace(" ", "T")
    )


def test_an_override_is_judged_by_business_time_as_the_policy_is():
    start, same = created("03-06 10:00", "P2"), due("03-06 18:00")
    for end, outcome in (("03-07 12:00", Outcome.MET), ("03-09 08:01", Outcome.MISSED)):
        events = [start, status(end, "resolved")]
        for told in (events, [*events, same]):
            found = completion(told, "03-09 12:00")
            assert (found.outcome, found.due_at) == (outcome, at("03-06 18:00"))
    assert completion([start, same], "03-07 12:00").outcome is Outcome.OPEN


def test_an_override_that_is_due_before_any_business_time_is_at_risk_and_of_nothing_no_share_is_used():
    events = [created("03-07 09:00", "P2"), due("03-07 10:00", "03-07 09:00")]
    for now in ("03-07 09:30", "03-07 11:00"):
        found = completion([events[0], status("03-07 09:10", "triaged"), events[1]], now)
        assert (found.target, found.used_share, found.is_at_risk, found.outcome) == (
            timedelta(),
            None,
            True,
            Outcome.OPEN,
        )
    assert completion(events, "03-09 08:01").breached_at == at("03-07 10:00")


def test_an_exempt_clock_counts_for_nothing_and_says_why_and_no_other_clock_is_touched():
    exempt = event("03-05 10:00", "sla_override", clock="completion", reason="storm", is_exempt=True)
    found = judged([created("03-03 09:00", "P2"), exempt], "03-05 12:00")
    assert (found[COMPLETION].outcome, found[COMPLETION].reason) == (Outcome.EXEMPT, "storm")
    assert found[ENGAGEMENT].outcome is Outcome.MISSED


def test_an_override_needs_a_reason():
    bare = event("03-05 10:00", "sla_override", clock="completion", reason="", is_exempt=True)
    with pytest.raises(ValueError, match="reason"):
        completion([created("03-03 09:00"), bare], "03-05 12:00")
