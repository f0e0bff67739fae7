"""One bulk write for each database: tuples in, as few steps as the driver allows."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Table

from servicedesk_core.store.upserting import insert_into

Row = tuple[Any, ...]
By = tuple[str | None, int | None]
"""Who made a change, and the number of the write of ours that it is the echo of."""

NOBODY: By = (None, None)

_CHANGES = "entity, local_id, source_id, external_id, kind, changed_fields, origin, mode, at, actor, write_id, states"
_CHANGES_LOCK = 7310482645
"""Advisory lock, PostgreSQL: held from the first change a transaction writes until it ends."""

_ROWS_AT_ONCE: Final = 100
"""Rows in one statement, SQLite."""


class Told(NamedTuple):
    """A row of the changes feed.

    Attributes:
        entity: Stream of the record.
        local_id: The desk's own id of it.
        source_id: Whose it is.
        external_id: The vendor's id of it.
        kind: ``created``, ``changed``, ``gone``, ``restored`` or ``erased``.
        origin: Who says so.
        mode: What brought it.
        at: When the desk learned it.
        fields: Domain fields that changed, as JSON.
        actor: Who made the change, where that is known.
        write_id: Number of the write of ours that it is the echo of.
        states: Field to the value before and after, as JSON.
    """

    entity: str
    local_id: int
    source_id: int
    external_id: str
    kind: str
    origin: str
    mode: str
    at: int
    fields: str = "[]"
    actor: str | None = None
    write_id: int | None = None
    states: str | None = None

    @property
    def row(self) -> Row:
        """The values in the order of the table."""
        entity, local_id, source_id, external_id, kind, origin, mode, at, fields, *more = self
        return (entity, local_id, source_id, external_id, kind, fields, origin, mode, at, *more)


def reserve_ids(tx: Connection, table: Table, count: int) -> range | list[int]:
    """Return ids for new rows that no other transaction will use."""
    if tx.dialect.name == "sqlite":  # the transaction holds the write lock
        first = tx.exec_driver_sql(f"SELECT COALESCE(MAX(local_id), 0) + 1 FROM {table.name}").scalar_one()  # noqa: S608
        return range(first, first + count)
    rows = tx.exec_driver_sql(
        "SELECT nextval(pg_get_serial_sequence(%s, 'local_id')) FROM generate_series(1, %s)", (table.name, count)
    )
    return [row[0] for row in rows]


def insert(tx: Connection, table: Table, rows: Sequence[Row], *, unless: str = "") -> int:
    """Insert whole rows, in the order of the table's columns; return how many were inserted.

    Args:
        tx: A write transaction.
        table: Where to.
        rows: A value for each column.
        unless: Columns of a unique key, comma-separated; a row that is there already is left alone.
    """
    if not rows:
        return 0
    if tx.dialect.name == "sqlite":
        return _sqlite_insert(tx, table, rows, unless)
    stage = _copy(tx, table, rows)
    columns = _columns(table)
    conflict = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""
    return tx.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {stage}{conflict}").rowcount  # noqa: S608


def add(tx: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows of some columns, where the database numbers them itself; one that is there already is left alone.

    Args:
        tx: A write transaction.
        table: Where to.
        columns: Which columns.
        rows: A value for each of them.
    """
    if not rows:
        return
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql(_sqlite_add(table, columns), list(rows))
        return
    new = [dict(zip(columns, row, strict=True)) for row in rows]
    tx.execute(insert_into(tx, table).on_conflict_do_nothing(), new)


