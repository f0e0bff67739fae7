"""What the vendor's own history tells of a ticket takes the place of what the desk observed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final, cast

from sqlalchemy import select

from servicedesk_core.domain import EventSource, EventType, TicketEvent
from servicedesk_core.store import Tx, records
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.sync.names import EVENTS

SUPERSEDED: Final = "superseded"
"""Why an observed event is no longer live: the vendor's history tells the same more exactly."""

_TOLD_BY_HISTORY: Final = frozenset(
    {EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNED, EventType.QUEUE_CHANGED}
)


def supersede(tx: Tx, source_id: int, tickets: Collection[str], *, mode: str, now: datetime) -> None:
    """Mark as gone what was observed of tickets and their histories tell, however these came.

    Args:
        tx: A write transaction.
        source_id: The connection.
        tickets: Their ids.
        mode: What brought the histories, for the changes feed.
        now: When.
    """
    for events in events_of(tx, source_id, list(tickets)).values():
        told = [event for event in events if event.source is EventSource.HISTORY]
        replaced = superseded(events, told)
        records.mark_gone(tx, source_id, EVENTS, replaced, reason=SUPERSEDED, mode=mode, now=now)


def untold(tx: Tx, source_id: int, observed: Iterable[TicketEvent]) -> Iterator[TicketEvent]:
    """Yield the observed events that no history tells already: of a vendor that is asked for both, it may come first.

    Args:
        tx: A write transaction.
        source_id: The connection.
        observed: What was observed now, of any tickets.
    """
    events = list(observed)
    tickets = {event.ticket_ref for event in events if event.type in _TOLD_BY_HISTORY}
    told = events_of(tx, source_id, list(tickets)) if tickets else {}
    for event in events:
        history = (one for one in told.get(event.ticket_ref, ()) if one.source is EventSource.HISTORY)
        if not superseded([event], history):
            yield event


def superseded(observed: Iterable[TicketEvent], told: Iterable[TicketEvent]) -> list[str]:
    """Return the source keys of the observed events that a ticket's history replaces.

    The history speaks for the kinds of change it tells of, up to its newest entry of that kind. What we observed after
    that is news that the history did not have yet, or that very entry: the ticket's own stamp may be of something that
    happened to it later. A snapshot is never replaced; it is a state, not a change.

    Args:
        observed: What the desk noticed about one ticket.
        told: What the vendor's history says about the same ticket.
    """
    newest: dict[EventType, TicketEvent] = {}
    for event in told:
        known = newest.get(event.type)
        if known is None or event.effective_at > known.effective_at:
            newest[event.type] = event
    return [
        event.external_id
        for event in observed
        if event.source is EventSource.OBSERVED
        and event.type in _TOLD_BY_HISTORY
        and (last := newest.get(event.type)) is not None
        and (event.effective_at <= last.effective_at or _is_same_change(event, last))
    ]


def _is_same_change(observed: TicketEvent, told: TicketEvent) -> bool:
    """Whether an older entry of a history leads to what was observed, and from when on that may have been so."""
    states = observed.after.keys() & told.after.keys()
    is_within = observed.effective_after is None or told.effective_at > observed.effective_after
    return is_within and bool(states) and all(observed.after[name] == told.after[name] for name in states)


def events_of(tx: Tx, source_id: int, refs: list[str]) -> dict[str, list[TicketEvent]]:
    """Return the live events of tickets, in order of arrival."""
    table = RECORDS["ticket_events"]
    codec = codec_of(TicketEvent)
    query = (
        select(table.c.external_id, *(table.c[name] for name in codec.names))
        .where(table.c.source_id == source_id, table.c.ticket_ref.in_(refs), table.c.gone_at.is_(None))
        .order_by(table.c.local_id)
    )
    by_ticket: dict[str, list[TicketEvent]] = defaultdict(list)
    for external_id, *values in tx.execute(query):
        event = cast("TicketEvent", codec.decode(external_id, values))
        by_ticket[event.ticket_ref].append(event)
    return by_ticket
