"""What clocks show."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from servicedesk_core.business_time.table import instant
from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.features.sla.clocks.overrides import Override
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome

DELETED: Final = "deleted"
"""Stands in place of the status of a deleted ticket."""


class ClockState(StrEnum):
    """Whether a clock runs."""

    PENDING = "pending"
    """Begins with triage, which is to come."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    """The ticket was cancelled, merged, deleted, or closed by the client before anybody did what was promised."""


class Interval(NamedTuple):
    """A part of a clock's life in which nothing changed.

    Attributes:
        start: Its first instant.
        end: The first one after it.
        counted: Whether the clock ran.
        status: Status of the ticket; ``None`` while it was deleted, or before any was known.
        queue_ref: In which queue it was.
        assignee_ref: With whom it was.
        used: Business time in which the clock ran.
    """

    start: datetime
    end: datetime
    counted: bool
    status: StatusCategory | None
    queue_ref: str | None
    assignee_ref: str | None
    used: timedelta


class Superseded(NamedTuple):
    """A promise in whose place another came while the clock was not decided.

    Attributes:
        policy: Name of its policy; ``None`` when there was none.
        target: What was promised.
        until: When the other came.
        elapsed: What was used by then.
        breached_at: When it was broken, if it was.
    """

    policy: str | None
    target: timedelta | None
    until: datetime
    elapsed: timedelta
    breached_at: datetime | None


class Course(NamedTuple):
    """What a clock was made of, in the form in which it was counted.

    Attributes:
        instants: Its boundaries, in microseconds since 1970.
        states: Status, queue and assignee from each of them to the next.
        totals: Open time up to each of them.
        halting: In which status the clock stands still.
    """

    instants: tuple[int, ...]
    states: tuple[tuple[str | None, str | None, str | None], ...]
    totals: tuple[int, ...]
    halting: frozenset[str]

    def intervals(self) -> Iterator[Interval]:
        """Yield its parts, those in which nothing changed as one."""
        first, last = 0, len(self.states) - 1
        for index in range(last + 1):
            if index < last and self.states[index + 1] == self.states[index]:
                continue
            if self.instants[first] < self.instants[index + 1]:
                yield self._interval(first, index + 1)
            first = index + 1

    def _interval(self, first: int, last: int) -> Interval:
        status, queue_ref, assignee_ref = self.states[first]
        counted = status not in self.halting
        return Interval(
            start=instant(self.instants[first]),
            end=instant(self.instants[last]),
            counted=counted,
            status=None if status is None or status == DELETED else StatusCategory(status),
            queue_ref=queue_ref,
            assignee_ref=assignee_ref,
            used=timedelta(0, 0, self.totals[last] - self.totals[first] if counted else 0),
        )


class ClockResult(NamedTuple):
    """What a clock shows.

    A tuple, because judging a year makes a million of them, and a dataclass takes five times as long to fill.

    Attributes:
        ticket_ref: The ticket.
        clock: Which promise.
        cycle: 1, and more for each time that the ticket was opened again for good.
        state: Whether it runs.
        outcome: Whether the promise was kept.
        policy: Name of the policy; ``None`` when none was in force.
        policy_since: From when the version of the policies holds; ``None`` = since ever.
        calendar: Name of the calendar.
        calendar_since: From when the version of the calendar holds that was in force when it ended or was late, else at
            the instant of the evaluation; ``None`` = since ever.
        target: Business time that was promised; with an override, that until its due time, which may be none or less.
        started_at: When it began; ``None`` while it is pending.
        stopped_at: When it ended.
        stopped_by: Who ended it, as the event says.
        due_at: Until when the promise is kept; of a clock that ended, was to be kept. ``None`` while it is paused and
            not late: the due time moves on.
        breached_at: Since when the promise is broken.
        elapsed: Business time used.
        at_risk_share: From which share of the target on the clock is at risk.
        reason: Why it does not count.
        override: What a person decided that holds for it.
        superseded: Promises that held before, oldest first.
        course: What ``intervals`` are made from.
    """

    ticket_ref: str
    clock: Clock
    cycle: int
    state: ClockState
    outcome: Outcome
    policy: str | None
    policy_since: datetime | None
    calendar: str | None
    calendar_since: datetime | None
    target: timedelta | None
    started_at: datetime | None
    stopped_at: datetime | None
    stopped_by: str | None
    due_at: datetime | None
    breached_at: datetime | None
    elapsed: timedelta
    at_risk_share: float
    reason: str | None
    override: Override | None
    superseded: tuple[Superseded, ...]
    course: Course

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """What it is made of, in order."""
        return tuple(self.course.intervals())

    @property
    def remaining(self) -> timedelta | None:
        """Business time that is left, negative when the target is exceeded; ``None`` without a target."""
        return None if self.target is None else self.target - self.elapsed

    @property
    def used_share(self) -> float | None:
        """Share of the target that is used, 1 and more when it is up; ``None`` without a target.

        ``None`` too where an override is due before any business time: of nothing there is no share.
        """
        return self.elapsed / self.target if self.target is not None and self.target > timedelta() else None

    @property
    def is_at_risk(self) -> bool:
        """Whether it is not decided, and much of the target is used."""
        if self.outcome is not Outcome.OPEN or self.target is None:
            return False
        share = self.used_share
        return share is None or share >= self.at_risk_share

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided whether the promise is kept; ``None`` while it is open, or does not count."""
        if self.outcome is Outcome.MET:
            return self.stopped_at
        return self.breached_at if self.outcome is Outcome.MISSED else None


def next_open(results: Iterable[ClockResult]) -> ClockResult | None:
    """Return the first promise of a ticket that is still to be kept, late or not; ``None`` = there is none.

    Args:
        results: The clocks of one ticket, in their order.
    """
    waited_for = (ClockState.PENDING, ClockState.RUNNING, ClockState.PAUSED)
    judged = (Outcome.OPEN, Outcome.MISSED)
    return next((one for one in results if one.state in waited_for and one.outcome in judged), None)


def next_due(results: Iterable[ClockResult]) -> ClockResult | None:
    """Return the clock of a ticket that has to be seen to next; ``None`` = none runs, or what comes next is paused.

    It is the first promise that was not fulfilled, though a later one were due earlier: whoever must still triage a
    ticket cannot complete it.

    Args:
        results: The clocks of one ticket, in their order.
    """
    first = next_open(results)
    return first if first is not None and first.state is ClockState.RUNNING else None
