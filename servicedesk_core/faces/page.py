"""A piece of a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from servicedesk_core.faces.column import Column

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list; going through it goes through its rows."""

    items: Annotated[tuple[T, ...], Column("The rows.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
