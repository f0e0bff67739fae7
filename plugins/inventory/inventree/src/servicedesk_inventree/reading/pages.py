"""Pages of a list that changes while it is read.

The server cuts lists by place, so what is deleted before the place where the reading stands moves everything behind it
forward, and a page would leave out as many records. So each page begins with the last record that came; where none of
those that came before is on it, the reading goes back until one is.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from servicedesk_core.errors import CursorError, ProtocolError
from servicedesk_core.hooks import source_record

_VERSION = "1"
_KNOWN = 20
_MOST_STEPS_BACK = 500

Ask = Callable[[int, int], Awaitable[tuple[list[Any], int]]]
"""Asks for so many records from a place on; returns them, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list.

    Attributes:
        reached: How many records came before it.
        known: Ids of the last of them, in their order.
    """

    reached: int = 0
    known: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the form that is kept: version, place, ids."""
        return f"{_VERSION}:{self.reached}:{','.join(self.known)}"


def read_position(text: str | None) -> Position:
    """Return the place that a kept text names.

    Raises:
        CursorError: It was written by another version.
    """
    if text is None:
        return Position()
    version, _, rest = text.partition(":")
    reached, _, known = rest.partition(":")
    if version != _VERSION or not reached.isdigit() or not known:
        raise CursorError(f"The saved position {text[:40]!r} is not one of this version of the InvenTree connector.")
    return Position(int(reached), tuple(known.split(",")))


@dataclass(frozen=True, slots=True)
class Cut:
    """Records that follow those that came before.

    Attributes:
        rows: The records.
        following: Where to go on; ``None`` = this was the end.
        total: How many there are in all.
    """

    rows: list[Any]
    following: Position | None
    total: int


async def cuts(ask: Ask, size: int, start: Position) -> AsyncIterator[Cut]:
    """Yield a list piece by piece; a record may come twice, none is left out.

    Args:
        ask: Asks the server.
        size: Records a page.
        start: Where to begin.

    Raises:
        ProtocolError: The list has no end, or moves all the time.
    """
    at = start
    steps_back = 0
    while True:
        overlap = 1 if at.reached else 0
        rows, total = await ask(at.reached - overlap, size + overlap)
        ids = [source_record(row, "pk").external_id for row in rows]
        seen = max((place for place, one in enumerate(ids) if one and one in at.known), default=-1)
        if at.reached and seen < 0:
            steps_back += 1
            if steps_back > _MOST_STEPS_BACK:
                raise ProtocolError("InvenTree's list moves faster than it can be read.")
            back = max(at.reached - size, 0)
            at = Position(back, at.known if back else ())
            continue
        new = rows[seen + 1 :]
        reached = at.reached - overlap + len(rows)
        if len(rows) <= overlap and reached < total:
            raise ProtocolError(f"InvenTree sent an empty page after {reached} of {total} records.")
        known = tuple(one for one in (*at.known, *ids[seen + 1 :]) if one.isdigit())[-_KNOWN:]
        ends = reached >= total
        if not ends and not known:
            raise ProtocolError("InvenTree's records have no ids, so nobody can say where to go on.")
        at = Position(reached, known)
        yield Cut(new, None if ends else at, total)
        if ends:
            return
