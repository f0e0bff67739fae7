"""Pages of a list in any order: sorted by the database, and cut behind the row with which the page before ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    case,
    false,
    func,
    or_,
    type_coerce,
)

from servicedesk_core.errors import CursorError
from servicedesk_core.faces.order import Key, Order, ensure_a_page
from servicedesk_core.store.column_types import is_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Step:
    """One term of an order in SQL.

    Attributes:
        key: What is compared: whole numbers, or texts without the difference between capitals and small letters.
        falls: Whether the largest comes first; nothing is always last.
        may_lack: Whether it can be nothing.
    """

    key: ColumnElement[Any]
    falls: bool
    may_lack: bool

    def order(self) -> tuple[ColumnElement[Any], ...]:
        key = self.key.desc() if self.falls else self.key.asc()
        return (self.key.is_(None), key) if self.may_lack else (key,)

    def same(self, value: Key) -> ColumnElement[bool]:
        return self.key.is_(None) if value is None else self.key == value

    def beyond(self, value: Key, *, may_lack: bool) -> ColumnElement[bool]:
        if value is None:
            return false()
        further = self.key < value if self.falls else self.key > value
        return or_(further, self.key.is_(None)) if may_lack else further


def page_of(
    tx: Connection,
    query: Select[Any],
    columns: Mapping[str, ColumnElement[Any]],
    make: Callable[[Row[Any]], T],
    *,
    by: str,
    sort: str | None,
    after: str | None,
    limit: int,
    ids: Select[Any] | None = None,
) -> tuple[tuple[T, ...], str | None]:
    """Return a page of a query's rows, and ``next``; a row that stays where it is comes just once, whatever changes.

    Args:
        tx: Any transaction.
        query: The rows, without an order.
        columns: What they can be ordered by, by the names of their columns in the list.
        make: Makes of a row what is listed; the row has further columns behind those of the query.
        by: The list's own order: such names, joined with commas. The last one is a column of the table whose rows are
            listed, and tells them apart.
        sort: Names to sort by first; see :meth:`servicedesk_core.faces.order.Order.of`.
        after: ``next`` of the page before, in the same order.
        limit: At most so many rows.
        ids: Query for the column that tells the rows apart, with all restrictions, where an index holds what those ask
            for: then no row that is passed over is read.

    Raises:
        SettingsError: It cannot be sorted by that, or the limit is below 1.
        CursorError: ``after`` is not ``next`` of a page of this list in this order.
    """
    ensure_a_page(limit)
    order = Order.of(sort, by, columns)
    own = columns[by.rpartition(",")[2].removeprefix("-")]
    steps = [_step(columns[term.column], own, falls=term.falls) for term in order.terms]
    place = order.place(after)
    for step, value in zip(steps, place or (), strict=False):
        if not step.may_lack if value is None else isinstance(value, str) is not is_text(step.key):
            raise CursorError(f'"{after}" is not "next" of a page of this list.', hint="Start again at the first page.")
    query = query.add_columns(*(step.key.label(f"sorted_by_{at}") for at, step in enumerate(steps)))

    def first(where: Sequence[ColumnElement[bool]], by: Sequence[ColumnElement[Any]], most: int) -> Sequence[Row[Any]]:
        if ids is None:
            return tx.execute(query.where(*where).order_by(*by).limit(most)).all()
        inside = own.in_(ids.where(*where).order_by(*by).limit(most))
        return tx.execute(query.where(inside).order_by(*by)).all()

    found = _found(first, steps, place, limit + 1)
    more = order.cursor(tuple(found[limit - 1])[-len(steps) :]) if len(found) > limit else None
    return tuple(map(make, found[:limit])), more


def _found(
    first_of: Callable[[Sequence[ColumnElement[bool]], Sequence[ColumnElement[Any]], int], Sequence[Row[Any]]],
    steps: Sequence[_Step],
    place: Sequence[Key] | None,
    limit: int,
) -> list[Row[Any]]:
    """Return the rows behind a place: first those that have the first key, so that databases can walk its index."""
    (first, *rest) = steps
    found: list[Row[Any]] = []
    by_rest = [part for step in rest for part in step.order()]
    if place is None or place[0] is not None:
        having: list[ColumnElement[bool]] = [first.key.is_not(None)] if first.may_lack else []
        if place is not None:
            edge = first.key <= place[0] if first.falls else first.key >= place[0]
            having += [edge, _beyond(steps, place, first_lacks=False)]
        found += first_of(having, [first.key.desc() if first.falls else first.key.asc(), *by_rest], limit)
    if first.may_lack and len(found) < limit:
        lacking: list[ColumnElement[bool]] = [first.key.is_(None)]
        if place is not None and place[0] is None:
            lacking.append(_beyond(rest, place[1:]))
        found += first_of(lacking, by_rest, limit - len(found))
    return found


def _beyond(steps: Sequence[_Step], place: Sequence[Key], *, first_lacks: bool = True) -> ColumnElement[bool]:
    (step, *rest), (value, *values) = steps, place
    beyond = step.beyond(value, may_lack=step.may_lack and first_lacks)
    return or_(beyond, and_(step.same(value), _beyond(rest, values))) if rest else beyond


def _step(column: ColumnElement[Any], own: ColumnElement[Any], *, falls: bool) -> _Step:
    may_lack = not isinstance(column, Column) or column.nullable or column.table is not getattr(own, "table", None)
    if is_text(column):
        text = type_coerce(column, Text())  # what tells rows apart does so by its capitals too
        return _Step(text if column is own else func.lower(text, type_=Text()), falls, may_lack)
    whole = case((column, 1), else_=0) if isinstance(column.type, Boolean) else column
    return _Step(type_coerce(whole, BigInteger()), falls, may_lack and not isinstance(column.type, Boolean))
