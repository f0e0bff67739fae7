"""Inserts that say what happens to a row that is there already: each database has a statement of its own for them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that takes ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


def put(tx: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row; one with its primary key is there already: it gets the values."""
    statement = insert_into(tx, table).values(**values)
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in values if name not in keys}
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))
