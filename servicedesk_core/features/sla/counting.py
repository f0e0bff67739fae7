"""How much of a target a clock has used, from a ticket's timeline. Nothing is shifted; all is counted anew."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from servicedesk_core.business_time.table import OpenTable, instant
from servicedesk_core.features.sla.matching import Regime
from servicedesk_core.features.sla.model import Course, Superseded
from servicedesk_core.features.sla.timeline import Timeline


class Count(NamedTuple):
    """What a clock has counted under its last promise.

    Attributes:
        regime: That promise.
        start: Index of the boundary from which on it counts.
        elapsed_us: Business time used.
        reached_us: When the target was used up.
        late_us: Since when the promise is broken: this one, or one before that counts.
        superseded: Promises before.
    """

    regime: Regime
    start: int
    elapsed_us: int
    reached_us: int | None
    late_us: int | None
    superseded: tuple[Superseded, ...]


class Counting:
    """Counts for the clocks of one ticket, which are called by their numbers here.

    Args:
        line: Its life.
    """

    __slots__ = ("_line", "_totals")

    def __init__(self, line: Timeline) -> None:
        self._line = line
        self._totals: dict[int, list[int]] = {}

    def in_force(self, start: int, end: int) -> list[tuple[int, Regime]]:
        """Return what was promised between two boundaries, first what held at the beginning."""
        regimes = self._line.regimes
        if len(regimes) == 1:
            return regimes
        first = max(at for at, (index, _) in enumerate(regimes) if index <= start)
        return [one for one in regimes[first:] if one[0] <= end]

    def count(self, clock: int, start: int, end: int) -> Count:
        """Count from one boundary to another."""
        promises = self.in_force(start, end)
        superseded: list[Superseded] = []
        changed_us = kept_us = None
        regime = promises[0][1]
        for (_, regime), (index, following) in pairwise(promises):
            elapsed_us, reached_us, is_late = self._walk(regime, clock, start, index)
            if following.amends(regime):
                if is_late:  # decided before the other version of the calendar came to hold
                    break
            elif following.promises(clock) != regime.promises(clock):
                at_us = self._line.instants[index]
                superseded.append(_superseded(regime, clock, at_us, elapsed_us, reached_us if is_late else None))
                if is_late and reached_us is not None and kept_us is None:
                    kept_us = max(reached_us, changed_us or reached_us)
                changed_us = at_us
                start = start if following.policy.retroactive else index
        else:
            regime = promises[-1][1]
        elapsed_us, reached_us, is_late = self._walk(regime, clock, start, end)
        late_us = reached_us if is_late else None
        if late_us is not None and changed_us is not None:
            late_us = max(late_us, changed_us)  # nobody was late before it was promised
        if kept_us is not None and regime.policy.counts_superseded:
            late_us = kept_us
        return Count(regime, start, elapsed_us, reached_us, late_us, tuple(superseded))

    def due_us(self, count: Count, clock: int, end: int) -> int | None:
        """Return when the target is used up if the clock runs on from a boundary; ``None`` when there is none."""
        target_us, table = count.regime.targets_us[clock], count.regime.table
        if count.reached_us is not None or target_us is None:
            return count.reached_us
        return table.reached(self.totals(table)[end] + target_us - count.elapsed_us, self._line.instants[end])

    def is_halted(self, count: Count, clock: int, end: int) -> bool:
        """Whether the clock stood still right before a boundary."""
        return end > count.start and self._line.states[end - 1][0] in count.regime.halting[clock]

    def course(self, count: Count, clock: int, end: int) -> Course:
        """Return what a clock was made of up to a boundary."""
        line, regime = self._line, count.regime
        return Course(line.instants, line.states, self.totals(regime.table), regime.halting[clock], count.start, end)

    def totals(self, table: OpenTable) -> list[int]:
        """Return the open time of a calendar up to each boundary."""
        found = self._totals.get(id(table))
        if found is None:
            self._totals[id(table)] = found = table.totals(self._line.instants)
        return found

    def _walk(self, regime: Regime, clock: int, start: int, end: int) -> tuple[int, int | None, bool]:
        """Return the business time used between two boundaries, when the target was used up, and if more was used."""
        states, totals = self._line.states, self.totals(regime.table)
        target_us, halting = regime.targets_us[clock], regime.halting[clock]
        elapsed_us, reached_us = 0, None
        for index in range(start, end):
            if states[index][0] in halting:
                continue
            used_us = totals[index + 1] - totals[index]
            elapsed_us += used_us
            if target_us is not None and reached_us is None and elapsed_us >= target_us:
                total = totals[index + 1] + target_us - elapsed_us
                reached_us = regime.table.reached(total, self._line.instants[index])
        return elapsed_us, reached_us, target_us is not None and elapsed_us > target_us


def _superseded(regime: Regime, clock: int, until_us: int, elapsed_us: int, broken_us: int | None) -> Superseded:
    return Superseded(
        policy=regime.policy.name if regime.policies else None,
        target=duration(regime.targets_us[clock]),
        until=instant(until_us),
        elapsed=timedelta(0, 0, elapsed_us),
        breached_at=moment(broken_us),
    )


def moment(at_us: int | None) -> datetime | None:
    """Return an instant, if there is one."""
    return None if at_us is None else instant(at_us)


def duration(length_us: int | None) -> timedelta | None:
    """Return a duration, if there is one."""
    return None if length_us is None else timedelta(0, 0, length_us)
