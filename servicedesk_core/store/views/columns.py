"""What a view is made of, and how what is stored becomes readable in it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Table

from servicedesk_core.store.column_types import Amount, Day, Instant, Json
from servicedesk_core.store.connecting import Dialect


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the SQL behind it.

    Attributes:
        name: Its name.
        sql: What it selects.
        meaning: What it holds.
    """

    name: str
    sql: str
    meaning: str


@dataclass(frozen=True, slots=True)
class OwnView:
    """A view that no domain class describes.

    Attributes:
        meaning: What a row is.
        columns: Its columns, in order.
        source: The SQL from ``FROM`` on.
    """

    meaning: str
    columns: Callable[[Dialect], list[Column]]
    source: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Makes columns of views out of a table's: readable by their types, with the meaning that stands beside them.

    Attributes:
        table: The table.
        alias: What the view's SQL calls it.
        dialect: For which database.
    """

    table: Table
    alias: str
    dialect: Dialect

    def __call__(self, name: str, named: str | None = None, meaning: str | None = None) -> Column:
        """Return a column of the view.

        Args:
            name: The table's column.
            named: What the view calls it, where that is otherwise.
            meaning: What it holds there, where that is otherwise.
        """
        column, sql = self.table.c[name], f'{self.alias}."{name}"'
        for kind, readable in ((Instant, instant), (Amount, amount), (Day, day), (Json, plain)):
            if isinstance(column.type, kind):
                sql = readable(sql, self.dialect)
        return Column(named or name, sql, meaning or column.doc or "")


def instant(column: str, dialect: Dialect) -> str:
    """Return SQL that shows a stored instant."""
    if dialect == "postgresql":
        return f"(TIMESTAMPTZ 'epoch' + {column} * INTERVAL '1 microsecond')"
    # floor, so that instants before 1970 are right too
    second = f"(({column} - (({column} % 1000000) + 1000000) % 1000000) / 1000000)"
    micro = f"((({column} % 1000000) + 1000000) % 1000000)"
    return f"strftime('%Y-%m-%dT%H:%M:%S', {second}, 'unixepoch') || printf('.%06dZ', {micro})"


def amount(column: str, dialect: Dialect) -> str:
    """Return SQL that shows a stored amount."""
    if dialect == "postgresql":
        return f"CAST({column} AS numeric) / 1000000"
    digits = f"printf('%d.%06d', ABS({column}) / 1000000, ABS({column}) % 1000000)"
    return f"CASE WHEN {column} < 0 THEN '-' || {digits} WHEN {column} >= 0 THEN {digits} END"


def day(column: str, dialect: Dialect) -> str:
    """Return SQL that shows a stored day."""
    return f"CAST({column} AS date)" if dialect == "postgresql" else column


def plain(column: str, dialect: Dialect) -> str:
    """Return SQL that shows stored JSON."""
    return f"CAST({column} AS jsonb)" if dialect == "postgresql" else column
