"""When an agreement ends, until when somebody must decide, and how near that is. Pure."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

ENDED_DAYS: Final = 30
"""For how many days after its end an agreement is told of."""


class State(StrEnum):
    """Where an agreement stands on a day."""

    RUNNING = "running"
    """Its deadline is further away than anybody is told of it."""
    DUE = "due"
    """Its notice deadline comes near."""
    LATE = "past the deadline"
    """No notice can be given any more, and it ends."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Term:
    """The term of an agreement about which is to be decided next.

    Attributes:
        end: Its last day.
        deadline: The last day on which notice can be given.
        renews: Whether it goes on by itself.
    """

    end: date
    deadline: date
    renews: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """How long before the end of a term notice is to be given, in days or in months of the calendar."""

    days: int = 0
    months: int = 0

    def before(self, end: date) -> date:
        """Return the last day on which notice can be given."""
        return date.fromordinal(max(1, _later(end, -self.months).toordinal() - self.days))


def term_on(day: date, ends_on: date, notice: Notice, renews_months: int | None) -> Term:
    """Return the term of an agreement about which is to be decided next.

    Of one that goes on by itself that is the first one of which notice can still be given: it may begin after the one
    that runs, always so where a term is no longer than the notice.

    Args:
        day: The day.
        ends_on: The last day of a term.
        notice: How long before the end notice is to be given.
        renews_months: For how many months it goes on by itself; ``None`` = it ends.
    """
    end, times = ends_on, 0
    if renews_months is not None:
        if end < day:
            times = max(0, (day.year - end.year) * 12 + day.month - end.month - 1) // renews_months
            end = _later(ends_on, times * renews_months)
        while notice.before(end) < day and end < date.max:
            times += 1
            end = _later(ends_on, times * renews_months)
    return Term(end, notice.before(end), renews_months is not None)


def standing(term: Term, day: date, before_days: Sequence[int]) -> tuple[State, int | None]:
    """Return where an agreement stands, and the reminder that it has reached.

    Of one that goes on by itself nobody hears more than once.

    Args:
        term: Its term.
        day: The day.
        before_days: How many days before the deadline it is told of, the largest first.

    Returns:
        The state, and the number of days of the nearest reminder; ``None`` = none is reached, or it is too late.
    """
    if term.end < day:
        return State.ENDED, None
    left = (term.deadline - day).days
    if left < 0:
        return State.LATE, None
    reached = [days for days in (before_days[:1] if term.renews else before_days) if left <= days]
    return (State.DUE, reached[-1]) if reached else (State.RUNNING, None)


def is_last(state: State, days_left: int, before_days: Sequence[int]) -> bool:
    """Whether somebody must decide about an agreement now: its last reminder is reached, or its deadline past."""
    return state is State.LATE or (state is State.DUE and days_left <= before_days[-1])


def is_over(term: Term, day: date) -> bool:
    """Whether an agreement ended so long ago that nobody is told of it any more."""
    return (day - term.end).days > ENDED_DAYS


def follows(end: date, start: date | None, until: date | None) -> bool:
    """Whether a contract with these days takes the place of one that ends on a day."""
    if start is None or abs((start - end).days) > ENDED_DAYS:
        return False
    return until is None or until > end


def _later(day: date, months: int) -> date:
    """Return a day so many months later; the last day of a month stays the last one."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month0 + 1
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if was_last else min(day.day, last))
