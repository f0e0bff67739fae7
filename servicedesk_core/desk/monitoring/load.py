"""How much there is: what monitoring draws as lines, counted in the store."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select, text

from servicedesk_core.domain.writing import UNFINISHED as UNFINISHED_STATES
from servicedesk_core.features.tickets.tables import listing
from servicedesk_core.store import changes
from servicedesk_core.store.schema import audit, outbox, quarantine, sources
from servicedesk_core.store.schema.writing import UNFINISHED


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """What a store holds.

    Attributes:
        open_tickets: Tickets that still need somebody.
        quarantined: By connection and stream, records that could not be understood.
        writes: By state, writes from which something is still to come; every such state is there.
        changes: Changes that the feed has ever told.
        audit_records: Records of the audit trail.
        store_bytes: Size of the store.
    """

    open_tickets: int
    quarantined: dict[tuple[str, str], int]
    writes: dict[str, int]
    changes: int
    audit_records: int
    store_bytes: int


def load(tx: Connection) -> DeskLoad:
    """Return what the store holds.

    Args:
        tx: A read transaction.
    """
    held = (
        select(sources.c.name, quarantine.c.stream, func.count())
        .join(sources, sources.c.id == quarantine.c.source_id)
        .group_by(sources.c.name, quarantine.c.stream)
    )
    waiting = select(outbox.c.state, func.count().label("number")).where(UNFINISHED).group_by(outbox.c.state)
    none = {state.value: 0 for state in sorted(UNFINISHED_STATES)}
    return DeskLoad(
        open_tickets=listing.count(tx),
        quarantined={(name, stream): number for name, stream, number in tx.execute(held)},
        writes=none | {row.state: row.number for row in tx.execute(waiting)},
        changes=changes.head(tx),
        audit_records=tx.execute(select(func.coalesce(func.max(audit.c.seq), 0))).scalar_one(),
        store_bytes=_store_bytes(tx),
    )


def _store_bytes(tx: Connection) -> int:
    if tx.dialect.name == "postgresql":
        size = select(func.pg_database_size(func.current_database()))
    else:
        pages = text("pragma_page_count(), pragma_page_size()")
        size = select(literal_column("page_count * page_size")).select_from(pages)
    return int(tx.execute(size).scalar_one())
