"""What holds for a record at an instant, of definitions that each are about one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

Key = tuple[int, str]
"""A record: its source, and the vendor's id."""

_EVER = datetime.min.replace(tzinfo=UTC)


class Book(Generic[T]):
    """What was said of records, and from when on.

    Args:
        said: Of each record, oldest first: from when on, ``None`` = since ever, and what; ``None`` = nothing any more.
    """

    def __init__(self, said: Mapping[Key, Iterable[tuple[datetime | None, T | None]]]) -> None:
        self._said: Mapping[Key, Sequence[tuple[datetime, T | None]]] = {
            key: [(since or _EVER, what) for since, what in each] for key, each in said.items()
        }

    def __bool__(self) -> bool:
        return bool(self._said)

    def at(self, source_id: int, ref: str | None, at: datetime) -> T | None:
        """Return what holds for a record at an instant; ``None`` = nothing is said of it."""
        found = self._said.get((source_id, ref or ""), ())
        return next((what for since, what in reversed(found) if since <= at), None)

    def now(self, at: datetime) -> dict[Key, T]:
        """Return what holds at an instant, by record."""
        held = {key: self.at(*key, at) for key in self._said}
        return {key: one for key, one in held.items() if one is not None}
