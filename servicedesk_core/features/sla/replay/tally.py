"""What promises came to, added up while tickets pass by: as large as there are groups, however many tickets. Pure."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeVar

from servicedesk_core.features.sla.clocks.attainment import Verdict, falls_in, of_ticket
from servicedesk_core.features.sla.clocks.model import ClockResult, ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome

G = TypeVar("G")
H = TypeVar("H")

TOGETHER: Final = "all"
"""Stands in place of a clock for tickets as a whole."""

_MINUTE: Final = timedelta(minutes=1)
_SHORTEST_MIN: Final = 1
_JUDGED: Final = (Outcome.MET, Outcome.MISSED)
_GOES_ON: Final = (ClockState.PENDING, ClockState.RUNNING, ClockState.PAUSED)


class Counted(NamedTuple):
    """How many promises were kept, of those that were judged."""

    kept: int
    judged: int

    @property
    def share(self) -> Fraction | None:
        """Share that was kept; ``None`` where nothing was judged."""
        return Fraction(self.kept, self.judged) if self.judged else None

    @property
    def percent(self) -> float | None:
        """The same in percent, to be shown."""
        return None if self.share is None else round(float(100 * self.share), 2)


NOTHING: Final = Counted(0, 0)


class Tally(Generic[G]):
    """Promises that were decided in a period, by what their tickets belong to.

    Args:
        start: First instant of the period.
        end: First instant after it.
    """

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start, self._end = start, end
        self._counted: Counter[tuple[str, Outcome, G]] = Counter()

    def take(self, results: Collection[Verdict], group: G) -> None:
        """Add a ticket."""
        for one in results:
            if falls_in(one, self._start, self._end):
                self._counted[one.clock, one.outcome, group] += 1
        together = of_ticket(results, self._start, self._end)
        if together is not None:
            self._counted[TOGETHER, together, group] += 1

    def by(self, part: Callable[[G], H]) -> dict[tuple[str, H], Counted]:
        """Return how many promises were kept, by clock and by a part of what tickets belong to."""
        found: dict[tuple[str, H], Counted] = {}
        for (clock, outcome, group), count in self._counted.items():
            key = clock, part(group)
            kept, judged = found.get(key, NOTHING)
            is_judged = outcome in _JUDGED
            found[key] = Counted(kept + count * (outcome is Outcome.MET), judged + count * is_judged)
        return found


@dataclass(slots=True)
class Times:
    """How long it took to do what is promised, in whole minutes of business time, rounded up.

    Attributes:
        ended: Clocks that ended, by what they had used.
        running: Clocks that go on, by what they have used so far.
        broken: Clocks that are late whatever their last target is: one that held before was missed.
    """

    ended: Counter[int] = field(default_factory=Counter)
    running: Counter[int] = field(default_factory=Counter)
    broken: int = 0

    def take(self, one: ClockResult, start: datetime, end: datetime) -> None:
        """Add a clock that ended in a period, or goes on; any other is left out."""
        minutes = -(-one.elapsed // _MINUTE)
        is_broken = one.outcome is Outcome.MISSED and any(was.breached_at is not None for was in one.superseded)
        if one.outcome in {Outcome.EXEMPT, Outcome.UNKNOWN}:
            return
        if one.state in _GOES_ON:
            self.running[minutes] += 1
        elif one.state is ClockState.STOPPED and one.stopped_at is not None and start <= one.stopped_at < end:
            self.broken += is_broken
            self.ended[minutes] += not is_broken

    def within(self, is_enough: Callable[[Fraction], bool]) -> timedelta | None:
        """Return the shortest target of which so large a share would have been kept; ``None`` when none would do.

        What goes on counts as missed under a target that it has exceeded, and not at all under a longer one.

        Args:
            is_enough: Whether a share, from 0 to 1, is large enough.
        """
        number, going_on, kept = self.ended.total() + self.broken, self.running.total(), 0
        passed = iter(sorted(self.running.items()))
        next_one = next(passed, None)
        for minutes in sorted(self.ended):
            kept += self.ended[minutes]
            while next_one is not None and next_one[0] <= minutes:
                going_on -= next_one[1]
                next_one = next(passed, None)
            if kept and is_enough(Fraction(kept, number + going_on)):
                return max(minutes, _SHORTEST_MIN) * _MINUTE
        return None

    def under(self, target: timedelta) -> Counted:
        """Return how many would have kept a target."""
        kept = sum(count for minutes, count in self.ended.items() if minutes * _MINUTE <= target)
        late = sum(count for minutes, count in self.running.items() if minutes * _MINUTE > target)
        return Counted(kept, self.ended.total() + self.broken + late)


class Promise(NamedTuple):
    """A promise of a set of policies."""

    policy: str
    priority: str | None
    clock: Clock
