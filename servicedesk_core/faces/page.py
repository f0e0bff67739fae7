"""A piece of a list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, TypeVar

from servicedesk_core.errors import CursorError
from servicedesk_core.faces.column import Column

T = TypeVar("T")
P = TypeVar("P", bound="Page[Any]")

_DIGITS = 19
"""A number of a row has fewer."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list; going through it goes through its rows."""

    items: Annotated[tuple[T, ...], Column("The rows.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def piece(found: P, limit: int | None, after: str | None) -> P:
    """Return a piece of a list that had to be made as a whole; ``next`` is how many rows stand before it.

    Args:
        found: The whole list.
        limit: At most so many rows; ``None`` = all that are left.
        after: ``next`` of the page before.

    Raises:
        CursorError: It is not ``next`` of a page.
    """
    start = number_after(after)
    end = len(found) if limit is None else start + limit
    return replace(found, items=found.items[start:end], next=str(end) if end < len(found) else None)


def number_after(after: str | None) -> int:
    """Return the number with which the page before ended, where rows are in the order of their numbers; 0 = none.

    Raises:
        CursorError: It is not ``next`` of a page.
    """
    if after is None or (after.isdecimal() and len(after) < _DIGITS):
        return int(after or 0)
    message = f'"{after}" is not "next" of a page of this list.'
    raise CursorError(message, hint="Start again at the first page.")
