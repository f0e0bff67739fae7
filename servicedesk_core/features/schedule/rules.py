"""What somebody does in an hour, and what their day needs. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from servicedesk_core.features.appointments import overlaps
from servicedesk_core.features.rota import Span
from servicedesk_core.features.schedule.model import Mark, Verdict

GAP: Final = timedelta(hours=2)
_NO_TIME: Final = timedelta()


def mark_of(
    hour: Span,
    *,
    booked: Sequence[Span],
    works: Sequence[Span],
    out: Sequence[Span],
    is_on_call: bool,
    rests: Sequence[Span] = (),
) -> Mark | None:
    """Return what somebody does in an hour; of several things the one that says most.

    Args:
        hour: The hour.
        booked: Their appointments.
        works: When they work.
        out: When they are on leave, where that may be told.
        is_on_call: Whether they are on call at its beginning.
        rests: When they rest in place of their shifts.
    """
    theirs = [one for one in booked if overlaps(one, hour)]
    if any(overlaps(one, other) for at, one in enumerate(theirs) for other in theirs[:at]):
        return Mark.TWO
    if theirs:
        return Mark.VISIT
    if any(overlaps(one, hour) for one in works):
        return Mark.FREE
    if any(overlaps(one, hour) for one in out):
        return Mark.OUT
    if any(overlaps(one, hour) for one in rests):
        return Mark.RESTS
    return Mark.ON_CALL if is_on_call else None


def verdict_of(committed: timedelta, available: timedelta, longest_gap: timedelta) -> Verdict | None:
    """Return what a day needs.

    Args:
        committed: What is planned: appointments and project work.
        available: How long they work.
        longest_gap: The longest time in a row that is free.
    """
    if committed > available:
        return Verdict.OVERLOADED
    return Verdict.GAP if longest_gap >= GAP and available - committed >= GAP else None


def longest(spans: Sequence[Span]) -> timedelta:
    """Return how long the longest of some spans is."""
    return max((span.length for span in spans), default=_NO_TIME)
