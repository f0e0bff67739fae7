"""Rows of a list as a table, by what their type says of its columns."""

from collections.abc import Sequence

from servicedesk_core.faces import Column, Narrow
from servicedesk_core.faces.column import columns_of


def shown_columns(row: type, chosen: Sequence[str]) -> dict[str, Column]:
    """Return the columns that somebody named, else those that a list shows."""
    columns = columns_of(row)
    return {name: columns[name] for name in chosen or [name for name, column in columns.items() if column.shown]}


def narrow(columns: dict[str, Column]) -> Narrow | None:
    """Return what a list can do without in a narrow terminal."""
    spare = sorted((one for one in columns.values() if one.spare), key=lambda one: one.spare)
    found = Narrow(
        cut={one.title: one.cut for one in columns.values() if one.cut},
        wraps=frozenset(one.title for one in columns.values() if one.wraps),
        spare=tuple(one.title for one in spare),
    )
    return None if found == Narrow() else found
