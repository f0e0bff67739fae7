"""Forecasts of real logs: what the last weeks would have been, held against the weeks before by hand."""

import csv
import gzip
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from servicedesk_core.features.forecast.rules import DAYS, Model, backtest, chosen, forecast
from tests.realdata.conftest import DATA

LOGS = {
    "italian-helpdesk": ("Case ID", "Complete Timestamp"),
    "bpi2013-problems": ("case_id", "timestamp"),
}


def opened(name: str) -> list[int]:
    """Return how many cases began each day, from the first day to the last."""
    path = DATA / name / "events.csv.gz"
    if not path.exists():
        pytest.skip(f"the real log {name} is not beside this repository")
    case, at = LOGS[name]
    first: dict[str, date] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row[at].replace("/", "-")).date()
            first[row[case]] = min(day, first.get(row[case], day))
    found, begun = Counter(first.values()), min(first.values())
    return [found[begun + timedelta(days=number)] for number in range((max(first.values()) - begun).days + 1)]


@pytest.mark.parametrize("name", LOGS)
def test_the_chosen_model_is_the_better_one_by_a_twentieth(name):
    series = opened(name)
    held = backtest(series, DAYS, 8)
    by_hand = [abs(series[-at] - series[-at - DAYS]) for at in range(1, DAYS + 1)]
    assert held[0].errors[Model.SEASONAL_NAIVE] == pytest.approx(sum(by_hand) / DAYS)
    is_better = held[0].errors[Model.HOLT_WINTERS] <= 0.95 * held[0].errors[Model.SEASONAL_NAIVE]
    assert chosen(held) is (Model.HOLT_WINTERS if is_better else Model.SEASONAL_NAIVE)
    for one in forecast(series, DAYS, 2 * DAYS, chosen(held)):
        assert 0 <= one.low <= one.expected <= one.high