def replace(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Overwrite rows by their ``local_id``, which is the first column."""
    if not rows:
        return
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql(_sqlite_replace(table), [(*row[1:], row[0]) for row in rows])
        return
    stage = _copy(tx, table, rows)
    names = [f'"{c.name}"' for c in table.columns][1:]
    assignments = ", ".join(f"{name} = s.{name}" for name in names)
    tx.exec_driver_sql(f"UPDATE {table.name} t SET {assignments} FROM {stage} s WHERE t.local_id = s.local_id")  # noqa: S608


def update(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set a few columns of rows by their ``local_id``, which is the last value of each row."""
    if not rows:
        return
    if tx.dialect.name == "sqlite":
        assignments = ", ".join(f'"{name}" = ?' for name in columns)
        tx.exec_driver_sql(f"UPDATE {table.name} SET {assignments} WHERE local_id = ?", list(rows))  # noqa: S608
        return
    stage = _copy(tx, table, rows, (*columns, "local_id"))
    assignments = ", ".join(f'"{name}" = s."{name}"' for name in columns)
    tx.exec_driver_sql(f"UPDATE {table.name} t SET {assignments} FROM {stage} s WHERE t.local_id = s.local_id")  # noqa: S608


def mark_gone(tx: Connection, table: Table, local_ids: Sequence[int], *, reason: str, at: int) -> None:
    """Mark rows as gone, in one statement however many they are."""
    mark = _mark(tx)
    among, ids = _among(tx, local_ids)
    tx.exec_driver_sql(
        f"UPDATE {table.name} SET gone_at = {mark}, gone_reason = {mark}, changed_at = {mark} "  # noqa: S608
        f"WHERE local_id IN {among}",
        (at, reason, at, ids),
    )


def append_created(
    tx: Connection, table: Table, local_ids: Sequence[int], *, origin: str, mode: str, at: int, by: By
) -> None:
    """Tell the changes feed that those of the rows that are there were created: :func:`append_changes`, without rows.

    Args:
        tx: A write transaction.
        table: Where the rows are.
        local_ids: Ids that were reserved for new rows, rising.
        origin: Who says so.
        mode: What brought them.
        at: When the desk learned it.
        by: Who made them, and with which write of ours.
    """
    _lock_changes(tx)
    mark = _mark(tx)
    among, ids = _among(tx, local_ids)
    tx.exec_driver_sql(
        f"INSERT INTO changes ({_CHANGES}) "  # noqa: S608
        f"SELECT '{table.name}', local_id, source_id, external_id, 'created', '[]', {mark}, {mark}, {mark}, "
        f"CAST({mark} AS TEXT), CAST({mark} AS BIGINT), NULL "
        f"FROM {table.name} WHERE local_id IN {among} ORDER BY local_id",
        (origin, mode, at, *by, ids),
    )


def append_changes(tx: Connection, rows: Sequence[Told]) -> None:
    """Append to the changes feed.

    A feed's reader trusts that below a number it has seen nothing can appear any more. SQLite has one writer at a time;
    on PostgreSQL a lock held until the end of the transaction makes the order of numbers the order of commits.

    Args:
        tx: A write transaction.
        rows: What is told, in order.
    """
    if not rows:
        return
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql(
            f"INSERT INTO changes ({_CHANGES}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
            [one.row for one in rows],
        )
        return
    _lock_changes(tx)
    with _cursor(tx) as cursor, cursor.copy(f"COPY changes ({_CHANGES}) FROM STDIN") as copy:
        for one in rows:
            copy.write_row(one.row)


def select_in(tx: Connection, query: str, source_id: int | None, values: Iterable[Any]) -> Sequence[Sequence[Any]]:
    """Run a query with ``{source}`` and ``{values}`` in its condition, for any number of values.

    Args:
        tx: Any transaction.
        query: For example ``SELECT … WHERE source_id = {source} AND external_id IN {values}``.
        source_id: The source, or ``None`` when the query does not ask for it.
        values: All of one type, text or whole numbers.
    """
    many = list(values)
    if not many:
        return []
    among, packed = _among(tx, many)
    parameters = (packed,) if source_id is None else (source_id, packed)
    return tx.exec_driver_sql(query.format(source=_mark(tx), values=among), parameters).fetchall()


def run_in(tx: Connection, statement: str, values: Iterable[Any]) -> int:
    """Run a statement with ``{values}`` in its condition, for any number of values; return how many rows it met."""
    many = list(values)
    if not many:
        return 0
    among, packed = _among(tx, many)
    return tx.exec_driver_sql(statement.format(values=among), (packed,)).rowcount


def _among(tx: Connection, many: Sequence[Any]) -> tuple[str, Any]:
    """Return the right side of an ``IN`` for any number of values, and its one parameter."""
    if tx.dialect.name == "sqlite":
        return "(SELECT value FROM json_each(?))", orjson.dumps(list(many)).decode()
    kind = "text[]" if isinstance(many[0], str) else "bigint[]"
    return f"(SELECT unnest(%s::{kind}))", list(many)


def _mark(tx: Connection) -> str:
    return "?" if tx.dialect.name == "sqlite" else "%s"


def _lock_changes(tx: Connection) -> None:
    if tx.dialect.name != "sqlite":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_CHANGES_LOCK,))


def _columns(table: Table) -> str:
    return ", ".join(f'"{c.name}"' for c in table.columns)


def _sqlite_insert(tx: Connection, table: Table, rows: Sequence[Row], unless: str) -> int:
    """Insert without the columns that are NULL in every row: binding a NULL costs the driver more than a number.

    Many rows go in one statement. The driver lets other threads run at each statement, and a thread that fetches pages
    takes that turn and gives it back late: row by row, that took as long as the rows themselves.
    """
    used = tuple(i for i in range(len(rows[0])) if any(row[i] is not None for row in rows))
    at_once = min(_ROWS_AT_ONCE, _sqlite_parameters(tx) // len(used))
    inserted = 0
    for first in range(0, len(rows), at_once):
        some = rows[first : first + at_once]
        values = tuple(chain.from_iterable(map(itemgetter(*used), some)))
        inserted += tx.exec_driver_sql(_sqlite_insert_statement(table, used, unless, len(some)), values).rowcount
    return inserted


def _sqlite_parameters(tx: Connection) -> int:
    connection: Any = tx.connection.driver_connection
    return int(connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER))


@lru_cache(maxsize=256)
def _sqlite_insert_statement(table: Table, used: tuple[int, ...], unless: str, count: int) -> str:
    names = ", ".join(f'"{table.columns[i].name}"' for i in used)
    marks = ",".join([f"({','.join('?' * len(used))})"] * count)
    conflict = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""
    return f"INSERT INTO {table.name} ({names}) VALUES {marks}{conflict}"  # noqa: S608


@cache
def _sqlite_add(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({','.join('?' * len(columns))}) ON CONFLICT DO NOTHING"  # noqa: S608


@cache
def _sqlite_replace(table: Table) -> str:
    names = ", ".join(f'"{c.name}" = ?' for c in list(table.columns)[1:])
    return f"UPDATE {table.name} SET {names} WHERE local_id = ?"  # noqa: S608


def _cursor(tx: Connection) -> Any:
    connection: Any = tx.connection.driver_connection
    return connection.cursor()


def _copy(tx: Connection, table: Table, rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """Copy rows into a temporary twin of the table; return its name.

    Args:
        tx: A write transaction.
        table: The table.
        rows: A value for each column.
        columns: Which columns; empty = all, in the table's order.
    """
    stage = f"stage_{table.name}"
    names = ", ".join(f'"{name}"' for name in columns) or _columns(table)
    # Defaults and NOT NULL stay behind: a twin may hold a few columns only.
    tx.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS TABLE {table.name} WITH NO DATA"
    )
    tx.exec_driver_sql(f"TRUNCATE {stage}")
    with _cursor(tx) as cursor, cursor.copy(f"COPY {stage} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return stage
