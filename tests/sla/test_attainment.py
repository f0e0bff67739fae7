"""How many promises were kept in a period."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.features.sla import Clock, Outcome, clock_attainment, evaluate, ticket_compliance
from tests.sla.office import CALENDARS, STANDARD, at, created, event, hours, status
from tests.sla.test_properties import NOW, UNDER, courses

PERIOD = (at("03-01 00:00"), at("04-01 00:00"))
START = at("03-03 09:00")


def ticket(number, *, triaged=True, engaged=True, completed=True):
    """A ticket of the third priority that keeps these promises and misses the others."""
    ref = str(number)
    steps = [created(START, ticket=ref)]
    after = hours(0.5) if triaged else hours(1.5)
    steps.append(status(START + after, "triaged", ticket=ref, category="Network", queue_ref="1"))
    steps.append(event(START + (hours(2) if engaged else hours(6)), "time_entry", ticket=ref))
    steps.append(status(at("03-04 09:00") if completed else at("03-10 09:00"), "resolved", ticket=ref))
    return steps


@pytest.fixture(scope="module")
def hundred():
    """Of a hundred tickets 98 are triaged, 95 engaged, 91 completed in time, and 89 all of it."""
    not_triaged, not_engaged, not_completed = {0, 10}, {1, 2, 3, 4, 9}, set(range(9))
    told = []
    for number in range(100):
        kept = (number not in late for late in (not_triaged, not_engaged, not_completed))
        told += ticket(number, **dict(zip(("triaged", "engaged", "completed"), kept, strict=True)))
    return evaluate(told, STANDARD, CALENDARS, at("03-31 00:00"))


def test_each_clock_has_its_own_share_and_a_ticket_complies_when_it_kept_all(hundred):
    shares = [clock_attainment(hundred, clock, *PERIOD) for clock in Clock]
    assert [(one.kept, one.judged) for one in shares] == [(98, 100), (95, 100), (91, 100)]
    compliance = ticket_compliance(hundred, *PERIOD)
    assert (compliance.kept, compliance.judged, compliance.share) == (89, 100, 0.89)


def test_a_clock_belongs_to_the_period_in_which_it_was_decided():
    told = ticket(1, completed=False)
    found = evaluate(told, STANDARD, CALENDARS, at("03-31 00:00"))
    # Missed on the fifth, when the target was used up, and not on the tenth, when it was resolved.
    assert clock_attainment(found, Clock.COMPLETION, at("03-05 00:00"), at("03-06 00:00")).judged == 1
    assert clock_attainment(found, Clock.COMPLETION, at("03-10 00:00"), at("03-11 00:00")).judged == 0
    assert ticket_compliance(found, at("03-10 00:00"), at("03-11 00:00")).judged == 1


def test_what_does_not_count_is_counted_aside():
    told = [created(START), status(START + hours(1), "cancelled")]
    found = evaluate(told, STANDARD, CALENDARS, at("03-31 00:00"))
    left_out = clock_attainment(found, Clock.COMPLETION, *PERIOD)
    assert (left_out.share, left_out.judged, left_out.excluded) == (None, 0, {Outcome.EXEMPT: 1})
    assert ticket_compliance(found, *PERIOD).excluded == {}


def test_without_anything_to_judge_there_is_no_share():
    assert clock_attainment((), Clock.TRIAGE, *PERIOD).share is None
    assert ticket_compliance((), *PERIOD).share is None


@pytest.mark.slow
@given(st.lists(courses(), max_size=4), st.integers(0, 10))
def test_what_was_kept_is_part_of_what_was_judged(told, days):
    period = (at("03-02 00:00"), at("03-02 00:00") + timedelta(days=days))
    apart = [step.model_copy(update={"ticket_ref": str(number)}) for number, steps in enumerate(told) for step in steps]
    found = evaluate(apart, UNDER["under"], UNDER["calendars"], NOW)
    for one in (*(clock_attainment(found, clock, *period) for clock in Clock), ticket_compliance(found, *period)):
        assert 0 <= one.kept <= one.judged
        assert (one.share is None) == (one.judged == 0)
