"""How many promises were kept in a period. Ratios come from whole numbers; nothing to measure is no number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from servicedesk_core.features.sla.clocks.model import ClockResult, ClockState, Outcome
from servicedesk_core.features.sla.clocks.policies import Clock

_DECIDED = (Outcome.MET, Outcome.MISSED)


@dataclass(frozen=True, slots=True)
class Attainment:
    """What was counted.

    Attributes:
        kept: What was kept: clocks, or tickets.
        judged: All of those that were judged.
        excluded: What ended in the period and was not judged, by its outcome.
    """

    kept: int
    judged: int
    excluded: Mapping[Outcome, int]

    @property
    def share(self) -> float | None:
        """Share of those judged that was kept; ``None`` when none was."""
        return self.kept / self.judged if self.judged else None


def clock_attainment(results: Iterable[ClockResult], clock: Clock, start: datetime, end: datetime) -> Attainment:
    """Return how many clocks that were decided in a period were met; each life of a ticket counts once.

    Args:
        results: What the clocks show.
        clock: Which promise.
        start: First instant of the period.
        end: First instant after it.
    """
    decided: Counter[Outcome] = Counter()
    for result in results:
        at = result.decided_at or result.stopped_at
        if result.clock is clock and at is not None and start <= at < end and result.outcome is not Outcome.OPEN:
            decided[result.outcome] += 1
    return _attainment(decided)


def ticket_compliance(results: Iterable[ClockResult], start: datetime, end: datetime) -> Attainment:
    """Return how many tickets that were resolved in a period have kept every promise that was made.

    Tickets without any promise, or with one that cannot be judged, are left out and counted.

    Args:
        results: What the clocks show, those of a ticket one after the other.
        start: First instant of the period.
        end: First instant after it.
    """
    tickets: Counter[Outcome] = Counter()
    for _, clocks in groupby(results, key=lambda one: one.ticket_ref):
        found = tuple(clocks)
        if any(_is_resolved(one) and one.stopped_at and start <= one.stopped_at < end for one in found):
            tickets[_of_ticket({one.outcome for one in found})] += 1
    return _attainment(tickets)


def _is_resolved(result: ClockResult) -> bool:
    return result.clock is Clock.COMPLETION and result.state is ClockState.STOPPED


def _of_ticket(outcomes: set[Outcome]) -> Outcome:
    ranked = (Outcome.UNKNOWN, Outcome.MISSED, Outcome.MET, Outcome.EXEMPT)
    return next((one for one in ranked if one in outcomes), Outcome.NOT_APPLICABLE)


def _attainment(counted: Counter[Outcome]) -> Attainment:
    kept, judged = counted[Outcome.MET], sum(counted[one] for one in _DECIDED)
    return Attainment(kept, judged, {one: number for one, number in counted.items() if one not in _DECIDED})
