"""Ticket events from successive states of a ticket."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from servicedesk_core.domain import EventSource, EventType, Ticket, TicketEvent

WATCHED: Final[tuple[tuple[EventType, tuple[str, ...]], ...]] = (
    (EventType.STATUS_CHANGED, ("status", "status_category")),
    (EventType.PRIORITY_CHANGED, ("priority", "priority_name")),
    (EventType.ASSIGNED, ("assignee_ref",)),
    (EventType.QUEUE_CHANGED, ("queue_ref",)),
)
"""Which fields of a ticket make which event when they change."""

_MERGE: Final = (EventType.MERGED, ("merged_into_ref",))
"""A ticket that names another one went up in it."""

_BEHIND_ALL: Final = 2**31
"""Place of a snapshot among the events of its instant: the change that the stamp is of may be told later."""

_STATE: Final = tuple(field for _, fields in WATCHED for field in fields)


def snapshot(ticket: Ticket, *, seen_at: datetime) -> TicketEvent:
    """Return the event of the first sight of a ticket: its state, which is not a change.

    Args:
        ticket: The ticket as it was first read.
        seen_at: When it was read. The state holds at least since the vendor's modification stamp.
    """
    stamp = ticket.modified_at
    return _event(
        ticket,
        EventType.SNAPSHOT,
        key=f"{ticket.external_id}:snapshot",
        effective_at=stamp if stamp is not None and stamp <= seen_at else seen_at,
        source_seq=_BEHIND_ALL,
        after={name: value for name in _STATE if (value := getattr(ticket, name)) is not None},
    )


def changes(
    before: Ticket, after: Ticket, *, seen_at: datetime, unchanged_until: datetime | None = None
) -> Iterator[TicketEvent]:
    """Yield one event for each watched group of fields that differs between two states of a ticket.

    Args:
        before: The state that the store held.
        after: The state that was read now.
        seen_at: When it was read.
        unchanged_until: Until when the old state is known to have held: the watermark from which the vendor was asked
            for changes. Also the old modification stamp is such a bound; the later one counts.
    """
    bounds = [at for at in (before.modified_at, unchanged_until) if at is not None]
    effective_after = max(bounds) if bounds else None
    stamp = after.modified_at
    moved = stamp is not None and stamp <= seen_at and (effective_after is None or stamp > effective_after)
    effective_at = stamp if moved and stamp is not None else seen_at
    if effective_after is not None and effective_after >= effective_at:
        effective_after = None
    for kind, fields in (*WATCHED, _MERGE):
        old = {name: getattr(before, name) for name in fields}
        new = {name: getattr(after, name) for name in fields}
        if old != new and (kind is not EventType.MERGED or after.merged_into_ref is not None):
            yield _event(
                after,
                kind,
                # The same sight of the same change always has the same key; two changes under one stamp do not collide.
                key=f"{after.external_id}:{kind.value}:{_micros(effective_at)}:{_micros(seen_at)}",
                effective_at=effective_at,
                effective_after=effective_after,
                before=old,
                after=new,
            )


def happening(ticket: Ticket, kind: EventType, *, at: datetime, into: str | None = None) -> TicketEvent:
    """Return an event about the ticket as a whole: deleted, merged or restored.

    Args:
        ticket: The ticket concerned.
        kind: ``DELETED``, ``MERGED`` or ``RESTORED``.
        at: When it was noticed.
        into: The ticket that it was merged into.
    """
    after = {"merged_into_ref": into} if into is not None else None
    return _event(ticket, kind, key=f"{ticket.external_id}:{kind.value}:{_micros(at)}", effective_at=at, after=after)


def _event(
    ticket: Ticket,
    kind: EventType,
    *,
    key: str,
    effective_at: datetime,
    effective_after: datetime | None = None,
    source_seq: int = 0,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> TicketEvent:
    # Every value comes out of a ticket: validating it again would cost more than storing it.
    return TicketEvent.trusted(
        TicketEvent.blank()
        | {
            "external_id": key,
            "ticket_ref": ticket.external_id,
            "type": kind,
            "source": EventSource.OBSERVED,
            "effective_at": effective_at,
            "effective_after": effective_after,
            "source_seq": source_seq,
            "before": before or {},
            "after": after or {},
        }
    )


def _micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)
