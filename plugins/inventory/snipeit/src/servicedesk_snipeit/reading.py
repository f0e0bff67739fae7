"""Pages of a stream, and single records."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from servicedesk_core.errors import ConnectorError, CursorError, MappingError, PermissionDeniedError
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Page, PullMode, PullRequest, SourceRecord
from servicedesk_snipeit.api import Api
from servicedesk_snipeit.meaning import MODEL_FIELDS, model_row, ref_of, split, split_move
from servicedesk_snipeit.settings import KINDS, Kind
from servicedesk_snipeit.values import Row

_MARK: Final = "s1"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pass stands: how many rows of which kind came, and the id of the last one.

    Rows are asked for by offset. One that was deleted meanwhile moves all others up, so each page begins with the last
    row of the one before; where that is not the same any more, the kind is read again.
    """

    at: int = 0
    came: int = 0
    last: int = 0

    @classmethod
    def of(cls, resume: str | None) -> Self:
        """Read it back.

        Raises:
            CursorError: It is none of ours.
        """
        if resume is None:
            return cls()
        mark, *numbers = resume.split(":")
        if mark != _MARK or len(numbers) != 3 or not all(one.isdecimal() for one in numbers):  # noqa: PLR2004
            message = "The position is of another version."
            raise CursorError(message)
        return cls(*map(int, numbers))

    def __str__(self) -> str:
        return f"{_MARK}:{self.at}:{self.came}:{self.last}"


async def pages(api: Api, kinds: Sequence[Kind], request: PullRequest) -> AsyncIterator[Page]:
    """Yield the pages of a stream, kind after kind.

    Raises:
        CursorError: The position is of another version.
        ConnectorError: A page could not be read.
    """
    place, known = Position.of(request.resume), set[str]()
    only_ids = request.mode is PullMode.RECONCILE
    while place.at < len(kinds):
        overlap = min(place.came, 1)
        limit = None if request.page_size is None else request.page_size + overlap
        total, rows = await api.page(kinds[place.at], place.came - overlap, limit)
        if overlap and (not rows or rows[0].get("id") != place.last):
            place = Position(place.at)
            continue
        fresh = rows[overlap:]
        came = place.came + len(fresh)
        done = not fresh or came >= total
        last = fresh[-1].get("id") if fresh else None
        place = Position(place.at + 1) if done else Position(place.at, came, last if isinstance(last, int) else 0)
        records = [record(row, request.stream, only_ids=only_ids) for row in fresh]
        new = [one for one in records if not one.external_id or one.external_id not in known]
        known.update(one.external_id for one in new)
        ended = place.at >= len(kinds)
        yield Page(_distinct(new), None if ended else str(place), ended)


def _distinct(records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Keep one record of each id: assets of one model all say the same of it."""
    return list({one.external_id or id(one): one for one in records}.values())


def record(row: Row, stream: str, *, only_ids: bool = False) -> SourceRecord:
    """Return a row as core takes it; one without an id goes to quarantine."""
    raw = model_row(row) if stream == "parts" and row.get("kind") == "hardware" else dict(row)
    try:
        return SourceRecord(ref_of(raw), None if only_ids else raw)
    except MappingError:
        return SourceRecord("", raw)


async def fetched(api: Api, stream: str, ref: str) -> FetchOutcome:
    """Read one record."""
    try:
        row = await _row(api, stream, ref)
    except PermissionDeniedError as error:
        return FetchOutcome(ref, FetchStatus.DENIED, reason=error.message)
    except ConnectorError as error:
        return FetchOutcome(ref, FetchStatus.FAILED, reason=error.message)
    if row is None:
        return FetchOutcome(ref, FetchStatus.MISSING, reason="Snipe-IT has no such record.")
    return FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, dict(row)),))


async def _row(api: Api, stream: str, ref: str) -> Row | None:
    if stream == "stock_moves":
        move = split_move(ref)
        if move is None:
            return None
        return next((row for row in await api.log(move[0], move[1]) if str(row.get("id")) == move[2]), None)
    named = split(ref)
    if named is None:
        return None
    kind, number = named
    row = await api.row(kind, number) if kind in KINDS or stream == "parts" else None
    if kind == "hardware":
        return row if stream == "stock_levels" else None
    return _as_model(row) if row is not None and kind == "models" else row


def _as_model(row: Row) -> dict[str, Any]:
    own = {"id": row.get("id"), "name": row.get("name")}
    return {"kind": "models", "id": row.get("id"), "model": own} | {
        field: row.get(field) for field in MODEL_FIELDS if field != "model"
    }
