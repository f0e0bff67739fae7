"""What is exported: each stream with its columns, and the clocks, as the store keeps them.

Names of what a record refers to are left out, other than in the SQL views: a company that is renamed would change every
ticket of it. They are a join away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    LargeBinary,
    Table,
    Text,
    cast,
    func,
    null,
    select,
    type_coerce,
)
from sqlalchemy import Column as Stored

from servicedesk_core.domain import STREAMS
from servicedesk_core.features.analytics.model import ColumnOf
from servicedesk_core.store import Tx
from servicedesk_core.store.column_types import Instant
from servicedesk_core.store.fields import fields_of
from servicedesk_core.store.schema import RECORDS, sla_clocks, sources
from servicedesk_core.store.views import streams

ROWS_AT_ONCE: Final = 20_000
"""Numbers of records that share a file: it is written anew when one of them changed."""

_TYPES: Final[dict[type, str]] = {
    str: "VARCHAR",
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    datetime: "TIMESTAMP WITH TIME ZONE",
    date: "DATE",
    Decimal: "DECIMAL(19,6)",
    tuple: "VARCHAR",
    dict: "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A column with where it is read from."""

    column: ColumnOf
    of: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Exportable:
    """A table as it is read.

    Attributes:
        name: Its name.
        meaning: What a row is.
        shown: Its columns.
        source: Where they stand.
        number: The number of a record, by which rows are put into files.
        where: Which rows.
        order: In which order.
        traits: What differs when a row does; the whole row where nothing shorter says so.
    """

    name: str
    meaning: str
    shown: tuple[Shown, ...]
    source: FromClause
    number: ColumnElement[int]
    where: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]
    traits: tuple[ColumnElement[Any], ...]


def exportable(*, with_costs: bool, with_absences: bool) -> Iterator[Exportable]:
    """Yield all tables.

    Args:
        with_costs: Whether what work and goods cost is among them; else streams that hold nothing but costs are left
            out, and columns that do are empty.
        with_absences: Whether streams that say when people are away are among them.
    """
    for name, entity in STREAMS.items():
        if (with_costs or not entity.holds_costs) and (with_absences or not entity.holds_absences):
            yield _records(name, with_costs=with_costs)
    yield _clocks()


def parts(tx: Tx, table: Exportable) -> Iterator[int]:
    """Yield the ranges of numbers in which there are rows, in order."""
    after = -1
    while True:
        beyond = table.number >= (after + 1) * ROWS_AT_ONCE, *table.where
        first = select(table.number).select_from(table.source).where(*beyond).order_by(table.number).limit(1)
        found = tx.execute(first).scalar()
        if found is None:
            return
        after = found // ROWS_AT_ONCE
        yield after


def rows_of(table: Exportable, part: int) -> Any:
    """Return the query of the rows of a range."""
    shown = (one.of.label(one.column.name) for one in table.shown)
    return select(*shown).select_from(table.source).where(*_within(table, part), *table.where).order_by(*table.order)


def told(tx: Tx, table: Exportable, part: int) -> str:
    """Return what differs when anything in a range does, without reading its rows.

    The changes feed would not do: it tells nothing of what is erased or excluded, and is pruned.
    """
    texts: list[ColumnElement[str]] = [func.coalesce(_as_text(one, tx.dialect.name), "") for one in table.traits]
    line = reduce(lambda before, text: before + "|" + text, texts)
    within = select(line.label("line")).select_from(table.source).where(*_within(table, part), *table.where)
    lines = within.order_by(*table.order).subquery()
    return tx.execute(select(func.aggregate_strings(lines.c.line, "\n"))).scalar() or ""


def _as_text(value: ColumnElement[Any], dialect: str) -> ColumnElement[str]:
    if isinstance(value.type, LargeBinary):
        return func.hex(value) if dialect == "sqlite" else func.encode(value, "hex")
    return cast(value, Text)


def _within(table: Exportable, part: int) -> tuple[ColumnElement[bool], ...]:
    return table.number >= part * ROWS_AT_ONCE, table.number < (part + 1) * ROWS_AT_ONCE


def _records(stream: str, *, with_costs: bool) -> Exportable:
    entity, table = STREAMS[stream], RECORDS[stream]
    meanings = {one.name: one.meaning for one in streams.columns_of(stream, "sqlite")}
    kinds: dict[str, Any] = {"local_id": int, "connection": str, "external_id": str}
    if stream == "tickets":
        kinds |= {"is_open": bool, "sla_due_at": datetime}
    kinds |= {one.name: one.python for one in fields_of(entity)} | {"first_seen_at": datetime, "changed_at": datetime}
    hidden = frozenset[str]() if with_costs else entity.costs
    connection = _connection_of(table)

    def of(name: str) -> ColumnElement[Any]:
        return null() if name in hidden else connection if name == "connection" else table.c[name]

    return Exportable(
        name=stream,
        meaning=(entity.__doc__ or "").strip().partition("\n")[0],
        shown=tuple(Shown(_column(name, kind, meanings[name]), of(name)) for name, kind in kinds.items()),
        source=table,
        number=table.c.local_id,
        where=(table.c.gone_at.is_(None),),
        order=(table.c.local_id,),
        traits=(table.c.local_id, connection, table.c.row_hash, table.c.changed_at),
    )


def _clocks() -> Exportable:
    tickets, columns = RECORDS["tickets"], [*sla_clocks.columns]
    own = tuple(Shown(_column(one.name, _python(one), one.doc or ""), _as_stored(one)) for one in columns)
    connection = _connection_of(tickets)
    ticket = (
        Shown(_column("connection", str, "Name of the connection."), connection),
        Shown(_column("ticket_ref", str, "The vendor's id of the ticket."), tickets.c.external_id),
    )
    return Exportable(
        name=sla_clocks.name,
        meaning="What was promised on a ticket, and whether it is kept, at the newest event of the ticket.",
        shown=(*ticket, *own),
        source=sla_clocks.join(tickets, tickets.c.local_id == sla_clocks.c.ticket_id),
        number=sla_clocks.c.ticket_id,
        where=(tickets.c.gone_at.is_(None),),
        order=(sla_clocks.c.ticket_id, sla_clocks.c.clock, sla_clocks.c.cycle),
        traits=(tickets.c.external_id, connection, *map(_as_stored, columns)),
    )


def _column(name: str, kind: Any, meaning: str) -> ColumnOf:
    return ColumnOf(name=name, type=_TYPES[str if issubclass(kind, StrEnum) else kind], meaning=meaning)


def _python(column: "Stored[Any]") -> type:
    if isinstance(column.type, Instant):
        return datetime
    return bool if isinstance(column.type, Boolean) else int if isinstance(column.type, BigInteger) else str


def _as_stored(column: "Stored[Any]") -> ColumnElement[Any]:
    return type_coerce(column, BigInteger) if isinstance(column.type, Instant) else column


def _connection_of(records: Table) -> ColumnElement[Any]:
    """Return the name of a record's connection, in words that leave the database no other order to read in."""
    return select(sources.c.name).where(sources.c.id == records.c.source_id).scalar_subquery()
