"""One pass over an entity that changes while it is read.

Places in a list move when something before them is deleted, so a page is asked for by the time that orders the list:
it begins with the instant of the last record that came, and what came before with that instant is left out. By place it
is asked among records of one instant, and for what may follow a short page, which proves no end: an empty one does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from servicedesk_core.errors import CursorError, ProtocolError
from servicedesk_quickbooks.api.language import Query, not_before
from servicedesk_quickbooks.meaning.values import stamp

_VERSION: Final = "1"
_MOST_KNOWN: Final = 150
"""Ids that a position may hold; of an instant with more of them the page is asked for by place."""

Ask = Callable[[Query], Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a pass has come.

    Attributes:
        at: Time of the last record, as the interface wrote it; empty = at the beginning.
        place: How many records of that instant came already.
        known: Their ids; none where they are too many, or the page was short: then it goes on by place.
    """

    at: str = ""
    place: int = 0
    known: tuple[str, ...] = ()

    @property
    def by_place(self) -> bool:
        """Whether the next page is asked for by place."""
        return bool(self.place) and not self.known

    def text(self) -> str:
        """Return the form that is kept."""
        return f"{_VERSION}|{self.at}|{self.place}|{','.join(self.known)}"


def read_position(text: str | None) -> Position:
    """Return the position that a kept text names.

    Raises:
        CursorError: It was written by another version.
    """
    if text is None:
        return Position()
    version, *rest = text.split("|")
    if version != _VERSION or len(rest) != 3 or not rest[1].isdigit():  # noqa: PLR2004 - the fields of a position
        raise CursorError(f"The saved position {text[:40]!r} is not one of this version of the QuickBooks connector.")
    return Position(rest[0], int(rest[1]), tuple(filter(None, rest[2].split(","))))


async def passed(
    ask: Ask, entity: str, *, by: str | None, since: datetime | None, size: int, start: Position
) -> AsyncIterator[tuple[list[Any], Position | None]]:
    """Yield the records of an entity page by page, and after each page where to go on; ``None`` = this was all.

    Args:
        ask: Asks the company.
        entity: Of what.
        by: ``CreateTime`` or ``LastUpdatedTime``: what orders the list; ``None`` = by place alone, for short lists.
        since: From when on; ``None`` = from the beginning.
        size: Records a page.
        start: Where to go on.

    Raises:
        ProtocolError: Records come without the time by which they were asked for.
    """
    at, field = start, f"MetaData.{by}" if by else None
    begin = since.isoformat(timespec="seconds") if since is not None else ""
    while True:
        bound = at.at or begin
        conditions = (not_before(field, bound),) if field and bound else ()
        rows = await ask(Query(entity, conditions, field, start=at.place + 1 if at.by_place else 1, most=size))
        new = rows if at.by_place else [row for row in rows if _id(row) not in at.known]
        if new:
            at = _after(at, new, by)
            at = at if len(rows) == size else replace(at, known=())
            yield new, at
        elif rows:
            at = replace(at, known=())
        else:
            yield [], None
            return


def _after(before: Position, rows: list[Any], by: str | None) -> Position:
    if by is None:
        return Position("", before.place + len(rows))
    times = [_time(row, by) for row in rows]
    last = times[-1] or before.at
    if not last:
        raise ProtocolError("QuickBooks' records come without the time by which they were asked for.")
    same = [_id(row) for row, time in zip(rows, times, strict=True) if _moment(time) == _moment(last)]
    goes_on = _moment(last) == _moment(before.at)
    place = len(same) + (before.place if goes_on else 0)
    known = (*(before.known if goes_on else ()), *same)
    return Position(last, place, known if len(known) == place and place <= _MOST_KNOWN else ())


def _id(row: Any) -> str:
    return str(row.get("Id", "")) if isinstance(row, dict) else ""


def _time(row: Any, by: str) -> str:
    return str(row["MetaData"][by]) if stamp(row, by) is not None else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
