"""What comes, from what came: two models of a series that has seasons, and the test that chooses one. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, quantiles
from typing import Final, NamedTuple

DAYS: Final = 7
"""Steps in a season of a series by days: a week."""

HOURS: Final = 7 * 24
"""Steps in a season of a series by hours."""

LEAST: Final = 2
"""Seasons that a forecast takes: of one nobody can say how far off it is."""

_SMOOTHED: Final = 3
"""Seasons that Holt-Winters takes."""

_LEVEL, _TREND, _SEASON = 0.3, 0.1, 0.2
"""How much of each a new value decides. They are not fitted, so that the same series always gives the same forecast."""

_BETTER: Final = 0.95
"""Holt-Winters has to be this much better, because the other one can be explained in a sentence."""


class Model(StrEnum):
    """How a series goes on."""

    SEASONAL_NAIVE = "seasonal naive"
    """As in the last season."""
    HOLT_WINTERS = "Holt-Winters"
    """By level, trend and season, each smoothed; what is added for the season does not grow with the level."""


class Likely(NamedTuple):
    """A step to come.

    Attributes:
        expected: How many are expected, never below 0.
        low: Fewer come once in ten times; ``None`` = too little is known to say.
        high: More come once in ten times.
    """

    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """A season that was held back, and forecast from what was before.

    Attributes:
        first: Its first step.
        errors: The mean absolute error of each model that had enough to go by.
        scale: That of the seasons before, each taken for the next; 0 = they were all the same.
    """

    first: int
    errors: dict[Model, float]
    scale: float

    def scaled(self, model: Model) -> float | None:
        """Return the mean absolute scaled error of a model; ``None`` = there is nothing to scale by."""
        return self.errors[model] / self.scale if self.scale else None

    @property
    def best(self) -> Model:
        """Holt-Winters where it is better by 5 %, else seasonal naive."""
        naive, other = self.errors[Model.SEASONAL_NAIVE], self.errors.get(Model.HOLT_WINTERS)
        return Model.HOLT_WINTERS if other is not None and other <= _BETTER * naive < naive else Model.SEASONAL_NAIVE


def seasonal_naive(series: Sequence[float], season: int, ahead: int) -> list[float]:
    """Return the last season over and over."""
    last = series[-season:]
    return [float(last[step % season]) for step in range(ahead)]


def holt_winters(series: Sequence[float], season: int, ahead: int) -> list[float]:
    """Return the next steps by additive Holt-Winters.

    It begins with the mean of the first season, the growth from the first to the second, and how far each step of the
    first was from that mean. Forecasts are not below 0.

    Args:
        series: At least two seasons.
        season: Steps of a season.
        ahead: How many steps to come.
    """
    first, second = series[:season], series[season : 2 * season]
    level, trend = fmean(first), (sum(second) - sum(first)) / season**2
    added = [one - level for one in first]
    for at in range(season, len(series)):
        before, old = level, added[at % season]
        level = _LEVEL * (series[at] - old) + (1 - _LEVEL) * (level + trend)
        trend = _TREND * (level - before) + (1 - _TREND) * trend
        added[at % season] = _SEASON * (series[at] - level) + (1 - _SEASON) * old
    length = len(series)
    return [max(0.0, level + step * trend + added[(length + step - 1) % season]) for step in range(1, ahead + 1)]


_MODELS: Final[dict[Model, tuple[Callable[[Sequence[float], int, int], list[float]], int]]] = {
    Model.SEASONAL_NAIVE: (seasonal_naive, LEAST),
    Model.HOLT_WINTERS: (holt_winters, _SMOOTHED),
}
"""Each model, and how many seasons it takes."""


def backtest(series: Sequence[float], season: int, most: int) -> list[Held]:
    """Return the last seasons, each forecast from what was before it, the latest first; the latest decides.

    Args:
        series: What came.
        season: Steps of a season.
        most: At most so many.
    """
    last, least = len(series) - season, LEAST * season
    return [_held(series, season, first) for first in range(last, max(least - 1, last - most * season), -season)]


def _held(series: Sequence[float], season: int, first: int) -> Held:
    known, came = series[:first], series[first : first + season]
    errors = {
        model: fmean(abs(one - other) for one, other in zip(came, predict(known, season, season), strict=True))
        for model, (predict, least) in _MODELS.items()
        if first >= least * season
    }
    return Held(first, errors, fmean(abs(known[at] - known[at - season]) for at in range(season, first)))


def chosen(held: Sequence[Held]) -> Model:
    """Return the model that a backtest chooses; without one the plainer."""
    return held[0].best if held else Model.SEASONAL_NAIVE


def forecast(series: Sequence[float], season: int, ahead: int, model: Model) -> Iterator[Likely]:
    """Yield the steps to come, with how far off such forecasts were.

    Args:
        series: What came: at least two seasons.
        season: Steps of a season.
        ahead: How many steps.
        model: By which model.
    """
    predict, least = _MODELS[model]
    off: list[list[float]] = [[] for _ in range(0, ahead, season)]
    for first in range(len(series) - season, (least if model is Model.HOLT_WINTERS else 1) * season - 1, -season):
        came = series[first:]
        for step, (one, other) in enumerate(zip(came, predict(series[:first], season, ahead), strict=False)):
            off[step // season].append(one - other)
    for step, expected in enumerate(predict(series, season, ahead)):
        errors = off[step // season]
        if len(errors) < season:
            yield Likely(expected, None, None)
            continue
        # What always came higher than forecast would else not be expected between its own edges.
        least_off, *_, most_off = quantiles(errors, n=10, method="inclusive")
        yield Likely(expected, max(0.0, expected + min(least_off, 0)), expected + max(most_off, 0))
