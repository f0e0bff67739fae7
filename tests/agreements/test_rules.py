"""When agreements end, until when somebody must decide, and the price at which one reaches its goal."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from servicedesk_core.features.agreements.rules import Notice, State, Term, follows, is_last, standing, term_on
from servicedesk_core.features.company.model import Weigh
from servicedesk_core.features.company.rules import TicketCost, heaviest, price_at, rhem

REMINDERS = (90, 60, 30)
DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("ends_on", "notice_days", "renews_months", "end", "deadline"),
    [
        (date(2027, 3, 31), 30, None, date(2027, 3, 31), date(2027, 3, 1)),
        (date(2026, 11, 30), 0, None, date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 11, 30), 90, 12, date(2027, 11, 30), date(2027, 9, 1)),
        (date(2025, 2, 28), 0, 1, date(2026, 12, 31), date(2026, 12, 31)),
        (date(2024, 2, 29), 0, 12, date(2027, 2, 28), date(2027, 2, 28)),
        (date(2026, 12, 1), 10, 12, date(2027, 12, 1), date(2027, 11, 21)),
        (date(2026, 12, 1), 10, None, date(2026, 12, 1), date(2026, 11, 21)),
        (date(2026, 1, 31), 90, 1, date(2027, 3, 31), date(2026, 12, 31)),
        (date(1, 1, 1), 400, None, date(1, 1, 1), date(1, 1, 1)),
        (date(9999, 12, 31), 30, 12, date(9999, 12, 31), date(9999, 12, 1)),
    ],
    ids=[
        "ends",
        "over",
        "next year",
        "month ends",
        "29 february",
        "next notice",
        "last day",
        "notice longer than the term",
        "first day there is",
        "never",
    ],
)
def test_the_term_that_runs_on_a_day(ends_on, notice_days, renews_months, end, deadline):
    assert term_on(DAY, ends_on, Notice(notice_days), renews_months) == Term(end, deadline, renews_months is not None)


@pytest.mark.parametrize(
    ("end", "months", "deadline"),
    [
        (date(2026, 12, 31), 3, date(2026, 9, 30)),
        (date(2027, 2, 28), 3, date(2026, 11, 30)),
        (date(2027, 5, 15), 3, date(2027, 2, 15)),
        (date(2027, 5, 30), 3, date(2027, 2, 28)),
        (date(2, 1, 31), 24, date(1, 1, 1)),
    ],
)
def test_notice_in_months_is_the_day_of_the_calendar(end, months, deadline):
    assert Notice(months=months).before(end) == deadline


@pytest.mark.parametrize(
    ("deadline", "end", "renews", "expected"),
    [
        (date(2027, 3, 2), date(2027, 4, 1), False, (State.RUNNING, None)),
        (date(2027, 3, 1), date(2027, 4, 1), False, (State.DUE, 90)),
        (date(2027, 1, 30), date(2027, 4, 1), False, (State.DUE, 60)),
        (date(2026, 12, 31), date(2027, 4, 1), False, (State.DUE, 30)),
        (DAY, DAY, False, (State.DUE, 30)),
        (date(2026, 11, 30), DAY, False, (State.LATE, None)),
        (date(2026, 11, 1), date(2026, 11, 30), False, (State.ENDED, None)),
        (date(2027, 3, 1), date(2027, 4, 1), True, (State.DUE, 90)),
        (date(2026, 12, 5), date(2027, 4, 1), True, (State.DUE, 90)),
    ],
)
def test_reminders_are_before_the_deadline_and_one_that_goes_on_has_the_first_only(deadline, end, renews, expected):
    assert standing(Term(end, deadline, renews), DAY, REMINDERS) == expected


@pytest.mark.parametrize(
    ("deadline", "renews", "expected"),
    [
        (date(2027, 1, 1), False, False),
        (date(2026, 12, 31), False, True),
        (date(2027, 1, 1), True, False),
        (date(2026, 12, 31), True, True),
        (date(2026, 11, 30), False, True),
    ],
)
def test_the_last_reminder_comes_to_one_that_goes_on_by_itself_too(deadline, renews, expected):
    term = Term(date(2027, 4, 1), deadline, renews)
    assert is_last(standing(term, DAY, REMINDERS)[0], (deadline - DAY).days, REMINDERS) is expected


def test_what_takes_the_place_of_an_agreement_begins_near_its_end_and_lasts_longer():
    end = date(2026, 12, 31)
    assert follows(end, date(2027, 1, 1), None)
    assert follows(end, date(2026, 12, 15), date(2027, 12, 31))
    assert not follows(end, date(2026, 12, 15), end)
    assert not follows(end, date(2026, 11, 1), date(2027, 12, 31))
    assert not follows(end, None, date(2027, 12, 31))


@pytest.mark.parametrize(
    ("cost", "other", "months", "goal", "price"),
    [
        ("1104.00", "240.00", 1, 40, "1600.00"),
        ("1104.00", "240.00", 3, 40, "533.34"),
        ("100.00", "900.00", 1, 40, "0.00"),
        ("100.00", "0", 1, 0, "100.00"),
        ("0", "0", 1, 40, "0.00"),
    ],
)
def test_the_price_at_which_an_agreement_reaches_its_goal_is_in_whole_cents_upwards(cost, other, months, goal, price):
    found = price_at(Decimal(cost), Decimal(other), months, Decimal(goal), "EUR")
    assert str(found) == price


def test_reactive_hours_per_device_and_month():
    assert rhem(118 * 3600, Fraction(500)) == Decimal("0.2360")
    assert rhem(3600, Fraction(0)) is None


def test_what_takes_most_comes_first_and_what_belongs_to_nothing_is_left_out():
    costs = [
        ("printer", TicketCost(3600, 0, Fraction(50), 0)),
        ("mail", TicketCost(7200, 3600, Fraction(40), 1)),
        ("printer", TicketCost(1800, 600, Fraction(1, 3), 0)),
        (None, TicketCost(99_999, 99_999, Fraction(999), 0)),
    ]
    by_cost, by_hours, by_rhem = ([one.key for one in heaviest(costs, by, 9)] for by in Weigh)
    assert (by_cost, by_hours, by_rhem) == (["printer", "mail"], ["mail", "printer"], ["mail", "printer"])
    [first] = heaviest(costs, Weigh.COST, 1)
    assert (first.tickets, first.worked_s, first.reactive_s, first.cost) == (2, 5400, 600, Fraction(151, 3))
