"""Records that core derives itself: what successive states of tickets tell, and what others stated by the way."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import cast

from servicedesk_core.domain import DONE, Entity, EventType, Ticket, TicketEvent
from servicedesk_core.domain.names import is_same_name
from servicedesk_core.store import Tx, records
from servicedesk_core.store.records import Applied, Incoming
from servicedesk_core.sync.landing import observe
from servicedesk_core.sync.names import BACKFILL, DERIVED, EVENTS


def observed(
    tx: Tx, source_id: int, applied: Applied, *, mode: str, now: datetime, unchanged_until: datetime | None
) -> Iterator[TicketEvent]:
    """Yield what successive states of tickets tell.

    A ticket that was done before the desk first saw it gets its snapshot with its first change: most of a backfill are
    such tickets, nothing will ever happen to them, and until then the record itself is their first state.
    """
    for _, entity in applied.created:
        ticket = cast("Ticket", entity)
        if mode != BACKFILL or ticket.status_category not in DONE:
            yield observe.snapshot(ticket, seen_at=now)
    changed = [*applied.changed, *applied.restored]
    yield from late_snapshots(tx, source_id, (cast("Ticket", change.before) for change in changed), now)
    for change in applied.restored:
        yield observe.happening(cast("Ticket", change.after), EventType.RESTORED, at=now)
    for change in changed:
        before, after = cast("Ticket", change.before), cast("Ticket", change.after)
        yield from observe.changes(before, after, seen_at=now, unchanged_until=unchanged_until)


def late_snapshots(tx: Tx, source_id: int, tickets: Iterable[Ticket], now: datetime) -> Iterator[TicketEvent]:
    """Yield the snapshots that tickets were spared when they were first seen, before something happens to them."""
    done = (ticket for ticket in tickets if ticket.status_category in DONE)
    late = {event.external_id: event for event in (observe.snapshot(ticket, seen_at=now) for ticket in done)}
    there = records.known(tx, source_id, EVENTS, late) if late else {}
    yield from (event for key, event in late.items() if key not in there)


def store_events(tx: Tx, source_id: int, events: Iterable[TicketEvent], *, mode: str, now: datetime) -> None:
    """Store events that core derived itself; the same event again changes nothing."""
    rows = [Incoming(event, None, None, DERIVED) for event in events]
    if rows:
        records.apply(tx, source_id, EVENTS, rows, mode=mode, now=now, origin=DERIVED)


def is_same_record(one: Entity, other: Entity) -> bool:
    """Whether two statements about a record differ at most in how its names are spelled."""
    return all(is_same_name(value, getattr(other, field)) for field, value in one)


def land_stated(tx: Tx, source_id: int, stream: str, entities: Sequence[Entity], *, mode: str, now: datetime) -> None:
    """Store records that others stated by the way; a record with a payload of its own knows better.

    A name that is only spelled otherwise stays as it was written first.
    """
    known = records.known(tx, source_id, stream, (entity.external_id for entity in entities))
    rows = [
        Incoming(entity, None, None, DERIVED)
        for entity in entities
        if (there := known.get(entity.external_id)) is None or there.raw_hash is None
    ]
    if rows:
        records.apply(tx, source_id, stream, rows, known=known, mode=mode, now=now, keeps_spelling=True)
