"""Where a reading goes on: behind an id, not at a place of a list, so that what is deleted meanwhile moves nothing."""

from dataclasses import dataclass
from datetime import datetime

from servicedesk_core.errors import CursorError

_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Position:
    """A position.

    Attributes:
        place: Location that is being read; 0 where there are none.
        last: Id of the last product that came.
        until: Newest change that the whole reading is told to cover.
    """

    place: int = 0
    last: int = 0
    until: datetime | None = None

    def text(self) -> str:
        """Return the form that is kept."""
        return f"{_VERSION}:{self.place}:{self.last}:{self.until.isoformat() if self.until else ''}"


def read_position(kept: str | None) -> Position:
    """Return the position that a kept text names.

    Raises:
        CursorError: It was written by another version.
    """
    if kept is None:
        return Position()
    version, place, last, until = (*kept.split(":", 3), "", "", "")[:4]
    if version == _VERSION and place.isdigit() and last.isdigit():
        return Position(int(place), int(last), _instant(until))
    raise _unknown(kept)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise _unknown(text) from None


def _unknown(text: str) -> CursorError:
    return CursorError(f"The saved position {text[:40]!r} is not one of this version of the Tryton connector.")
