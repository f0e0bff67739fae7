"""Looking at writes: one, a list, and what happened to one."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, case, cast, func, or_, select

from servicedesk_core.domain.writing import UNFINISHED, WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store.outbox.model import EVENTS, SYSTEM, WRITES, StoredWrite, WriteEvent
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.schema import outbox, outbox_history
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED


def get(tx: Connection, number: int, only: ColumnElement[bool] | None = None) -> StoredWrite:
    """Return a write by its number.

    Args:
        tx: Any transaction.
        number: Its number.
        only: Only if this is true of it.

    Raises:
        NotFoundLocallyError: There is none.
    """
    query = WRITES.select().where(outbox.c.id == number)
    write = WRITES.one(tx, query if only is None else query.where(only))
    if write is None:
        message = f"There is no write {number}."
        raise NotFoundLocallyError(message, hint="`servicedesk writes list --all` shows them.")
    return write


def asked_before(tx: Connection, request_id: str) -> int | None:
    """Return the number of the write that an act of a caller's own id became, if it was proposed before."""
    return tx.execute(select(outbox.c.id).where(outbox.c.request_id == request_id)).scalar_one_or_none()


def asked_before_each(tx: Connection, request_ids: Collection[str]) -> dict[str, int]:
    """Return the same of several ids, by id; those that became none are not among them."""
    query = select(outbox.c.request_id, outbox.c.id).where(outbox.c.request_id.in_([*request_ids]))
    return dict(map(tuple, tx.execute(query)))


def proposers(tx: Connection, fields: Collection[str]) -> Iterator[tuple[str, str, datetime, datetime | None]]:
    """Yield who proposed writes of which kind, when last, and when last to change one of some fields of a record."""
    c = outbox.c
    told = or_(*(cast(c.new_values, Text).contains(f'"{name}":', autoescape=True) for name in fields))
    changed = func.max(case((and_(c.target.is_not(None), told), c.proposed_at)))
    query = select(c.proposed_by, c.kind, func.max(c.proposed_at), changed).group_by(c.proposed_by, c.kind)
    yield from (tuple(row) for row in tx.execute(query))


def connections(tx: Connection, only: ColumnElement[bool]) -> frozenset[str]:
    """Return the connections of the writes of which something is true."""
    return frozenset(tx.execute(select(outbox.c.connection).where(only).distinct()).scalars())


def recent(
    tx: Connection,
    *,
    states: Sequence[WriteState] = (),
    connection: str | None = None,
    aggregate: str | None = None,
    limit: int = 100,
) -> list[StoredWrite]:
    """Return writes, the newest first.

    Args:
        tx: Any transaction.
        states: Only in these states; empty = in any.
        connection: Only of this connection.
        aggregate: Only to this.
        limit: At most so many.
    """
    query = _chosen(tx, states, connection, aggregate).order_by(outbox.c.id.desc()).limit(limit)
    return WRITES.all(tx, query)


COLUMNS: Final = {
    name: outbox.c[column]
    for name in (
        *("id", "state", "connection", "kind", "label", "target", "parent", "visibility", "reason", "proposed_by"),
        *("proposed_at", "decided_by", "decided_at", "attempts", "next_at", "finished_at", "ref", "error_code"),
        *("error", "hint", "reverts", "key"),
    )
    for column in ({"attempts": "attempt"}.get(name, name),)
}
"""What lists can be ordered by, by the names of their columns."""


def page(
    tx: Connection,
    *,
    states: Sequence[WriteState] = (),
    connection: str | None = None,
    only: ColumnElement[bool] | None = None,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> tuple[tuple[StoredWrite, ...], str | None]:
    """Return a page of writes, the newest first, and ``next``.

    Args:
        tx: Any transaction.
        states: Only in these states; empty = in any.
        connection: Only of this connection.
        only: Only those of which this is true.
        sort: Columns to order by first, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    query = _chosen(tx, states, connection)
    if only is not None:
        query = query.where(only)
    return page_of(tx, query, COLUMNS, WRITES.of, by="-id", sort=sort, after=after, limit=limit)


def undecided(tx: Connection, only: ColumnElement[bool] | None = None) -> int:
    """Return how many writes wait for somebody to approve them, or to settle their doubt."""
    waits = (IS_UNFINISHED, outbox.c.state.in_((WriteState.PROPOSED, WriteState.IN_DOUBT)))
    query = select(func.count()).select_from(outbox).where(*waits, *(() if only is None else (only,)))
    return int(tx.execute(query).scalar_one())


def by_state(
    tx: Connection, states: Collection[WriteState], only: ColumnElement[bool] | None = None
) -> dict[WriteState, int]:
    """Return how many writes are in each of some states, and nothing of a state in which none is."""
    query = select(outbox.c.state, func.count()).where(outbox.c.state.in_([*states])).group_by(outbox.c.state)
    return {state: many for state, many in tx.execute(query if only is None else query.where(only))}  # noqa: C416  # dict() takes a result for a mapping


def _chosen(
    tx: Connection, states: Sequence[WriteState], connection: str | None, aggregate: str | None = None
) -> Select[Any]:
    query = WRITES.select()
    if states:
        query = query.where(outbox.c.state.in_(states))
    unfinished = bool(states) and UNFINISHED.issuperset(states)
    if unfinished:
        query = query.where(IS_UNFINISHED)
    if connection is not None:
        column: ColumnElement[str] = outbox.c.connection
        if tx.dialect.name == "sqlite" and not unfinished and aggregate is None:
            column = column + ""  # in no index: SQLite would take one by which it has to sort all that ever were
        query = query.where(column == connection)
    return query if aggregate is None else query.where(outbox.c.aggregate == aggregate)


def versions(tx: Connection, numbers: Collection[int]) -> dict[int, int]:
    """Return which version each write is: 1 as it was proposed, one more for each time that somebody edited it."""
    c = outbox_history.c
    is_new = or_(c.before.is_(None), c.before != WriteState.IN_DOUBT)  # what is not at the vendor goes back as it was
    proposed = and_(c.write_id.in_(numbers), c.after == WriteState.PROPOSED, c.actor != SYSTEM, is_new)
    query = select(c.write_id, func.count()).where(proposed).group_by(c.write_id)
    return {row[0]: row[1] for row in tx.execute(query)}


def history(tx: Connection, number: int) -> tuple[WriteEvent, ...]:
    """Return what happened to a write, in order."""
    query = EVENTS.select().where(outbox_history.c.write_id == number).order_by(outbox_history.c.id)
    return tuple(EVENTS.all(tx, query))
