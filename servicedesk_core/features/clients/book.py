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
        said: Of each record the definitions that are about it, and of each of them, oldest first: from when on,
            ``None`` = since ever, and what; ``None`` = nothing any more. Of several the first one that says anything
            holds: one that was removed, as its record is named otherwise now, hides none of the others.
    """

    def __init__(self, said: Mapping[Key, Iterable[Iterable[tuple[datetime | None, T | None]]]]) -> None:
        self._said: Mapping[Key, Sequence[Sequence[tuple[datetime, T | None]]]] = {
            key: [[(since or _EVER, what) for since, what in each] for each in several] for key, several in said.items()
        }

    def __bool__(self) -> bool:
        return bool(self._said)

    def at(self, source_id: int, ref: str | None, at: datetime) -> T | None:
        """Return what holds for a record at an instant; ``None`` = nothing is said of it."""
        found = self._said.get((source_id, ref or ""), ())
        held = (next((what for since, what in reversed(each) if since <= at), None) for each in found)
        return next((what for what in held if what is not None), None)

    def now(self, at: datetime) -> dict[Key, T]:
        """Return what holds at an instant, by record."""
        held = {key: self.at(*key, at) for key in self._said}
        return {key: one for key, one in held.items() if one is not None}
