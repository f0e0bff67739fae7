"""What lists say of the fields of their rows, once for the terminal, for CSV and for the documentation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from servicedesk_core.faces.parameter import word_of
from servicedesk_core.wording import hours

_PLAIN: Final = (str, int, float, Decimal, date, Enum)


@dataclass(frozen=True, slots=True)
class Column:
    """Says of a row's field, in ``Annotated[T, Column(…)]``, what it means and how a list shows it.

    A property whose result is annotated so is a column too, in the terminal only; properties stand before fields.

    Attributes:
        about: What the field means.
        title: The heading; without it the field's name in words.
        shown: Whether a list in a terminal has it unless asked otherwise; CSV and documents have every field.
        cut: Characters that stay at least where a narrow terminal cuts the text off; 0 = it is never cut.
        wraps: Whether the text may break between words in a narrow terminal, because its end matters.
        spare: In which turn the column is left out where a terminal is too narrow: 1 = first, 0 = never.
        leads: Name of the query that shows the record which the value names, ``clients.list:company`` where it is given
            by that name; without one it is the first thing that the query is given, with the connection of the row
            where it has one (``tickets.show:ticket`` where that is not the ticket's). Empty = it names none.
        by: Name of the row's field, or of a property that is no column, that names the record in place of the value, or
            says where the value leads; or what returns the same of a row. Empty = the value does.
        given: What that list is given beside, as people write it, so that it holds what the value counts.
        draws: Of a field with records: name of their field that is drawn as a line over them; empty = none is.
        is_ours: Whether its words are the desk's own, or name one of our people: a wall screen shows them, and no other
            text.
        words: Makes of a text that programs read what a page says in its place.
    """

    about: str
    title: str = ""
    shown: bool = True
    cut: int = 0
    wraps: bool = False
    spare: int = 0
    leads: str = ""
    by: str | Callable[[Any], Any] = ""
    given: tuple[tuple[str, str], ...] = ()
    draws: str = ""
    is_ours: bool = False
    words: Callable[[str], str] | None = None

    def named(self, row: Any, value: Any) -> Any:
        """Return what names the record that a value of a row leads to, or says where it leads."""
        if callable(self.by):
            return self.by(row)
        return getattr(row, self.by) if self.by else value


@cache
def columns_of(row: type) -> dict[str, Column]:
    """Return the columns of a row type by the names of its fields and properties, in the order of a list.

    Args:
        row: A dataclass whose fields are annotated with :class:`Column`.
    """
    return {name: _titled(name, column) for name, column in _declared(row)}


def chosen_columns(row: type | None, names: str) -> tuple[str, ...]:
    """Return the columns that somebody named, joined with commas.

    Args:
        row: The type of a row; ``None`` = there are none.
        names: What they wrote; empty = they named none.

    Raises:
        SettingsError: A name is no column.
    """
    known = tuple(columns_of(row)) if row is not None else ()
    return tuple(word_of(name, known, what="column") for name in names.split(",")) if names else ()


@cache
def fields_of(row: type) -> tuple[str, ...]:
    """Return the names of the columns that are fields and fit a cell of CSV: records within a row do not."""
    declared, hints = columns_of(row), get_type_hints(row)
    return tuple(one.name for one in fields(row) if one.name in declared and not _holds_records(hints[one.name]))


@cache
def sortable(row: type) -> tuple[str, ...]:
    """Return the names of the columns with one plain value each, which rows can be ordered by."""
    return tuple(name for name, hint in _hints(row) if hasattr(hint, "__metadata__") and _is_plain(hint.__origin__))


def _is_plain(hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return True
    of_several = get_origin(hint) in (Union, UnionType)
    kinds = [kind for kind in (get_args(hint) if of_several else (hint,)) if kind is not NoneType]
    return all(isinstance(kind, type) and issubclass(kind, _PLAIN) for kind in kinds)


def _holds_records(kind: Any) -> bool:
    # From Python 3.12 on a Decimal has annotations too: none.
    return any(isinstance(one, type) and bool(getattr(one, "__annotations__", None)) for one in get_args(kind))


def cell(name: str, value: Any) -> Any:
    """Return a value as a list shows it; durations are named in seconds and shown in hours."""
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, tuple) and any(isinstance(one, Enum) for one in value):
        return tuple(cell(name, one) for one in value)
    return hours(value) if name.endswith("_s") and type(value) is int else value


def page_cell(name: str, value: Any, column: Column | None) -> Any:
    """Return a value as a list on a page shows it: in the words of its column, where that has some."""
    if column is not None and column.words is not None and isinstance(value, str):
        return column.words(value)
    return cell(name, value)


def _declared(row: type) -> Iterator[tuple[str, Column]]:
    for name, hint in _hints(row):
        yield from ((name, one) for one in getattr(hint, "__metadata__", ()) if isinstance(one, Column))


def _hints(row: type) -> Iterator[tuple[str, Any]]:
    for name, attribute in vars(row).items():
        if isinstance(attribute, property):
            yield name, get_type_hints(attribute.fget, include_extras=True).get("return")
    hints = get_type_hints(row, include_extras=True)
    yield from ((field.name, hints[field.name]) for field in fields(row))


def _titled(name: str, column: Column) -> Column:
    title = column.title or name.removesuffix("_at").removesuffix("_s").replace("_", " ").capitalize()
    return replace(column, title=title)
