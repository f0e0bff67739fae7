"""Two models of a series with seasons, held against worked numbers, and which of them is chosen."""

import pytest

from servicedesk_core.features.forecast.rules import (
    DAYS,
    HOURS,
    Model,
    backtest,
    chosen,
    forecast,
    holt_winters,
    seasonal_naive,
)

WEEKS = [
    *(40, 52, 48, 45, 38, 12, 8),
    *(42, 55, 50, 46, 40, 13, 9),
    *(44, 57, 53, 49, 41, 14, 9),
    *(46, 60, 54, 51, 43, 15, 10),
]


def test_both_models_give_the_worked_numbers():
    assert seasonal_naive(WEEKS, DAYS, 7) == [46, 60, 54, 51, 43, 15, 10]
    found = holt_winters(WEEKS, DAYS, 7)
    assert found == pytest.approx([45.6579, 57.9835, 53.3366, 50.0484, 42.9296, 16.5501, 12.5714], abs=5e-5)
    assert sum(found) == pytest.approx(279.077, abs=5e-4)


def test_the_last_week_is_held_back_and_the_plainer_model_stays():
    (last, before) = backtest(WEEKS, DAYS, 8)
    assert holt_winters(WEEKS[:21], DAYS, 7) == pytest.approx(
        [43.826, 56.027, 51.816, 48.555, 41.656, 15.543, 11.636], abs=5e-4
    )
    assert last.errors == pytest.approx({Model.SEASONAL_NAIVE: 1.7143, Model.HOLT_WINTERS: 2.0428}, abs=5e-5)
    assert last.scale == pytest.approx(1.7143, abs=5e-5)
    assert last.scaled(Model.SEASONAL_NAIVE) == pytest.approx(1.0)
    assert last.scaled(Model.HOLT_WINTERS) == pytest.approx(1.1916, abs=5e-5)
    assert chosen([last, before]) is Model.SEASONAL_NAIVE
    assert set(before.errors) == {Model.SEASONAL_NAIVE}, "two weeks before it are too few for Holt-Winters"


def test_holt_winters_is_chosen_where_it_is_better_by_a_twentieth():
    growing = [week + at for at, week in enumerate([30, 28, 26, 25, 24, 5, 3] * 12)]
    held = backtest(growing, DAYS, 3)
    assert len(held) == 3
    assert held[0].errors[Model.HOLT_WINTERS] < 0.95 * held[0].errors[Model.SEASONAL_NAIVE]
    assert chosen(held) is Model.HOLT_WINTERS


def test_what_was_always_the_same_has_nothing_to_scale_by_and_no_width():
    flat = [5, 5, 5, 5, 5, 0, 0] * 6
    (last, *_) = backtest(flat, DAYS, 2)
    assert (last.scale, last.scaled(Model.SEASONAL_NAIVE), last.best) == (0, None, Model.SEASONAL_NAIVE)
    assert [*forecast(flat, DAYS, 7, last.best)] == [(value, value, value) for value in flat[:7]]


def test_of_two_weeks_only_the_next_is_given_a_width_and_of_two_nothing_is_held_back():
    found = [*forecast(WEEKS[:14], DAYS, 14, chosen(backtest(WEEKS[:14], DAYS, 8)))]
    assert [one.expected for one in found] == WEEKS[7:14] * 2
    assert [one.low is None for one in found] == [False] * 7 + [True] * 7
    assert found[0].low == found[0].expected < found[0].high
    assert backtest(WEEKS[:14], DAYS, 8) == []


def test_nothing_below_nothing_is_expected():
    falling = [max(0, 60 - 2 * at) for at in range(35)]
    assert min(holt_winters(falling, DAYS, 28)) == 0
    assert all(one.low >= 0 for one in forecast(falling, DAYS, 7, Model.HOLT_WINTERS))


def test_hours_have_a_season_of_a_week():
    hours = [at % 24 if at // 24 % 7 < 5 else 0 for at in range(4 * HOURS)]
    assert [one.expected for one in forecast(hours, HOURS, 48, Model.SEASONAL_NAIVE)] == hours[:48]
