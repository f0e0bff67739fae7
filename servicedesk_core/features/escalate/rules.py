"""Which plan a ticket has, what its clock comes to next, and what is done of several steps at once. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.features.escalate.kinds import Plan, Step

LATE: Final = timedelta(minutes=30)
"""What fell due so long before it was found is told in a summary, and wakes nobody."""


class Counting(Protocol):
    """A calendar, as far as steps are counted by it; instants in microseconds since 1970."""

    def total(self, at_us: int, /) -> int:
        """Return the open time until an instant."""

    def reached(self, total: int, from_us: int, /) -> int:
        """Return the first instant from one on at which there was so much."""


class Always:
    """Counts all hours."""

    def total(self, at_us: int, /) -> int:
        """Return the time until an instant."""
        return at_us

    def reached(self, total: int, from_us: int, /) -> int:
        """Return when there was so much."""
        return max(total, from_us)


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs.

    Attributes:
        counts_from_us: Its calendar's open time less the business time used, which stays equal while it runs.
        target_us: What was promised.
        judged_at: The newest event of its ticket: what follows from that is no older than it.
    """

    counts_from_us: int
    target_us: int
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that has fallen due.

    Attributes:
        step: Which.
        due_at: When; what an event made past fell due with it.
        outcome: ``fired``, ``coalesced`` or ``late``.
    """

    step: Step
    due_at: datetime
    outcome: str


def plan_of(
    plans: Iterable[Plan], clock: str, priority: str | None, tier: str | None, value: Decimal | None
) -> Plan | None:
    """Return the plan of a ticket's clock: of those that fit, the one with the most conditions, then by name.

    Args:
        plans: Those in force.
        clock: Which promise.
        priority: The ticket's.
        tier: Its client's.
        value: What the client's running contracts are worth together; ``None`` = nobody knows.
    """
    fit = [
        one
        for one in plans
        if one.clock == clock
        and (not one.priority or priority in one.priority)
        and (not one.customer_tier or tier in one.customer_tier)
        and (one.contract_value is None or (value is not None and value >= one.contract_value))
    ]
    return min(fit, key=lambda one: (-one.weight, one.name), default=None)


def due_at(step: Step, clock: Running, calendar: Counting) -> datetime:
    """Return when a step falls due; one that an event made past, with that event."""
    total, judged_us = clock.counts_from_us + step.offset_us(clock.target_us), micros(clock.judged_at)
    return clock.judged_at if calendar.total(judged_us) >= total else instant(calendar.reached(total, judged_us))


def taken(
    steps: Sequence[Step],
    done: Collection[str],
    clock: Running,
    calendar: Counting,
    now: datetime,
    *,
    is_moved: bool = False,
) -> list[Taken]:
    """Return what is taken now: the highest of the steps that are due and were not taken before; it fires alone.

    Args:
        steps: Those of the plan.
        done: Keys of steps that were taken.
        clock: The clock.
        calendar: What it counts by.
        now: The present instant.
        is_moved: Whether an event of the last :data:`LATE` moved what is due: only then is a step new that by the
            calendar was past before.
    """
    past = sorted(
        ((one.offset_us(clock.target_us), due_at(one, clock, calendar), one) for one in steps if one.key not in done),
        key=lambda each: each[0],
    )
    found = [(at, step) for _, at, step in past if at <= now]
    if not found:
        return []
    at, top = found[-1]
    was_past = calendar.total(micros(now - LATE)) >= clock.counts_from_us + top.offset_us(clock.target_us)
    is_late = now - at > LATE or (was_past and not is_moved)
    outcomes = ["coalesced"] * (len(found) - 1) + ["late" if is_late else "fired"]
    return [Taken(step, at, outcome) for (at, step), outcome in zip(found, outcomes, strict=False)]


def next_at(steps: Sequence[Step], done: Collection[str], clock: Running, calendar: Counting) -> datetime | None:
    """Return when the next step falls due of those that were not taken; ``None`` = all were."""
    return min((due_at(one, clock, calendar) for one in steps if one.key not in done), default=None)
