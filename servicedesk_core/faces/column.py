"""What lists say of the fields of their rows, once for the terminal, for CSV and for the documentation."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from servicedesk_core.wording import hours


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
    """

    about: str
    title: str = ""
    shown: bool = True
    cut: int = 0
    wraps: bool = False
    spare: int = 0


@cache
def columns_of(row: type) -> dict[str, Column]:
    """Return the columns of a row type by the names of its fields and properties, in the order of a list.

    Args:
        row: A dataclass whose fields are annotated with :class:`Column`.
    """
    return {name: _titled(name, column) for name, column in _declared(row)}


@cache
def fields_of(row: type) -> tuple[str, ...]:
    """Return the names of the columns that are fields and fit a cell of CSV: records within a row do not."""
    declared, hints = columns_of(row), get_type_hints(row)
    return tuple(one.name for one in fields(row) if one.name in declared and not _holds_records(hints[one.name]))


def _holds_records(kind: Any) -> bool:
    return any(isinstance(one, type) and hasattr(one, "__annotations__") for one in get_args(kind))


def cell(name: str, value: Any) -> Any:
    """Return a value as a list shows it; durations are named in seconds and shown in hours."""
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    return hours(value) if name.endswith("_s") and type(value) is int else value


def _declared(row: type) -> Iterator[tuple[str, Column]]:
    for name, attribute in vars(row).items():
        if isinstance(attribute, property):
            yield from _column(name, get_type_hints(attribute.fget, include_extras=True).get("return"))
    hints = get_type_hints(row, include_extras=True)
    for field in fields(row):
        yield from _column(field.name, hints[field.name])


def _column(name: str, annotation: Any) -> Iterator[tuple[str, Column]]:
    yield from ((name, one) for one in getattr(annotation, "__metadata__", ()) if isinstance(one, Column))


def _titled(name: str, column: Column) -> Column:
    title = column.title or name.removesuffix("_at").removesuffix("_s").replace("_", " ").capitalize()
    return Column(column.about, title, column.shown, column.cut, column.wraps, column.spare)
