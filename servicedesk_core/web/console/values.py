"""Values as a page shows them: what a cell says, where it leads, when it was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain import Model
from servicedesk_core.faces import Opens, Page
from servicedesk_core.faces.column import Column, columns_of, page_cell
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.drawing import Line, line
from servicedesk_core.wording import plain

if TYPE_CHECKING:
    from servicedesk_core.features.desks import DataState

_WORDS_FOR: Final = timedelta(hours=24)
_LONG: Final = 40
_CENT: Final = Decimal("0.01")
_NOTHING: Final[tuple[Any, ...]] = (None, "", (), {}, frozenset())
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on a page.

    Attributes:
        machine: As programs read it.
        full: Day, time and zone.
        words: What stands on the page: words near now, else day and time.
        is_near: Whether the words change as time goes by.
    """

    machine: str
    full: str
    words: str
    is_near: bool

    @classmethod
    def of(cls, at: datetime, now: datetime, zone: ZoneInfo) -> "Moment":
        """Return an instant as somebody in a zone sees it now."""
        there, away = at.astimezone(zone), at - now
        full = f"{there:%Y-%m-%d %H:%M} {there:%Z}"
        is_near = abs(away) < _WORDS_FOR
        words = f"{there:%Y-%m-%d %H:%M}"
        if is_near:
            words = f"in {_span(away)} · {there:%H:%M}" if away > timedelta() else _past(-away)
        return cls(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), full, words, is_near)


def _past(span: timedelta) -> str:
    return f"{_span(span)} ago" if span >= _MINUTE else "now"


def _span(span: timedelta) -> str:
    return f"{span // _MINUTE} min" if span < _HOUR else f"{span // _HOUR} h {span % _HOUR // _MINUTE:02} min"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value on a page.

    Attributes:
        text: What it says.
        moment: When, where it is an instant.
        href: Where it leads; ``None`` = nowhere.
        is_number: Whether it stands at the right.
        is_day: Whether it is a day, which is never broken.
    """

    text: str = ""
    moment: Moment | None = None
    href: str | None = None
    is_number: bool = False
    is_day: bool = False

    @property
    def look(self) -> str:
        """The classes that it is shown by: what says nothing is not to catch the eye."""
        is_none = self.moment is None and self.text in {"", "-"}
        is_mark = self.href is not None and len(self.text) == 1 and not self.is_number
        kind = ("n " if self.is_number else "") + ("day " if self.is_day else "") + ("mark " if is_mark else "")
        says = "zero none " if is_none else "zero " if self.text == "0" else "long" if len(self.text) > _LONG else ""
        return (kind + says).rstrip()


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column.

    Attributes:
        name: The column's name.
        title: What it says.
        about: What it means.
        href: Where the list is in the order of the column; ``None`` = it cannot be ordered by it.
        order: How it is ordered by it: ``ascending``, ``descending``, or not.
        is_number: Whether numbers stand below it.
        mark: The class that its cells are shown by beside their own: the first column names the row.
    """

    name: str
    title: str
    about: str
    href: str | None = None
    order: str = ""
    is_number: bool = False
    mark: str = ""


