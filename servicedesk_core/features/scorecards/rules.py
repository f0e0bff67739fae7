"""How a card is scored, and what a talk about it begins with. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Case, Goal, Kpi, Measure, Sum, Verdict
from servicedesk_core.faces.measure import percentile
from servicedesk_core.features.scorecards.model import Line, Moved, Trend
from servicedesk_core.features.sla import Calendar

CAP: Final = 1.2
"""What is far beyond its goal counts no more than this."""

FLAT: Final = 0.02
"""A change of so much is none."""

BEFORE: Final = 4
"""Weeks that a figure is compared with."""

TOLD: Final = 5
"""A spread over fewer people would tell who they are."""

FACTS: Final = 3
"""What one talk is about."""

FRIDAY: Final = 4
USUAL_CLOSE: Final = time(17)
"""Where no calendar says when the desk closes."""

Better = Literal["less", "more"]


def attainment(value: float, goal: Goal, better: Better) -> float:
    """Return how much of a goal is reached: 1 is all of it, and no more counts than :data:`CAP`."""
    wanted = float(goal.value)
    above, below = (value, wanted) if better == "more" else (wanted, value)
    if below <= 0:
        return CAP if above >= below else 0.0
    return max(0.0, min(CAP, above / below))


def score(parts: Iterable[tuple[int, float]]) -> float | None:
    """Return the mean of attainments by their weights, in percent; what is missing is not among them."""
    counted = [(weight, reached) for weight, reached in parts if weight]
    weights = sum(weight for weight, _ in counted)
    return 100 * sum(weight * reached for weight, reached in counted) / weights if weights else None


def shared(individual: float | None, team: float | None, share: Fraction) -> float | None:
    """Return the score with the team's part in it; without a team's score it is the individual one."""
    if individual is None or team is None:
        return individual
    return float(1 - share) * individual + float(share) * team


def mean(values: Sequence[float]) -> float | None:
    """Return the mean; ``None`` of nothing."""
    return sum(values) / len(values) if values else None


def trend(value: float | None, before: float | None) -> Trend | None:
    """Return which way a figure went from its mean of the weeks before."""
    if value is None or before is None:
        return None
    if abs(value - before) <= FLAT * abs(before):
        return Trend.FLAT
    return Trend.UP if value > before else Trend.DOWN


def moved(then: float | None, now: float | None, better: Better) -> Moved:
    """Return whether a figure moved to where it was to go."""
    way = trend(now, then)
    if way is None:
        return Moved.UNKNOWN
    if way is Trend.FLAT:
        return Moved.NOT
    return Moved.BETTER if (way is Trend.UP) is (better == "more") else Moved.WORSE


def slope(weeks: Sequence[float | None]) -> float | None:
    """Return by how much values rise from week to week: the straight line with the least squares.

    Args:
        weeks: One of each week, in order; ``None`` = there is none of that week.
    """
    known = [(at, value) for at, value in enumerate(weeks) if value is not None]
    if len(known) < 2:  # noqa: PLR2004  # a line takes two points
        return None
    middle, level = sum(at for at, _ in known) / len(known), sum(value for _, value in known) / len(known)
    below = sum((at - middle) ** 2 for at, _ in known)
    return sum((at - middle) * (value - level) for at, value in known) / below


def spread(values: Iterable[float | None]) -> tuple[float, float, float] | None:
    """Return what a quarter, half and three quarters of the people stay below; ``None`` of too few people."""
    known = sorted(value for value in values if value is not None)
    if len(known) < TOLD:
        return None
    low, middle, high = (percentile(known, share) for share in (0.25, 0.5, 0.75))
    return low, middle, high


def against(kpi: Kpi[Any], found: Measure, goal: Goal | None) -> list[Case]:
    """Return the records that keep a figure from being better, the worst first."""
    counted = [one for one in found.cases if not one.excluded]
    wants_more = kpi.better == "more"

    def each(one: Case) -> float:
        return one.numerator / one.denominator if one.denominator else one.numerator

    match found.how:
        case Sum.TOTAL:
            bad = [] if wants_more else counted
        case Sum.RATIO if wants_more:
            bad = [one for one in counted if one.denominator and one.numerator < one.denominator]
        case Sum.RATIO:
            bad = [one for one in counted if one.numerator > 0]
        case _:
            scale = float(found.scale)
            bad = [one for one in counted if goal and goal.judge(each(one) * scale) is Verdict.MISSED]
    return sorted(bad, key=lambda one: (each(one) if wants_more else -each(one), one.record))


def facts(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return what a talk is about: what went best, then what is furthest from its goal."""
    scored = [one for one in lines if one.attainment is not None]
    if not scored:
        return ()
    best = max(scored, key=lambda one: one.attainment or 0)
    rest = sorted((one for one in scored if one is not best), key=lambda one: one.attainment or 0)
    return (best, *rest[: FACTS - 1])


def closes_at(calendar: Calendar | None, monday: date, zone: tzinfo) -> datetime:
    """Return when a week closes: on Friday, or the last day before it that has hours."""
    if calendar is not None:
        for day in (monday + timedelta(days=number) for number in range(FRIDAY, -1, -1)):
            if hours := calendar.hours_of(day):
                midnight = datetime.combine(day, time(), ZoneInfo(calendar.zone))
                return midnight + timedelta(minutes=hours[-1][1])
    return datetime.combine(monday + timedelta(days=FRIDAY), USUAL_CLOSE, zone)
