"""One pass over records of a model, page by page behind the id that came last."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from servicedesk_core.hooks import Page, PullMode, PullRequest, SourceRecord, source_record
from servicedesk_tryton.api.wire import Row, key, newest
from servicedesk_tryton.reading.position import Position, read_position

Read = Callable[[int, int], Awaitable[Sequence[Row]]]
"""Returns the records behind an id, so many at most."""


async def passed(read: Read, request: PullRequest, size: int) -> AsyncIterator[Page]:
    """Yield the pages of a pass; a server may give less than it was asked for, so only nothing is the end.

    Args:
        read: Reads records by rising id.
        request: The pass.
        size: Records a page.

    Raises:
        CursorError: The position is not understood.
        ConnectorError: The server could not be asked.
    """
    at = read_position(request.resume)
    only_ids = request.mode is PullMode.RECONCILE
    while True:
        rows = await read(at.last, size)
        ids = [ref for row in rows if (ref := key(row.get("id"))) is not None]
        at = Position(last=max(ids, default=at.last))
        yield Page(
            records=[_record(row, only_ids=only_ids) for row in rows],
            resume=at.text() if ids else None,
            last=not ids,
            max_stamp=newest(rows),
            requested=size,
            vendor_count=len(rows),
        )
        if not ids:
            return


def bound_of(request: PullRequest) -> datetime | None:
    """Return since when changes are wanted; ``None`` = everything is."""
    return request.since if request.mode is PullMode.INCREMENTAL else None


def _record(row: Row, *, only_ids: bool) -> SourceRecord:
    record = source_record(row)
    if not only_ids:
        return record
    stamp = newest([row])
    return SourceRecord(record.external_id, None, {} if stamp is None else {"modified_at": stamp})
