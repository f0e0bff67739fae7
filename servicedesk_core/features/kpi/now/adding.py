"""The figures of a coordinator from what open tickets add to them, where nobody asks for the tickets. Pure.

A figure that is measured from its tickets says the same (:mod:`servicedesk_core.features.kpi.catalogue.now`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from servicedesk_core.faces import Kpi, Measure, Sum
from servicedesk_core.features.kpi.cases.facts import Key
from servicedesk_core.features.kpi.catalogue.now import NO_CLOCKS
from servicedesk_core.features.kpi.now.coordinator import NOT_JUDGED, UNDATED, UNPLANNED


@dataclass(frozen=True, slots=True)
class OfList:
    """What a list adds of what its technician, or its team, can begin.

    Attributes:
        many: How many tickets are in it.
        ready: How many of them can be begun now.
        lying: How many are left lying.
        away: How many are of a technician who is away.
    """

    many: int
    ready: int
    lying: int
    away: int


@dataclass(frozen=True, slots=True)
class Added:
    """What open tickets add to the figures.

    Attributes:
        counts: How many count, by the names of :data:`~servicedesk_core.features.kpi.now.course.COUNTED`.
        is_promised: Whether there is no ticket, or one with a promise that is to be kept next.
        undated: How many are on hold without a due date.
        work: Recorded and planned work of those with planned work, in seconds.
        unplanned: How many have work and no planned work.
        held: How many each technician has.
        lists: What can be begun, by whose list it is and whether that is a team.
    """

    counts: Mapping[str, int]
    is_promised: bool
    undated: int = 0
    work: Sequence[tuple[int, int]] = ()
    unplanned: int = 0
    held: Mapping[Key, int] = field(default_factory=dict)
    lists: Mapping[tuple[Key, bool], OfList] = field(default_factory=dict)

    def measure(self, kpi: Kpi[Any]) -> Measure:
        """Return a figure of a coordinator, without the records behind it."""
        if kpi.measure.clocks and not self.is_promised:
            return Measure.missing(NO_CLOCKS)
        match kpi.name:
            case "worked-by-estimate":
                return self._worked()
            case "not-kept-up":
                return self._kept_up()
            case "open-per-technician":
                return _largest([(one, 1) for one in self.held.values()])
            case "on-hold-past-due":
                return _total(self.counts[kpi.name], {UNDATED: self.undated})
        return _total(self.counts[kpi.name])

    def _worked(self) -> Measure:
        return _largest(self.work, {UNPLANNED: self.unplanned})

    def _kept_up(self) -> Measure:
        waiting = self.counts["nobody-has-it"] > 0
        behind = [
            one.away > 0 and not is_of_team
            for (_, is_of_team), one in self.lists.items()
            if one.lying or (waiting and not is_of_team and not one.ready)
        ]
        return _total(behind.count(False), {NOT_JUDGED: behind.count(True)})


def _total(count: int, excluded: Mapping[str, int] | None = None) -> Measure:
    return Measure(Fraction(count), count, excluded=_some(excluded), sample=count, how=Sum.TOTAL)


def _largest(ratios: Sequence[tuple[int, int]], excluded: Mapping[str, int] | None = None) -> Measure:
    return Measure(
        max((Fraction(above, below) for above, below in ratios), default=None),
        sum(above for above, _ in ratios),
        sum(below for _, below in ratios),
        excluded=_some(excluded),
        sample=len(ratios),
        how=Sum.LARGEST,
    )


def _some(excluded: Mapping[str, int] | None) -> Mapping[str, int]:
    return {reason: many for reason, many in (excluded or {}).items() if many}
