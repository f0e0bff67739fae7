"""How much of a ticket's past is known. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.domain.tickets import EventSource, EventType, TicketEvent


class HistoryState(StrEnum):
    """How much of a ticket's past is known."""

    COMPLETE = "complete"
    """Every change of its status since it was created."""
    PARTIAL = "partial"
    """Something, but it was first seen when things had already happened to it, or its events do not lead to its
    present status."""
    NONE = "none"
    """Nothing but its present state."""


class StatusNow(NamedTuple):
    """What the ticket itself says.

    Attributes:
        created_at: When it was created.
        status: The vendor's word for its present status.
        category: What that means.
    """

    created_at: datetime | None
    status: str | None
    category: StatusCategory | None


def history_of(events: Iterable[TicketEvent], now: StatusNow | None) -> HistoryState:
    """Say how much of a ticket's past its events tell.

    They begin with its creation when the first of them says so, when none is later than it, or when the ticket was new
    by then. Whatever a log tells begins with the creation. Where a status that was seen is not the one that the events
    before it lead to, a change was not told.

    Args:
        events: All its events, without superseded ones.
        now: The ticket; ``None`` = it is not known.
    """
    told = sorted(events, key=lambda event: (event.effective_at, event.source_seq))
    if not told:
        return HistoryState.NONE
    if told[0].source is EventSource.IMPORTED:
        return HistoryState.COMPLETE
    return HistoryState.COMPLETE if now is not None and _is_complete(told, now) else HistoryState.PARTIAL


def _is_complete(told: list[TicketEvent], now: StatusNow) -> bool:
    begins = told[0].type is EventType.CREATED or _is_by(told[0], now.created_at)
    status: _Status | None = None
    for event in told:
        before, after = _status_in(event.before), _status_in(event.after)
        if event.type is EventType.SNAPSHOT and after is not None:
            if status is None and not (_is_new(after) or _is_by(event, now.created_at)):
                return False
            if status is not None and not _are_same(status, after):
                return False
        if status is None:
            first = before if before is not None else after
            begins = begins or (first is not None and _is_new(first))
        status = after if after is not None else status
    present = now.status, now.category
    return begins and (_is_new(present) if status is None else _are_same(status, present))


_Status = tuple[str | None, str | None]
"""The vendor's word, and what it means."""


def _status_in(state: Mapping[str, Any]) -> _Status | None:
    found = state.get("status"), state.get("status_category")
    return None if found == (None, None) else found


def _is_new(status: _Status) -> bool:
    return status[1] == StatusCategory.NEW


def _are_same(one: _Status, other: _Status) -> bool:
    return any(a is not None and a == b for a, b in zip(one, other, strict=True))


def _is_by(event: TicketEvent, created_at: datetime | None) -> bool:
    """Whether an event is not later than the creation."""
    return created_at is not None and event.effective_at <= created_at
