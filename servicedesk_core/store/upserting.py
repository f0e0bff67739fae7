"""Inserts that say what happens to a row that is there already: each database has a statement of its own for them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(tx: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT that takes ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if tx.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415  # a store is one of them; the other one is not imported

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # see above

    return postgresql.insert(table)


def put(tx: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row; one with its primary key is there already: it gets the values."""
    statement = insert_into(tx, table).values(**values)
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in values if name not in keys}
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))
