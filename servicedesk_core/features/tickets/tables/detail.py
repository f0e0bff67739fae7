"""One ticket with everything that hangs on it."""

from typing import Any

from sqlalchemy import Connection, select

from servicedesk_core.domain import REFERENCES, STREAMS, Entity, Ticket, TicketEvent
from servicedesk_core.features.tickets.model import TicketDetail
from servicedesk_core.features.tickets.tables.rows import LISTED, rows_of, rows_query
from servicedesk_core.store import runs
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


def ticket_of(tx: Connection, connection: str | None, ref: str, *, scope: Scope | None = None) -> TicketDetail:
    """Return one ticket with everything that hangs on it, even when it is gone at the vendor.

    Args:
        tx: Any transaction.
        connection: Name of the connection, or ``None`` for any.
        ref: The vendor's id or number of the ticket.
        scope: The ticket must be in it; references out of it are left out.

    Raises:
        NotFoundLocallyError: The store has no such ticket, or several connections have one.
    """
    codec = codec_of(Ticket)
    columns = [_T[name] for name in codec.names if name not in LISTED]
    query = rows_query().add_columns(*columns, _T.gone_at, _T.gone_reason)
    stored = tx.execute(query.where(_T.local_id == ticket_meant(tx, ref, connection, scope))).mappings().one()
    ticket = codec.decode(stored["external_id"], [stored[name] for name in codec.names])
    source_id, ticket_ref = stored["source_id"], stored["external_id"]
    notes = _children(tx, "notes", source_id, ticket_ref, "created_at")
    time_entries = _children(tx, "time_entries", source_id, ticket_ref, "start_at", "created_at")
    events = _children(tx, "ticket_events", source_id, ticket_ref, "effective_at", "source_seq")
    if scope is not None:
        sight = Sight(tx, scope)
        ticket, notes, time_entries, events = (
            sight.cleaned((ticket,))[0],
            *map(sight.cleaned, (notes, time_entries, events)),
        )
    return TicketDetail(
        row=rows_of(tx, [tuple(stored.values())])[0],
        ticket=ticket,  # type: ignore[arg-type]
        gone_at=optional_instant(stored["gone_at"]),
        gone_reason=stored["gone_reason"],
        notes=notes,
        time_entries=time_entries,
        events=events,
        names=_names_of(tx, source_id, [ticket, *notes, *time_entries, *events]),
        read_at=runs.last_success(tx, source_id).get("tickets"),
    )


def _children(tx: Connection, stream: str, source_id: int, ticket_ref: str, *order: str) -> Any:
    table, codec = RECORDS[stream], codec_of(STREAMS[stream])
    query = (
        select(table.c.external_id, *(table.c[name] for name in codec.names))
        .where(table.c.source_id == source_id, table.c.ticket_ref == ticket_ref, table.c.gone_at.is_(None))
        .order_by(*(table.c[name] for name in order), table.c.local_id)
    )
    return tuple(codec.decode(external_id, values) for external_id, *values in tx.execute(query))


def _names_of(tx: Connection, source_id: int, records: list[Entity]) -> dict[str, dict[str, str]]:
    names = Names(tx)
    for record in records:
        for column, target in REFERENCES[record.stream].items():
            value = getattr(record, column)
            for ref in value if isinstance(value, tuple) else (value,):
                names.want(source_id, target, ref)
        if isinstance(record, TicketEvent):
            for state in (record.before, record.after):
                for column, target in REFERENCES["tickets"].items():
                    if isinstance(ref := state.get(column), str):
                        names.want(source_id, target, ref)
    return names.all_of(source_id)
