"""A piece of a list."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from heapq import nsmallest
from typing import Annotated, Any, Final, Generic, TypeVar

from servicedesk_core.faces.column import Column, sortable
from servicedesk_core.faces.order import Key, Order, Term, ensure_a_page
from servicedesk_core.faces.parameter import Help

T = TypeVar("T")
P = TypeVar("P", bound="Page[Any]")

Sort = Annotated[
    str | None,
    Help("Order by columns, joined with commas; -COLUMN begins with the largest.", metavar="COLUMN[,-COLUMN]"),
]
"""The parameter ``sort`` of a list."""

Limit = Annotated[int, Help("At most so many.", between=(1, 10_000))]
"""The parameter ``limit`` of a list."""

After = Annotated[str | None, Help('"next" of the page before.')]
"""The parameter ``after`` of a list."""

_AMONG_EQUALS: Final = Term("", falls=False)
"""The number of a row among those with the same keys."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list; going through it goes through its rows."""

    items: Annotated[tuple[T, ...], Column("The rows.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def piece(found: P, row: type, *, by: str, sort: str | None, after: str | None, limit: int | None) -> P:
    """Return a piece of a list that had to be made as a whole, in the order that somebody asked for.

    Args:
        found: The whole list.
        row: The type of a row.
        by: The list's own order: names of columns, joined with commas. Rows that are equal in it keep the order in
            which they were found.
        sort: Columns to sort by first, likewise; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many rows; ``None`` = all that are left.

    Raises:
        SettingsError: There is no such column to sort by, or the limit is below 1.
        CursorError: It is not ``next`` of a page.
    """
    ensure_a_page(limit)
    own = Order.of(sort, by, sortable(row))
    order = replace(own, terms=(*own.terms, _AMONG_EQUALS))
    place, rows = order.place(after), [*found]
    columns = [[_key(getattr(one, term.column)) for one in rows] for term in own.terms]
    columns.append([*_among_equals(zip(*columns, strict=True))])
    edges = [()] * len(columns) if place is None else [(key,) for key in place]
    ranked = [_ranks([*keys, *edge], term) for keys, edge, term in zip(columns, edges, order.terms, strict=True)]
    ranks = [*zip(*ranked, strict=True)]
    edge = None if place is None else ranks.pop()
    behind = [at for at, rank in enumerate(ranks) if edge is None or edge < rank]
    by_rank = ranks.__getitem__
    first = sorted(behind, key=by_rank) if limit is None else nsmallest(limit + 1, behind, key=by_rank)
    kept = first[:limit]
    more = order.cursor([keys[kept[-1]] for keys in columns]) if len(kept) < len(first) else None
    return replace(found, items=tuple(rows[at] for at in kept), next=more)


def _among_equals(rows: Iterable[tuple[Key, ...]]) -> Iterator[Key]:
    """Yield the number of each row among those with the same keys."""
    equals: Counter[tuple[Key, ...]] = Counter()
    for keys in rows:
        yield equals[keys]
        equals[keys] += 1


class _Falling(str):
    """A text that stands before those that it is behind."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _ranks(keys: list[Key], term: Term) -> list[Any]:
    """Return the keys of a column as what compares as its rows are ordered: nothing is last whichever way it goes."""
    if all(isinstance(key, int | float) for key in keys):
        return [-key for key in keys] if term.falls else keys  # type: ignore[operator]
    return [_rank(key, term) for key in keys]


def _rank(key: Key, term: Term) -> tuple[int, Any]:
    if key is None:
        return 2, 0
    if isinstance(key, str):
        return 1, _Falling(key) if term.falls else key
    return 0, -key if term.falls else key


@cache
def _places(kind: type[Enum]) -> dict[Enum, int]:
    """Return the places of words in the order in which they are declared: that in which things become so."""
    return {one: place for place, one in enumerate(kind)}


def _key(value: Any) -> Key:
    match value:
        case datetime():
            return (value - _EPOCH) // timedelta(microseconds=1)
        case date():
            return value.isoformat()
        case Enum():
            return _places(type(value))[value]
        case Decimal():
            return float(value)
        case str():
            return value.lower()
    number: Key = int(value) if isinstance(value, bool) else value
    return number
