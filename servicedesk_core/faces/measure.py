"""What was measured, what it was measured from, and whether it is what somebody wanted. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any, Final, NamedTuple, Self

_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {">=": ge, ">": gt, "<=": le, "<": lt, "=": eq}
_GOAL: Final = re.compile(r"\s*(>=|<=|>|<|=)\s*(-?\d{1,9}(?:\.\d{1,6})?)\s*(%|[a-z][a-z ]*)?\s*")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time, without its end.

    Attributes:
        start: Its first instant.
        end: The first instant after it.
        asked_at: When it is asked for; of what lies behind that nothing is known. ``None`` = at its end.

    Days are those of the zone of its first instant.
    """

    start: datetime
    end: datetime
    asked_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """When it is asked for."""
        return self.asked_at or self.end

    @property
    def last(self) -> datetime:
        """Its last instant that has come: what begins to hold at its end does not hold in it."""
        return min(self.now, self.end - timedelta.resolution)

    @property
    def zone(self) -> tzinfo:
        """Where its days begin."""
        return self.start.tzinfo or UTC

    def holds(self, at: datetime | None) -> bool:
        """Whether something happened in it; what nobody dated did not."""
        return at is not None and self.start <= at < self.end


class Verdict(StrEnum):
    """Whether a figure is what was wanted."""

    MET = "met"
    MISSED = "missed"
    NO_GOAL = "no_goal"
    """Nobody said what is wanted."""
    NO_DATA = "no_data"
    """There is nothing to measure; that is neither good nor bad."""
    TOO_FEW = "too_few"
    """Too few records stand behind it."""
    UNKNOWN = "unknown"
    """The data are too old to say."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a figure, with the comparison that was meant: 95 is not above 95.

    Attributes:
        operator: One of ``>=``, ``>``, ``<=``, ``<`` and ``=``.
        value: What the figure is compared with, in its unit.
        unit: The unit, as it was written; empty = that of the figure.
    """

    operator: str
    value: Decimal
    unit: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a goal as people write it: ``>= 98 %``, ``< 2 hours``.

        Raises:
            ValueError: It is no goal.
        """
        if (found := _GOAL.fullmatch(text)) is None:
            msg = f'"{text}" is no goal; write a comparison and a number, such as >= 98 % or < 2 hours'
            raise ValueError(msg)
        return cls(found[1], Decimal(found[2]), (found[3] or "").strip())

    def is_in(self, unit: str) -> bool:
        """Whether it is in the unit of a figure, in the singular or the plural; without a unit it is in any."""
        return not self.unit or self.unit.removesuffix("s") == unit.removesuffix("s")

    def judge(self, value: Fraction | float | None) -> Verdict:
        """Return whether a value is what is wanted."""
        if value is None:
            return Verdict.NO_DATA
        return Verdict.MET if _COMPARED[self.operator](Fraction(value), Fraction(self.value)) else Verdict.MISSED

    def __str__(self) -> str:
        return f"{self.operator} {self.value.normalize():f}"


class Case(NamedTuple):
    """One record as a figure counts it.

    Attributes:
        record: What people call the record, or its id.
        numerator: What it adds above the line.
        denominator: What it adds below; ``None`` = the figure is no ratio.
        excluded: Why it was left out; empty = it was not.
        of: What it belongs to, by the names of the dimensions, such as the client.
        connection: Where the record comes from.
        person: The vendor's id of the technician whose it is; empty = of nobody who is known.
    """

    record: str
    numerator: float = 1
    denominator: float | None = None
    excluded: str = ""
    of: Mapping[str, str | None] = {}
    connection: str = ""
    person: str = ""


class Sum(StrEnum):
    """How a figure is made of its cases."""

    TOTAL = "total"
    """What stands above the line."""
    RATIO = "ratio"
    """What stands above the line by what stands below it."""
    MEAN = "mean"
    """The same, of cases of which each is a value: median and 90th percentile are told too."""
    LARGEST = "largest"
    """The largest of the cases."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured.

    Attributes:
        value: The figure; ``None`` = there is nothing to measure.
        numerator: What was counted for it; durations are in seconds.
        denominator: What it was divided by; ``None`` = it is no ratio.
        excluded: What was left out of it, by reason.
        sample: How many records stand behind it.
        records: The filter that lists exactly these records; ``None`` where no filter says it.
        cases: The records themselves, with those that were left out.
        spread: What else is told of the cases, such as their median, in the figure's unit.
        final_at: From when on it does not change any more; ``None`` = it is final.
        needs: What would have to be there to measure it; empty = nothing is missing.
        minimum: A smaller sample is not judged.
        unit: What the value counts, where only what is measured says it, such as a currency; empty = as the KPI says.
        how: How it was made of its cases; ``None`` = it was not.
        scale: What the sum of them was multiplied by.
        groups: What it was by dimension and value, where its cases were not kept.
    """

    value: Fraction | float | None
    numerator: float
    denominator: float | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    sample: int = 0
    records: Any = None
    cases: Sequence[Case] = ()
    spread: Mapping[str, float] = field(default_factory=dict)
    final_at: datetime | None = None
    needs: str = ""
    minimum: int = 0
    unit: str = ""
    how: Sum | None = None
    scale: Fraction | int = 1
    groups: "Mapping[str, Mapping[str, Measure]]" = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it can be divided by: what any of its cases belongs to."""
        found = (name for one in self.cases for name, value in one.of.items() if value is not None)
        return tuple(self.groups) or tuple(dict.fromkeys(found))

    @classmethod
    def of(
        cls,
        cases: Iterable[Case],
        how: Sum,
        *,
        scale: Fraction | int = 1,
        final_at: datetime | None = None,
        minimum: int = 0,
    ) -> Self:
        """Make a figure of its cases.

        Args:
            cases: The records, with those that are left out.
            how: How it is made of them.
            scale: What a ratio, or a total, is multiplied by for its unit: 100 for a percentage.
            final_at: From when on it does not change any more.
            minimum: A smaller sample is not judged.
        """
        everything = tuple(cases)
        counted = [one for one in everything if not one.excluded]
        above = sum(one.numerator for one in counted)
        below = None if how is Sum.TOTAL else sum(one.denominator or 0 for one in counted)
        return cls(
            value=_value(counted, how, above, below, scale),
            numerator=above,
            denominator=below,
            excluded=dict(Counter(one.excluded for one in everything if one.excluded)),
            sample=len(counted),
            cases=everything,
            spread=_spread(counted, scale) if how is Sum.MEAN else {},
            final_at=final_at,
            minimum=minimum,
            how=how,
            scale=scale,
        )

    def by(self, dimension: str) -> "Mapping[str, Measure]":
        """Return it for each value of a dimension, in order; nothing stands for cases that have none."""
        how, groups = self.how, dict[str, list[Case]]()
        if how is None or self.groups:
            return self.groups.get(dimension, {})
        for one in self.cases:
            groups.setdefault(one.of.get(dimension) or "", []).append(one)
        return {
            name: Measure.of(groups[name], how, scale=self.scale, final_at=self.final_at, minimum=self.minimum)
            for name in sorted(groups)
        }

    @classmethod
    def missing(cls, needs: str) -> Self:
        """Return that it cannot be measured.

        Args:
            needs: What would have to be there.
        """
        return cls(None, 0, needs=needs)

    def verdict(self, goal: Goal | None) -> Verdict:
        """Return whether it is what is wanted."""
        if self.value is None:
            return Verdict.NO_DATA
        if goal is None:
            return Verdict.NO_GOAL
        return Verdict.TOO_FEW if self.sample < self.minimum else goal.judge(self.value)


def _value(
    counted: Sequence[Case], how: Sum, above: float, below: float | None, scale: Fraction | int
) -> Fraction | None:
    if how is Sum.TOTAL:
        return Fraction(above) * scale
    if how is Sum.LARGEST:
        return max((_each(one, scale) for one in counted if one.denominator), default=None)
    return Fraction(above) / Fraction(below) * scale if below else None


def _each(case: Case, scale: Fraction | int) -> Fraction:
    return Fraction(case.numerator) / Fraction(case.denominator or 1) * scale


def _spread(counted: Sequence[Case], scale: Fraction | int) -> Mapping[str, float]:
    values = sorted(one.numerator / (one.denominator or 1) for one in counted)
    return (
        {name: percentile(values, share) * float(scale) for name, share in (("median", 0.5), ("p90", 0.9))}
        if values
        else {}
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return what a share of the values stays below, between two of them by straight line.

    Args:
        values: The values in order; at least one.
        share: Between 0 and 1.
    """
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
