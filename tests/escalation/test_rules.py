"""Which plan a ticket has, when its steps fall due, and what is done of several at once. Without a store."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from servicedesk_core.features.escalate.kinds import Plan, Step
from servicedesk_core.features.escalate.rules import Always, Running, due_at, next_at, plan_of, taken
from tests.sla.office import at

STEPS = tuple(Step(at=share, notify=("ana",)) for share in ("50 %", "75 %", "90 %", "100 %"))
HOUR_US = 3_600_000_000


def running(begins="03-02 09:00", target_h=4, judged="03-02 09:00"):
    return Running(round(at(begins).timestamp() * 1_000_000), target_h * HOUR_US, at(judged))


def test_what_an_event_made_past_fell_due_with_it_and_one_step_stands_for_all():
    clock = running(judged="03-02 12:30")  # a priority that is raised late: 50 and 75 % are past
    found = taken(STEPS, (), clock, Always(), at("03-02 12:31"), is_moved=True)
    assert [(one.step.key, one.outcome) for one in found] == [("50 %", "coalesced"), ("75 %", "fired")]
    assert {one.due_at for one in found} == {at("03-02 12:30")}
    assert next_at(STEPS, {"50 %", "75 %"}, clock, Always()) == at("03-02 12:36")


def test_what_fell_due_long_before_it_was_found_is_told_in_a_summary():
    found = taken(STEPS, (), running(), Always(), at("03-02 14:00"))
    assert [one.outcome for one in found] == ["coalesced", "coalesced", "coalesced", "late"]
    assert taken(STEPS, {"50 %"}, running(), Always(), at("03-02 11:30")) == []


def test_an_event_that_moves_no_due_time_makes_nothing_old_new():
    clock = running(judged="03-02 14:50")  # a note: the last step was due at 13:00
    assert [one.outcome for one in taken(STEPS, (), clock, Always(), at("03-02 15:00"))][-1] == "late"
    clock = running(judged="03-02 13:10")
    assert [one.outcome for one in taken(STEPS, (), clock, Always(), at("03-02 13:20"))][-1] == "fired"


@pytest.mark.parametrize(
    ("step", "due"),
    [({"before": "30 min"}, "03-02 12:30"), ({"after": "60 min"}, "03-02 14:00"), ({"at": "90 %"}, "03-02 12:36")],
)
def test_steps_fall_due_before_at_and_after_the_promise(step, due):
    assert due_at(Step(**step, page=True), running(), Always()) == at(due)


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(-300, 300)), max_size=8))
def test_whatever_becomes_of_a_clock_each_step_is_taken_once(moves):
    done, now, begins = [], at("03-02 09:00"), at("03-02 09:00")
    for minutes, shift in moves:
        now += timedelta(minutes=minutes)
        begins = min(begins + timedelta(minutes=shift), now)
        clock = Running(round(begins.timestamp() * 1_000_000), 4 * HOUR_US, now if shift else at("03-02 09:00"))
        found = taken(STEPS, set(done), clock, Always(), now)
        assert sum(one.outcome == "fired" for one in found) <= 1
        done += [one.step.key for one in found]
    assert len(done) == len(set(done))


def test_of_plans_that_fit_the_one_with_the_most_conditions_holds():
    plans = [
        Plan(name="all", steps=STEPS),
        Plan(name="p1", priority=("P1",), steps=STEPS),
        Plan(name="gold", priority=("P1",), customer_tier=("gold",), steps=STEPS),
        Plan(name="worth", contract_value=Decimal(5_000), priority=("P2",), steps=STEPS),
    ]

    def name(*of):
        return plan_of(plans, "completion", *of).name

    assert (name("P3", None, None), name("P1", "silver", None), name("P1", "gold", None)) == ("all", "p1", "gold")
    assert (name("P2", None, Decimal(4_999)), name("P2", None, Decimal(5_000))) == ("all", "worth")
    assert plan_of(plans, "triage", "P1", None, None) is None


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"at": "50 %"}, "does nothing"),
        ({"notify": ["ana"]}, "say when"),
        ({"at": "50 %", "after": "1 h", "page": True}, "say when"),
        ({"at": "101 %", "page": True}, "write a share"),
    ],
)
def test_a_step_says_when_and_what(step, told):
    with pytest.raises(ValidationError, match=told):
        Step.model_validate(step)
