"""The writes that move and order parts, by an index of their own."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.schema.writing import OF_PARTS


def of_parts(
    tx: Connection, kind: str, states: Collection[WriteState], *only: ColumnElement[bool]
) -> list[StoredWrite]:
    """Return the writes of a kind that stand in one of some states, the oldest first.

    Args:
        tx: Any transaction.
        kind: One of those that the index holds.
        states: The states.
        only: What must be true of them besides.
    """
    query = WRITES.select().where(OF_PARTS, outbox.c.kind == kind, outbox.c.state.in_(states), *only)
    return WRITES.all(tx, query.order_by(outbox.c.id))


def at_place(
    tx: Connection, kind: str, states: Collection[WriteState], connection: str, aggregates: Collection[str]
) -> list[StoredWrite]:
    """Return the writes of a kind that move something at one of some places, the oldest first.

    Args:
        tx: Any transaction.
        kind: The kind.
        states: In which they stand.
        connection: The stock.
        aggregates: The places, as writes name what they are written in order by.
    """
    query = WRITES.select().where(
        outbox.c.connection == connection,
        outbox.c.aggregate.in_(aggregates),
        outbox.c.kind == kind,
        outbox.c.state.in_(states),
    )
    return WRITES.all(tx, query.order_by(outbox.c.id))