def aligned(
    heads: Sequence[Head], rows: Sequence[tuple[Cell, ...]]
) -> tuple[tuple[Head, ...], tuple[tuple[Cell, ...], ...]]:
    """Return a table in which a whole column stands at the right where numbers stand in it."""
    numeric = [any(row[at].is_number for row in rows) for at in range(len(heads))]
    cells = (
        tuple(
            replace(cell, is_number=True) if is_so and not cell.is_number else cell
            for cell, is_so in zip(row, numeric, strict=True)
        )
        for row in rows
    )
    marked = (
        replace(head, is_number=is_so, mark="" if at else "first ")
        for at, (head, is_so) in enumerate(zip(heads, numeric, strict=True))
    )
    return tuple(marked), tuple(cells)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a record: facts, or a list of records within it.

    Attributes:
        title: Its heading; empty = none.
        facts: Names and values.
        heads: The heads of the columns of a list.
        rows: The rows of a list.
        line: How the rows went, where they follow each other.
        said: The same in words.
    """

    title: str = ""
    facts: tuple[tuple[str, Cell], ...] = ()
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    line: Line | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Shower:
    """Turns results into what a page shows.

    Args:
        addresses: Where things are.
        now: When it is shown.
        zone: Where.
        data: What figures rest on; ``None`` = nobody said.
    """

    addresses: Addresses
    now: datetime
    zone: ZoneInfo
    data: "DataState | None" = None

    @property
    def is_stale(self) -> bool:
        """Whether what figures rest on is too old for a verdict."""
        return self.data is not None and self.data.is_stale

    @property
    def age(self) -> Moment | None:
        """When it was read, where that is so long ago that every number has to say it."""
        if self.data is None or self.data.read_at is None or not self.data.is_aging:
            return None
        return self.moment(self.data.read_at)

    def moment(self, at: datetime) -> Moment:
        """Return an instant."""
        return Moment.of(at, self.now, self.zone)

    def cell(  # noqa: PLR0911  # one line a type
        self, name: str, value: Any, column: Column | None = None, row: Any = None
    ) -> Cell:
        """Return a value.

        Args:
            name: Name of its field.
            value: The value.
            column: What is said of the field.
            row: The record that it is of.
        """
        shown = page_cell(name, value, column)
        match shown:
            case None | "" | ():
                return Cell("-" if value is None else "")
            case bool():
                return Cell("yes" if shown else "no")
            case datetime():
                return Cell(moment=self.moment(shown))
            case date():
                return Cell(str(shown), is_day=True)
            case int() | float() | Decimal():
                if isinstance(shown, Decimal) and shown.as_tuple().exponent == -1 and hasattr(row, "currency"):
                    shown = shown.quantize(_CENT)
                return Cell(plain(shown), href=self._leads(column, shown, row), is_number=True)
            case Opens():
                return Cell()
            case tuple() | list() | frozenset():
                return Cell(", ".join(self.cell(name, one).text for one in shown))
            case Mapping():
                return Cell(
                    ", ".join(f"{self.cell('', key).text}: {self.cell(name, one).text}" for key, one in shown.items())
                )
        return Cell(str(shown), href=self._leads(column, shown, row), is_number=name.endswith("_s"))

    def row(self, row: Any, names: tuple[str, ...], columns: Mapping[str, Column]) -> tuple[Cell, ...]:
        """Return the cells of a row."""
        return tuple(self.cell(name, getattr(row, name), columns[name], row) for name in names)

    def parts(self, record: Any, *, without: Sequence[str] = ()) -> Iterator[Part]:
        """Yield the parts of a record: its facts, then what it holds.

        Args:
            record: The record.
            without: Names of fields that are shown otherwise.
        """
        columns = {name: column for name, column in columns_in(record).items() if name not in without}
        values = {name: getattr(record, name) for name in columns}
        held = {name: value for name, value in values.items() if _is_record(value) or _are_records(value)}
        plain_ones = {name: value for name, value in values.items() if name not in held}
        first = name if (name := next(iter(values), "")) in held else ""
        if first:
            yield from self._held(columns[first], values[first])
        cells = (
            (columns[name].title, self.cell(name, value, columns[name], record)) for name, value in plain_ones.items()
        )
        if facts := tuple(pair for pair in cells if pair[1] not in {Cell("-"), Cell("")}):
            yield Part(facts=facts)
        for name, value in held.items():
            if name != first:
                yield from self._held(columns[name], value)

    def _held(self, column: Column, value: Any) -> Iterator[Part]:
        """Yield the parts of what a record holds: another one, or a list of them."""
        if _is_record(value):
            yield from (replace(part, title=part.title or column.title) for part in self.parts(value))
        else:
            yield self.drawn(self.listed(column.title, tuple(value)), column.draws, tuple(value))

    def listed(self, title: str, rows: tuple[Any, ...]) -> Part:
        """Return records as a list."""
        several = [_flat(one) for one in rows]  # one that holds no record has no fields of it
        columns = {name: column for one in several for name, (column, *_) in one.items() if column.shown}
        flat = [{name: one.get(name, (column, None, None)) for name, column in columns.items()} for one in several]
        filled = [name for name in columns if any(one[name][1] not in _NOTHING for one in flat)]
        heads = [Head(name, columns[name].title, columns[name].about) for name in filled]
        cells = [tuple(self.cell(name, one[name][1], one[name][0], one[name][2]) for name in filled) for one in flat]
        return Part(title, (), *aligned(heads, cells))

    def drawn(self, part: Part, of: str, rows: tuple[Any, ...]) -> Part:
        """Return a list with the line over its rows.

        Args:
            part: The list.
            of: Name of the field that is drawn; empty = nothing is.
            rows: What is listed.
        """
        values = [getattr(row, of) for row in rows] if of else []
        known = [value for value in values if value is not None]
        if len(known) < 2:  # noqa: PLR2004  # one number is no course
            return part
        first, least, most, newest = map(plain, (known[0], min(known), max(known), known[-1]))
        said = f"From {first} to {newest}; the least {least}, the most {most}."
        return replace(part, line=line(values), said=said)

    def _leads(self, column: Column | None, value: Any, row: Any) -> str | None:
        if column is None or not (column.leads or column.by) or isinstance(value, Enum | date):
            return None
        if (opens := Opens.behind(column, row)) is not None:
            return self.addresses.where(opens)
        named = column.named(row, value)
        if named is None or named == "":
            return None
        where = getattr(row, "connection", None)
        if column.leads.startswith("tickets."):  # the row's own connection may be a manufacturer's, or a stock's
            where = getattr(row, "ticket_connection", where)
        return self.addresses.record(column.leads, str(named), where)


def _in_words(name: str) -> Column:
    title = name.removesuffix("_at").removesuffix("_s").replace("_", " ").capitalize()
    return Column(title, title)


def _flat(row: Any) -> dict[str, tuple[Column, Any, Any]]:
    """Return the fields of a record within a list, and of records within it: each with its column, value and record."""
    found: dict[str, tuple[Column, Any, Any]] = {}
    for name, column in columns_in(row).items():
        value = getattr(row, name)
        if _is_record(value):
            found |= _flat(value)
        else:
            found[name] = (column, value, row)
    return found


def columns_in(record: Any) -> Mapping[str, Column]:
    """Return what is shown of a record."""
    kind: type = type(record)
    return _columns(kind)


@cache
def _columns(kind: type) -> Mapping[str, Column]:
    """Return what is shown of a record: what its columns say, or of one that says nothing, its fields."""
    if issubclass(kind, Model):
        return {name: _in_words(name) for name in kind.model_fields}
    row: Any = kind
    return columns_of(row) or {one.name: _in_words(one.name) for one in fields(row)}


def _is_record(value: Any) -> bool:
    if isinstance(value, Model):
        return True
    if isinstance(value, Opens):
        return False
    return is_dataclass(value) and not isinstance(value, Page) and bool(columns_in(value))


def _are_records(value: Any) -> bool:
    return isinstance(value, tuple | list | Page) and len(value) > 0 and all(map(_is_record, value))
