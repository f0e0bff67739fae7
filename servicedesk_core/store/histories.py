"""Of which tickets the whole past is known: kept beside the events, in the transaction that stores them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select, true

from servicedesk_core.domain import EventSource, StatusCategory, TicketEvent
from servicedesk_core.domain.histories import HistoryState, StatusNow, history_of
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS, ticket_histories
from servicedesk_core.store.upserting import insert_into

_H: Final = ticket_histories.c
_TICKETS: Final = "SELECT external_id, created_at, status, status_category FROM tickets WHERE source_id = {source}"


@dataclass(frozen=True, slots=True)
class HistoryCounts:
    """Of how many live tickets how much of the past is known."""

    complete: int
    partial: int
    none: int


def state_of_ticket() -> ColumnElement[str]:
    """Return, as a column of a query over the table of tickets, the ticket's :class:`HistoryState`.

    Any number of tickets is asked about at once so::

        select(tickets.c.external_id, histories.state_of_ticket())
    """
    tickets = RECORDS["tickets"].c
    kept = select(_H.is_complete).where(_H.source_id == tickets.source_id, _H.ticket_ref == tickets.external_id)
    state = kept.scalar_subquery()
    return case(
        (state.is_(None), literal(HistoryState.NONE.value)),
        (state == true(), literal(HistoryState.COMPLETE.value)),
        else_=literal(HistoryState.PARTIAL.value),
    )


def counts(tx: Connection, source_id: int, live: int) -> HistoryCounts:
    """Count the live tickets of a source by how much of their past is known.

    Args:
        tx: Any transaction.
        source_id: The source.
        live: How many there are.
    """
    tickets = RECORDS["tickets"].c
    kept = select(_H.is_complete, func.count()).where(_H.source_id == source_id).group_by(_H.is_complete)
    same = (tickets.source_id == _H.source_id) & (tickets.external_id == _H.ticket_ref)
    of_gone = kept.join(RECORDS["tickets"], same)
    known = {row.is_complete: int(row[1]) for row in tx.execute(kept)}
    for row in tx.execute(of_gone.where(tickets.gone_at.is_not(None))):
        known[row.is_complete] -= int(row[1])
    complete, partial = known.get(True, 0), known.get(False, 0)
    return HistoryCounts(complete, partial, live - complete - partial)


def follow(tx: Connection, source_id: int, events: Iterable[TicketEvent]) -> None:
    """Take note of events that were stored, or that changed.

    Args:
        tx: The transaction that does that, behind it.
        source_id: Whose events.
        events: The events.
    """
    from_log: dict[str, bool] = {}
    for event in events:
        is_from_log = event.source is EventSource.IMPORTED
        from_log[event.ticket_ref] = from_log.get(event.ticket_ref, True) and is_from_log
    assess(tx, source_id, [ref for ref, is_from_log in from_log.items() if not is_from_log])
    _keep(tx, source_id, {ref: HistoryState.COMPLETE for ref, is_from_log in from_log.items() if is_from_log})


def assess(tx: Connection, source_id: int, refs: Collection[str]) -> None:
    """Find out anew how much of the past of tickets is known."""
    if not refs:
        return
    codec = codec_of(TicketEvent)
    columns = ", ".join(f'"{name}"' for name in codec.names)
    query = (
        f"SELECT external_id, {columns} FROM ticket_events "  # noqa: S608
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
    )
    told: dict[str, list[TicketEvent]] = defaultdict(list)
    for external_id, *values in bulk.select_in(tx, query, source_id, refs):
        event = cast("TicketEvent", codec.decode(external_id, values))
        told[event.ticket_ref].append(event)
    now = {
        ref: StatusNow(optional_instant(created_us), status, StatusCategory(category) if category else None)
        for ref, created_us, status, category in bulk.select_in(
            tx, _TICKETS + " AND external_id IN {values}", source_id, refs
        )
    }
    _keep(tx, source_id, {ref: history_of(told[ref], now.get(ref)) for ref in refs})


def assess_events(tx: Connection, source_id: int, local_ids: Iterable[int]) -> None:
    """Find it out anew for the tickets of events."""
    query = "SELECT DISTINCT ticket_ref FROM ticket_events WHERE local_id IN {values}"
    assess(tx, source_id, [ref for (ref,) in bulk.select_in(tx, query, None, local_ids)])


def forget(tx: Connection, source_id: int) -> None:
    """Forget it of all tickets of a source, whose events are taken out of the store."""
    tx.execute(delete(ticket_histories).where(_H.source_id == source_id))


def _keep(tx: Connection, source_id: int, found: dict[str, HistoryState]) -> None:
    rows = [
        {"source_id": source_id, "ticket_ref": ref, "is_complete": state is HistoryState.COMPLETE}
        for ref, state in found.items()
        if state is not HistoryState.NONE
    ]
    if rows:
        kept = insert_into(tx, ticket_histories)
        news = {"is_complete": kept.excluded.is_complete}
        tx.execute(kept.on_conflict_do_update(index_elements=["source_id", "ticket_ref"], set_=news), rows)
    none = [ref for ref, state in found.items() if state is HistoryState.NONE]
    drop = "DELETE FROM ticket_histories WHERE source_id = {source} AND ticket_ref IN {values}"
    bulk.run_in(tx, drop.replace("{source}", str(source_id)), none)
