"""How much of a span project work takes, and what is booked at the same time. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicedesk_core.features.rota import Span

_NO_TIME = timedelta()

Works = Callable[[datetime, datetime], Sequence[Span]]
"""Returns when somebody works in a span."""


@dataclass(frozen=True, slots=True)
class ProjectWork:
    """What somebody has to do for a project.

    Attributes:
        start: From when on it is planned; ``None`` = nobody said.
        end: Until when it is to be done; ``None`` = nobody said.
        left: How much of it is to be done yet.
    """

    start: datetime | None
    end: datetime | None
    left: timedelta


def committed(work: Iterable[ProjectWork], works: Works, span: Span, now: datetime) -> timedelta:
    """Return how much of a span project work takes: what is left of it, evenly over the time worked until its end.

    What is overdue, has no end, or ends before somebody works again is to be done at once: it counts where now is.

    Args:
        work: The work of one technician.
        works: When they work.
        span: The span.
        now: The present.
    """
    total = _NO_TIME
    for one in work:
        first = max(one.start or now, now)
        until = one.end if one.end is not None and one.end > first else None
        whole = _length(works(first, until)) if until is not None else _NO_TIME
        if until is None or not whole:
            total += one.left if span.start <= first < span.end else _NO_TIME
            continue
        start, end = max(first, span.start), min(until, span.end)
        if start < end:
            total += one.left * (_length(works(start, end)) / whole)
    return total


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans have an instant in common."""
    return one.start < other.end and other.start < one.end


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in spans), _NO_TIME)
