"""A piece of a list."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, partial
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
    place = order.place(after)
    equals: Counter[tuple[Key, ...]] = Counter()
    keyed: list[tuple[tuple[Key, ...], Any]] = []
    for one in found:
        keys = tuple(_key(getattr(one, term.column)) for term in own.terms)
        keyed.append(((*keys, equals[keys]), one))
        equals[keys] += 1
    for at, term in reversed([*enumerate(order.terms)]):  # each keeps what those after it ordered
        keyed.sort(key=partial(_rank_of, at, term), reverse=term.falls)
    first = 0 if place is None else bisect_left(keyed, True, key=lambda pair: _is_behind(order, pair[0], place))  # noqa: FBT003
    kept = keyed[first:] if limit is None else keyed[first : first + limit]
    more = order.cursor(kept[-1][0]) if first + len(kept) < len(keyed) else None
    return replace(found, items=tuple(one for _, one in kept), next=more)


def _is_behind(order: Order, one: Sequence[Key], place: Sequence[Key]) -> bool:
    """Whether a row stands behind a place."""
    for term, mine, theirs in zip(
        order.terms, map(_rank, one, order.terms), map(_rank, place, order.terms), strict=True
    ):
        if mine != theirs:
            return (mine > theirs) is not term.falls
    return False


def _rank_of(at: int, term: Term, keyed: tuple[Sequence[Key], Any]) -> tuple[bool, bool, Any]:
    return _rank(keyed[0][at], term)


def _rank(key: Key, term: Term) -> tuple[bool, bool, Any]:
    """Return a key as one that compares with each other, for a term: nothing is last whichever way it goes."""
    return (key is None) is not term.falls, isinstance(key, str), 0 if key is None else key


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
