"""Pages of a list that changes while it is read.

The server cuts lists by place, so what is deleted before the place where the reading stands moves everything behind it
forward, and a page would leave out as many records. So each page begins with the last record that came; where none of
those that came before is on it, the reading goes back until one is.

Nor is the order of every list whole: what was created at one moment, or before that was kept, may stand in another
order on each page, and none of the orders that stock can have ends with something unique. So what came is counted, and
where it is less than there is, the list is read again in larger pieces.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from servicedesk_core.errors import CursorError, ProtocolError
from servicedesk_core.hooks import source_record

_VERSION = "1"
_KNOWN = 20
_BLOCK = 4096
_MOST_READINGS = 5
_MOST_STEPS_BACK = 100

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

    What came before a reading was taken up again is not counted anew.

    Args:
        ask: Asks the server.
        size: Records a page.
        start: Where to begin.

    Raises:
        ProtocolError: The list has no end, moves all the time, or keeps something back.
    """
    seen, known = _Ids(), start.known
    for again in range(_MOST_READINGS):
        walk = _walked(ask, size * (again + 1), Position() if again else start)
        try:
            async for cut in walk:
                new = [row for row in cut.rows if seen.add(row) or not again]
                known = _last_ids(cut.rows) or known
                if cut.following is not None:
                    if new:
                        yield Cut(new, cut.following, cut.total)
                    continue
                ends = len(seen) >= cut.total or bool(start.reached and not again)
                yield Cut(new, None if ends else Position(cut.total, known), cut.total)
                if ends:
                    return
        except _MovesError:
            continue
    raise ProtocolError("InvenTree's list moves faster than it can be read, or shows less than it counts.")


class _MovesError(Exception):
    """Nothing that came before is found again."""


class _Ids:
    """Which ids came, in little memory."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, row: Any) -> bool:
        """Note the id of a record, and return whether it is new; one without an id is."""
        ref = source_record(row, "pk").external_id
        block, bit = divmod(int(ref), _BLOCK) if ref.isdigit() else (-1, self._count)
        known = self._blocks.get(block, 0)
        if known >> bit & 1:
            return False
        self._blocks[block] = known | 1 << bit
        self._count += 1
        return True


async def _walked(ask: Ask, size: int, start: Position) -> AsyncIterator[Cut]:
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
                raise _MovesError
            back = max(at.reached - size, 0)
            at = Position(back, at.known if back else ())
            continue
        new = rows[seen + 1 :]
        reached = at.reached - overlap + len(rows)
        if len(rows) <= overlap and reached < total:
            raise ProtocolError(f"InvenTree sent an empty page after {reached} of {total} records.")
        known = (*at.known, *_last_ids(new))[-_KNOWN:]
        ends = reached >= total
        if not ends and not known:
            raise ProtocolError("InvenTree's records have no ids, so nobody can say where to go on.")
        at = Position(reached, known)
        yield Cut(new, None if ends else at, total)
        if ends:
            return


def _last_ids(rows: list[Any]) -> tuple[str, ...]:
    ids = (source_record(row, "pk").external_id for row in rows)
    return tuple(one for one in ids if one.isdigit())[-_KNOWN:]
