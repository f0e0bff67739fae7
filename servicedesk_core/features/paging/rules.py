"""Whom a page rings, and when. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.features.oncall import Duty, Line

GAP: Final = timedelta(minutes=10)
"""So long after a call the next one is made."""

ROUNDS: Final = 3
"""How often primary, secondary and manager are rung in turns, before everybody is."""

WORK_WITHIN: Final = timedelta(minutes=30)
"""Acknowledged without work in this time counts as not acknowledged."""

_LINES: Final = (Line.PRIMARY, Line.SECONDARY, Line.MANAGER)


def is_exhausted(rung: int) -> bool:
    """Whether everybody was rung in turns, and nobody took it on: then everybody is rung at once."""
    return rung >= ROUNDS * len(_LINES)


def whom(rung: int, duties: Sequence[Duty], reachable: Collection[str]) -> tuple[str, ...]:
    """Return whom the next call rings; nobody = nobody who is on call can be reached.

    Where nobody has a place, or whoever has it cannot be reached, the next place is rung in its stead.

    Args:
        rung: How many calls were made.
        duties: Who is on call now, on all lists that matter.
        reachable: Who can be reached.
    """
    there = [one for one in duties if one.technician in reachable]
    if is_exhausted(rung):
        return _names(there)
    for step in range(len(_LINES)):
        line = _LINES[(rung + step) % len(_LINES)]
        if found := _names([one for one in there if one.line is line]):
            return found
    return ()


def next_call(at: datetime) -> datetime:
    """Return when the next call is made after one."""
    return at + GAP


def _names(duties: Sequence[Duty]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.technician for one in duties))
