"""Rows of the desk's own tables as frozen dataclasses: a field is the column of its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import Column, Connection, Select, Table, select
from sqlalchemy.sql.selectable import TypedReturnsRows

T = TypeVar("T")
Make = Callable[[Sequence[Any]], Any]


class Rows(Generic[T]):
    """Reads rows as records of one class, and gives the values of a record back; both by position, without names.

    Attributes:
        columns: What a row holds, in the order of the fields.

    Args:
        record: A frozen dataclass. A field that is one itself takes the columns of its own fields.
        table: Where the rows are.
        renamed: Field to column, where they have different names, or the column is of another table that is joined.
    """

    def __init__(self, record: type[T], table: Table, renamed: Mapping[str, str | Column[Any]] | None = None) -> None:
        self.columns: list[Column[Any]] = []
        self._paths: list[str] = []
        self._make: Callable[[Sequence[Any]], T] = self._maker(record, table, renamed or {}, "")
        self._query = select(*self.columns)

    def select(self) -> Select[Any]:
        """Return a query for all rows, to be narrowed."""
        return self._query

    def all(self, tx: Connection, query: Select[Any]) -> list[T]:
        """Return the records of a query for :attr:`columns`, in their order."""
        make = self._make
        return [make(row) for row in tx.execute(query).all()]

    def of(self, row: Sequence[Any]) -> T:
        """Return the record of a row that begins with :attr:`columns`."""
        return self._make(row[: len(self.columns)])

    def one(self, tx: Connection, query: TypedReturnsRows[Any]) -> T | None:
        """Return the only record of a query, or of a change that returns :attr:`columns`; ``None`` = there is none."""
        row = tx.execute(query).one_or_none()
        return None if row is None else self._make(row)

    def values(self, record: T) -> dict[str, Any]:
        """Return what is stored of a record, by column."""
        return {column.name: attrgetter(path)(record) for column, path in zip(self.columns, self._paths, strict=True)}

    def _maker(self, record: type[Any], table: Table, renamed: Mapping[str, str | Column[Any]], path: str) -> Make:
        first, hints = len(self.columns), get_type_hints(record)
        parts: list[Make] = []
        is_flat = True
        for name in (field.name for field in fields(record)):
            if is_dataclass(hints[name]):
                is_flat = False
                parts.append(self._maker(hints[name], table, renamed, f"{path}{name}."))
            else:
                parts.append(itemgetter(len(self.columns)))
                column = renamed.get(name, name)
                self.columns.append(table.c[column] if isinstance(column, str) else column)
                self._paths.append(path + name)
        if not is_flat:
            return lambda row: record(*(part(row) for part in parts))
        end = len(self.columns)
        return (lambda row: record(*row[first:end])) if path else (lambda row: record(*row))
