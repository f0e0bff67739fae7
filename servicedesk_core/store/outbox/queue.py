"""What is to be done: sent, settled, read back; and what is in the way."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, func, select

from servicedesk_core.domain.writing import AT_VENDOR, WriteState
from servicedesk_core.store.outbox.model import BLOCKING_STATES, OPEN_STATES, WRITES, StoredWrite
from servicedesk_core.store.outbox.reading import get
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED


def _waits(of: FromClause = outbox) -> ColumnElement[bool]:
    """Return that a write waits for another one, which its vendor does not have yet."""
    awaited = outbox.alias("awaited")
    there = select(awaited.c.id).where(awaited.c.id == of.c.after_write, awaited.c.state.in_(tuple(AT_VENDOR)))
    return of.c.after_write.is_not(None) & ~there.correlate(of).exists()


def _goes_first(other: FromClause, number: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Return that another write of the same aggregate must end before the one with a number is sent.

    One that itself waits for a write elsewhere, perhaps for ever, keeps nothing waiting.
    """
    # A later one is in the way too when it was approved first and may be under way.
    earlier = (other.c.id < number) & other.c.state.in_(BLOCKING_STATES) & ~_waits(other)
    return (other.c.id != number) & (earlier | other.c.state.in_(OPEN_STATES))


def _due() -> Select[Any]:
    earlier = outbox.alias("earlier")
    blocked = (
        select(earlier.c.id)
        .where(
            earlier.c.connection == outbox.c.connection,
            earlier.c.aggregate == outbox.c.aggregate,
            _goes_first(earlier, outbox.c.id),
        )
        .exists()
    )
    return (
        WRITES.select()
        .where(
            IS_UNFINISHED,
            outbox.c.connection == bindparam("of"),
            outbox.c.state == WriteState.QUEUED,
            outbox.c.next_at.is_(None) | (outbox.c.next_at <= bindparam("present")),
            ~blocked,
            ~_waits(),
            outbox.c.kind.not_in(bindparam("shut", expanding=True)),
            outbox.c.aggregate.not_in(bindparam("busy", expanding=True)),
        )
        .order_by(outbox.c.id)
        .limit(bindparam("most"))
    )


# Made once, because it is asked after each attempt: to make a statement costs as much as to carry it out.
_DUE: Final = _due()
_DUE_AMONG: Final = _DUE.where(outbox.c.id.in_(bindparam("only", expanding=True)))


def due(
    tx: Connection,
    connection: str,
    *,
    now: datetime,
    limit: int,
    without: Collection[str] = (),
    busy: Collection[str] = (),
    only: Collection[int] = (),
) -> list[StoredWrite]:
    """Return queued writes whose turn it is, in order: nothing goes before it, and it was not told to wait.

    Args:
        tx: Any transaction.
        connection: Name of the connection.
        now: The present.
        limit: At most so many.
        without: Kinds that must wait.
        busy: Aggregates that are under way.
        only: Only these; empty = all.
    """
    asked = {"of": connection, "present": now, "most": limit, "shut": list(without), "busy": list(busy)}
    rows = tx.execute(_DUE_AMONG, asked | {"only": list(only)}) if only else tx.execute(_DUE, asked)
    return [WRITES.of(row) for row in rows.all()]


def in_way(tx: Connection, write: StoredWrite) -> int | None:
    """Return the number of the earliest write that must end before this one is sent, or ``None``."""
    query = select(func.min(outbox.c.id)).where(
        outbox.c.connection == write.connection,
        outbox.c.aggregate == write.aggregate,
        _goes_first(outbox, write.id),
    )
    if (earlier := tx.execute(query).scalar_one_or_none()) is not None or write.after is None:
        return earlier
    awaited = get(tx, write.after)
    return None if awaited.state in AT_VENDOR else awaited.id


def following(tx: Connection, numbers: Collection[int]) -> list[StoredWrite]:
    """Return the writes that wait, or waited, for some others, in order."""
    return WRITES.all(tx, WRITES.select().where(outbox.c.after_write.in_(list(numbers))).order_by(outbox.c.id))


def connections_freed(tx: Connection, only: Collection[int] = ()) -> list[str]:
    """Return the connections with approved writes that another one was waited for, which its vendor now has."""
    conditions = [outbox.c.state == WriteState.QUEUED, outbox.c.after_write.is_not(None), IS_UNFINISHED, ~_waits()]
    conditions += [outbox.c.id.in_(only)] if only else []
    return sorted(tx.execute(select(outbox.c.connection).where(*conditions).distinct()).scalars())


def doubtful(
    tx: Connection, connection: str, *, now: datetime, ask_at_most: int, limit: int = 100
) -> list[StoredWrite]:
    """Return writes in doubt that may be asked about now; after so many looks a person decides."""
    query = WRITES.select().where(
        IS_UNFINISHED,
        outbox.c.connection == connection,
        outbox.c.state == WriteState.IN_DOUBT,
        outbox.c.asked < ask_at_most,
        outbox.c.next_at.is_(None) | (outbox.c.next_at <= now),
    )
    return WRITES.all(tx, query.order_by(outbox.c.id).limit(limit))


def uncopied(tx: Connection, connection: str, *, since: datetime, limit: int = 100) -> list[StoredWrite]:
    """Return writes that the vendor took since an instant whose record was not read back yet."""
    query = WRITES.select().where(
        outbox.c.connection == connection,
        outbox.c.state.in_(AT_VENDOR),
        outbox.c.copied_at.is_(None),
        outbox.c.ref.is_not(None),
        outbox.c.sent_at >= since,
    )
    return WRITES.all(tx, query.order_by(outbox.c.sent_at, outbox.c.id).limit(limit))


def connections_at_work(tx: Connection, only: Collection[int] = ()) -> list[str]:
    """Return the connections that have something to send or to settle, or that writes with these numbers go over."""
    condition = outbox.c.id.in_(only) if only else IS_UNFINISHED & outbox.c.state.in_(BLOCKING_STATES)
    return sorted(tx.execute(select(outbox.c.connection).where(condition).distinct()).scalars())
