"""Tickets that core derives from the events of a log: which ones were touched, and folding them again.

Memory stays flat however long the log is: touched tickets are noted in the store, and folded some at a time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, cast

from sqlalchemy import delete, select

from servicedesk_core.domain import TicketEvent
from servicedesk_core.domain.folding import fold_tickets, in_order
from servicedesk_core.store import Tx, passes, quarantine, records
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import seen
from servicedesk_core.sync.landing.prepared import Landed
from servicedesk_core.sync.landing.superseding import events_of
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.run import StreamRun

FOLD: Final = "fold"
TICKETS_AT_ONCE: Final = 500


def note_touched(tx: Tx, stream: StreamRun, incoming: Iterable[Incoming], now: datetime) -> None:
    """Note the tickets of new or changed events, in the transaction of the events."""
    refs = {cast("TicketEvent", row.entity).ticket_ref for row in incoming}
    if refs:
        passes.note_seen(tx, passes.start(tx, stream.key(FOLD), now).pass_id, refs)


def note_tickets_of(tx: Tx, stream: StreamRun, event_ids: Iterable[str], now: datetime) -> None:
    """Note the tickets of events that are about to go."""
    events = records.load(tx, stream.run.source_id, stream.stream, event_ids).values()
    refs = {cast("TicketEvent", event).ticket_ref for event in events}
    if refs:
        passes.note_seen(tx, passes.start(tx, stream.key(FOLD), now).pass_id, refs)


async def fold_touched(stream: StreamRun, mode: str) -> None:
    """Fold all tickets that were noted; each step is a transaction of its own and can be the last one.

    Args:
        stream: The stream of events.
        mode: What brought the events, for the changes feed.
    """
    run = stream.run
    while await run.write(lambda tx: fold_some(tx, stream, mode=mode, now=run.clock.now())):
        pass


def fold_some(tx: Tx, stream: StreamRun, *, mode: str, now: datetime) -> bool:
    """Fold some of the noted tickets; return whether there were any."""
    noted = passes.resume_of(tx, stream.key(FOLD))
    if noted is None:
        return False
    mine = seen.c.pass_id == noted.pass_id
    refs = list(
        tx.execute(select(seen.c.external_id).where(mine).order_by(seen.c.external_id).limit(TICKETS_AT_ONCE)).scalars()
    )
    if refs:
        _fold(tx, stream, refs, mode=mode, now=now)
        tx.execute(delete(seen).where(mine, seen.c.external_id <= refs[-1], seen.c.external_id >= refs[0]))
    return bool(refs)


def _fold(tx: Tx, stream: StreamRun, refs: list[str], *, mode: str, now: datetime) -> Landed:
    source_id, version, capability = stream.run.source_id, stream.landing.version, stream.capability
    by_ticket = events_of(tx, source_id, refs)
    rows: list[Incoming] = []
    unfit: list[Rejected] = []
    for ref in refs:
        events = by_ticket.get(ref)
        if not events:
            continue
        try:
            ticket = fold_tickets(ref, in_order(events, capability.event_order), capability.derives)
        except ValueError:
            unfit.append(Rejected(ref, None, "The events of this ticket do not make a valid ticket."))
            continue
        rows.append(Incoming(ticket, None, None, version))
    applied = records.apply(tx, source_id, TICKETS, rows, mode=mode, now=now)
    unfit += [Rejected(row.entity.external_id, None, error.message) for row, error in applied.rejected]
    quarantine.release(tx, source_id, TICKETS, refs)
    quarantine.put(tx, source_id, TICKETS, unfit, now)
    records.mark_gone(
        tx, source_id, TICKETS, [r for r in refs if r not in by_ticket], reason="no_events", mode=mode, now=now
    )
    return Landed(len(applied.created), len(applied.changed) + len(applied.restored), applied.unchanged, len(unfit))
