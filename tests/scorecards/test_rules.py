"""How a card is scored: the worked numbers."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.faces import Goal
from servicedesk_core.features.scorecards import rules
from servicedesk_core.features.scorecards.model import Moved, Trend

EXAMPLE = (
    (15, 0.96, 0.95, "more", 1.0105),
    (20, 4.6, 4.7, "more", 0.9787),
    (20, 0.80, 0.85, "more", 0.9412),
    (15, 0.06, 0.05, "less", 0.8333),
    (15, 0.84, 0.80, "more", 1.05),
    (15, 0.90, 0.95, "more", 0.9474),
)
"""Weight, value, goal, direction, and how much of the goal is reached."""


def _reached(value, wanted, better):
    return rules.attainment(value, Goal.of(f"{'>=' if better == 'more' else '<'} {wanted}"), better)


def test_the_worked_card_comes_to_its_score_with_and_without_a_figure_and_with_the_team():
    parts = [(weight, _reached(value, wanted, better)) for weight, value, wanted, better, _ in EXAMPLE]
    assert [round(one, 4) for _, one in parts] == [one[-1] for one in EXAMPLE]
    individual = rules.score(parts)
    assert round(individual, 2) == 96.02
    assert round(rules.shared(individual, 96.0, Fraction(25, 100)), 2) == 96.01
    assert round(rules.score([*parts[:1], *parts[2:]]), 2) == 95.55, "weights of what is missing drop out"
    assert rules.score([]) is rules.score([(0, 1.0)]) is None
    assert rules.shared(individual, None, Fraction(1, 4)) == individual


def test_attainment_has_a_cap_and_knows_nothing_and_goals_of_nothing():
    cases = (
        (200, 100, "more", 1.2), (0, 100, "more", 0), (-5, 50, "more", 0), (0, 5, "less", 1.2), (1, 5, "less", 1.2),
        (10, 5, "less", 0.5), (0, 0, "less", 1.2), (3, 0, "less", 0), (3, 0, "more", 1.2),
    )  # fmt: skip
    for value, wanted, better, reached in cases:
        assert _reached(value, wanted, better) == reached, (value, wanted, better)


def test_trend_slope_mean_and_whether_a_figure_moved():
    weeks = [88.0, 90.5, 91.0, 93.5]
    assert (rules.slope(weeks), rules.mean(weeks)) == (pytest.approx(1.7), 90.75)
    assert rules.slope([90.0, None, None, 96.0]) == pytest.approx(2), "weeks without a card are weeks"
    assert rules.slope([1.0]) is rules.slope([None, 1.0]) is rules.mean([]) is None
    assert [rules.trend(now, 100) for now in (102, 102.1, 98, 97.9)] == [Trend.FLAT, Trend.UP, Trend.FLAT, Trend.DOWN]
    assert rules.trend(None, 1) is rules.trend(1, None) is None
    assert [rules.moved(6, now, "less") for now in (5, 6.05, 7, None)] == [
        Moved.BETTER, Moved.NOT, Moved.WORSE, Moved.UNKNOWN,
    ]  # fmt: skip


def test_a_spread_over_few_people_is_not_told():
    assert rules.spread([1, 2, 3, 4, None]) is None
    assert rules.spread([1, 2, 3, 4, 5]) == (2, 3, 4)


def test_a_week_closes_on_its_last_day_with_hours():
    office = Calendar(
        name="office", zone="America/New_York", hours={"mon-thu": "09:00-18:00", "fri": "09:00-16:30"},
        holidays={date(2026, 3, 13): "closed"},
    )  # fmt: skip
    assert rules.closes_at(office, date(2026, 3, 2), UTC) == datetime(2026, 3, 6, 21, 30, tzinfo=UTC)
    assert rules.closes_at(office, date(2026, 3, 9), UTC) == datetime(2026, 3, 12, 22, tzinfo=UTC), "after the change"
    assert rules.closes_at(None, date(2026, 3, 2), UTC) == datetime(2026, 3, 6, 17, tzinfo=UTC)
