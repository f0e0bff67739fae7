"""How many promises were kept in a period. Ratios come from whole numbers; nothing to measure is no number."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Protocol

from servicedesk_core.features.sla.clocks.model import ClockResult, ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome

_DECIDED = (Outcome.MET, Outcome.MISSED)


class Verdict(Protocol):
    """What a clock came to, wherever that is kept."""

    @property
    def clock(self) -> Clock:
        """Which promise."""

    @property
    def state(self) -> ClockState:
        """Whether it runs."""

    @property
    def outcome(self) -> Outcome:
        """Whether the promise was kept."""

    @property
    def stopped_at(self) -> datetime | None:
        """When it ended."""

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided."""


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
    return _attainment(Counter(one.outcome for one in results if one.clock is clock and falls_in(one, start, end)))


def falls_in(result: Verdict, start: datetime, end: datetime) -> bool:
    """Return whether it was decided in a period what a clock came to; what does not count falls where it ended."""
    at = result.decided_at or result.stopped_at
    return at is not None and start <= at < end and result.outcome is not Outcome.OPEN


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
        outcome = of_ticket(tuple(clocks), start, end)
        tickets.update(() if outcome is None else (outcome,))
    return _attainment(tickets)


def of_ticket(results: Collection[Verdict], start: datetime, end: datetime) -> Outcome | None:
    """Return what the clocks of one ticket came to together; ``None`` when it was not resolved in the period."""
    if not any(_is_resolved(one) and one.stopped_at and start <= one.stopped_at < end for one in results):
        return None
    outcomes = {one.outcome for one in results}
    ranked = (Outcome.UNKNOWN, Outcome.MISSED, Outcome.MET, Outcome.EXEMPT)
    return next((one for one in ranked if one in outcomes), Outcome.NOT_APPLICABLE)


def _is_resolved(result: Verdict) -> bool:
    return result.clock is Clock.COMPLETION and result.state is ClockState.STOPPED


def _attainment(counted: Counter[Outcome]) -> Attainment:
    kept, judged = counted[Outcome.MET], sum(counted[one] for one in _DECIDED)
    return Attainment(kept, judged, {one: number for one, number in counted.items() if one not in _DECIDED})
