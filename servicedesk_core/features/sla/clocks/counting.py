"""How much of a target a clock has used, from a ticket's timeline. Nothing is shifted; all is counted anew."""

from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from servicedesk_core.business_time.table import instant
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.features.sla.clocks.matching import Regime
from servicedesk_core.features.sla.clocks.model import Course, Superseded
from servicedesk_core.features.sla.clocks.timeline import Timeline


class Count(NamedTuple):
    """What a clock has counted under its last promise.

    Attributes:
        regime: That promise.
        totals: Open time of its calendar up to each boundary.
        start: Index of the boundary from which on it counts.
        elapsed_us: Business time used.
        reached_us: When the target was used up.
        late_us: Since when the promise is broken: this one, or one before that counts.
        superseded: Promises before.
    """

    regime: Regime
    totals: tuple[int, ...]
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

    __slots__ = ("_instants", "_line", "_states", "_totals")

    def __init__(self, line: Timeline) -> None:
        self._line = line
        self._instants, self._states = tuple(line.instants), tuple(line.states)
        self._totals: dict[int, tuple[int, ...]] = {}

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
        if len(promises) == 1:  # the rule: nothing was promised but once
            regime = promises[0][1]
            totals = self._totals_of(regime.calendar)
            elapsed_us, reached_us, is_late = self._walk(regime, totals, clock, start, end)
            return Count(regime, totals, start, elapsed_us, reached_us, reached_us if is_late else None, ())
        superseded: list[Superseded] = []
        changed_us = kept_us = None
        for (_, regime), (index, following) in pairwise(promises):
            if following.promises(clock) == regime.promises(clock):
                continue
            totals = self._totals_of(regime.calendar)
            elapsed_us, reached_us, is_late = self._walk(regime, totals, clock, start, index)
            at_us = self._instants[index]
            superseded.append(_superseded(regime, clock, at_us, elapsed_us, reached_us if is_late else None))
            if is_late and reached_us is not None and kept_us is None:
                kept_us = max(reached_us, changed_us or reached_us)
            changed_us = at_us
            start = start if following.policy.retroactive else index
        regime = promises[-1][1]
        totals = self._totals_of(regime.calendar)
        elapsed_us, reached_us, is_late = self._walk(regime, totals, clock, start, end)
        late_us = reached_us if is_late else None
        if late_us is not None and changed_us is not None:
            late_us = max(late_us, changed_us)  # nobody was late before it was promised
        if kept_us is not None and regime.policy.counts_superseded:
            late_us = kept_us
        return Count(regime, totals, start, elapsed_us, reached_us, late_us, tuple(superseded))

    def due_us(self, count: Count, clock: int, end: int) -> int | None:
        """Return when the target is used up if the clock runs on from a boundary; ``None`` when there is none."""
        target_us = count.regime.targets_us[clock]
        if count.reached_us is not None or target_us is None:
            return count.reached_us
        total = count.totals[end] + target_us - count.elapsed_us
        return count.regime.calendar.reached(total, self._instants[end])

    def course(self, count: Count, clock: int, end: int) -> Course:
        """Return what a clock was made of up to a boundary."""
        ends, states = slice(count.start, end + 1), self._states[count.start : end]
        return Course(self._instants[ends], states, count.totals[ends], count.regime.halting[clock])

    def _totals_of(self, calendar: CalendarVersions) -> tuple[int, ...]:
        """Return the open time of a calendar up to each boundary."""
        found = self._totals.get(id(calendar))
        if found is None:
            self._totals[id(calendar)] = found = calendar.totals(self._instants)
        return found

    def _walk(
        self, regime: Regime, totals: tuple[int, ...], clock: int, start: int, end: int
    ) -> tuple[int, int | None, bool]:
        """Return the business time used between two boundaries, when the target was used up, and if more was used."""
        states = self._states
        target_us, halting = regime.targets_us[clock], regime.halting[clock]
        elapsed_us, reached_us = 0, None
        for index in range(start, end):
            if states[index][0] in halting:
                continue
            used_us = totals[index + 1] - totals[index]
            elapsed_us += used_us
            if target_us is not None and reached_us is None and elapsed_us >= target_us:
                total = totals[index + 1] + target_us - elapsed_us
                reached_us = regime.calendar.reached(total, self._instants[index])
        return elapsed_us, reached_us, target_us is not None and elapsed_us > target_us


def _superseded(regime: Regime, clock: int, until_us: int, elapsed_us: int, broken_us: int | None) -> Superseded:
    target_us = regime.targets_us[clock]
    return Superseded(
        policy=regime.policy.name if regime.policies else None,
        target=None if target_us is None else timedelta(0, 0, target_us),
        until=instant(until_us),
        elapsed=timedelta(0, 0, elapsed_us),
        breached_at=None if broken_us is None else instant(broken_us),
    )
