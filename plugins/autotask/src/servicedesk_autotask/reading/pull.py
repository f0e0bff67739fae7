"""Pulling a stream page by page."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import MAX_ROWS, Condition, any_of, where, wire_instant
from servicedesk_autotask.meaning.stamps import stamps_of
from servicedesk_autotask.reading.joins import Joiner
from servicedesk_autotask.reading.keyset import id_pages, row_id, whole_number
from servicedesk_autotask.reading.position import Position, read_position, read_range
from servicedesk_autotask.reading.stream import DELETED_LOG_ENTITY, ENTITY, Source, Stream
from servicedesk_core.errors import PermissionDeniedError
from servicedesk_core.hooks import LogSink, Page, PullMode, PullRequest, SourceRecord

_PLAUSIBLE = ("1980", "2201")


def conditions_for(source: Source, request: PullRequest, done_statuses: Sequence[int]) -> list[Condition]:
    """Return what a request asks of one source.

    Args:
        source: The entity that is read.
        request: The pass.
        done_statuses: Ids of ticket statuses that end a ticket's open life.
    """
    found: list[Condition] = []
    if source.below:
        found.append(any_of(*(where(name, "exist") for name in source.below)))
    if request.mode is PullMode.INCREMENTAL:
        if request.since is not None and source.stamps:
            since = wire_instant(request.since)
            found.append(any_of(*(where(stamp, "gte", since) for stamp in source.stamps)))
    elif source.created is not None:
        if request.since is not None:
            found.append(where(source.created, "gte", wire_instant(request.since)))
        if request.until is not None:
            found.append(where(source.created, "lt", wire_instant(request.until)))
    if source.entity == "Tickets" and done_statuses and request.only_open != request.without_open:
        found.append(where("status", "notIn" if request.only_open else "in", list(done_statuses)))
    return found + read_range(request.partition).conditions()


def record_for(source: Source, row: Row) -> SourceRecord:
    """Return a row as core keeps it; one without a usable id has none, and core keeps it by its content."""
    number = row_id(row)
    raw = {**row, ENTITY: source.entity} if source.prefix else row
    if number is None:
        return SourceRecord("", raw)
    return SourceRecord(f"{source.prefix}{number}", raw)


def _without_payload(source: Source, row: Row) -> SourceRecord:
    return SourceRecord(record_for(source, row).external_id, None, stamps_of(source.entity, row, source.stamps))


def newest_stamp(rows: Sequence[Row], stamps: Sequence[str]) -> datetime | None:
    """Return the newest modification on a page; stamps that can't be real ones don't count.

    The vendor writes UTC with a Z and with a fraction only when there is one; without the Z such texts sort as time.
    """
    texts = {value.removesuffix("Z") for stamp in stamps for row in rows if type(value := row.get(stamp)) is str}
    for text in sorted(texts, reverse=True):
        if not _is_plausible(text):
            continue
        try:
            return datetime.fromisoformat(f"{text}+00:00")
        except ValueError:  # no date, or an offset of its own, which the vendor has never been seen to send
            continue
    return None


async def pull_pages(
    api: Api,
    stream: Stream,
    request: PullRequest,
    *,
    page_size: int,
    now: datetime,
    log: LogSink,
    done_statuses: Callable[[], Sequence[int]],
    before_page: Callable[[Sequence[Row]], Any],
    deleted_log: bool,
) -> AsyncIterator[Page]:
    """Read a stream that consists of entities.

    Args:
        api: The tenant's interface.
        stream: What to read.
        request: The pass.
        page_size: Rows a page.
        now: The present.
        log: For warnings.
        done_statuses: Ids of statuses that end a ticket's open life.
        before_page: Awaited with the rows of each page before it is handed out.
        deleted_log: Whether the log of deleted tickets is read at the end of a pass that asks for deletions.
    """
    size = min(request.page_size or page_size, page_size, MAX_ROWS)
    reserved = request.mode is PullMode.INCREMENTAL
    only_ids = request.mode is PullMode.RECONCILE
    place = read_position(request.resume, len(stream.sources))
    joiner = Joiner(api, now=now, log=log, reserved=reserved)
    for index, source in enumerate(stream.sources):
        if index < place.source:
            continue
        after = place.last_id if index == place.source else None
        conditions = conditions_for(source, request, done_statuses())
        async for page in id_pages(
            api,
            source.entity,
            conditions,
            after=after,
            size=size,
            fields=["id", *source.stamps] if only_ids else None,
            reserved=reserved,
        ):
            ends = page.last and index == len(stream.sources) - 1
            gone: Sequence[str] = ()
            if only_ids:
                records = [_without_payload(source, row) for row in page.rows]
            else:
                await before_page(page.rows)
                rows = await joiner.fold(page.rows, source.joins)
                records = [record_for(source, row) for row in rows]
                if ends and deleted_log and request.deleted_since is not None:
                    gone = await _deleted_tickets(api, request.deleted_since, log)
            following = Position(index + 1) if page.last else Position(index, page.last_id)
            yield Page(
                records=records,
                resume=None if ends else following.text(),
                last=ends,
                max_stamp=None if only_ids else newest_stamp(page.rows, source.stamps),
                requested=page.requested,
                vendor_count=page.vendor_count,
                gone=gone,
            )


async def _deleted_tickets(api: Api, since: datetime, log: LogSink) -> tuple[str, ...]:
    """Return the tickets that the vendor's own log names as deleted; none when the log may not be seen."""
    gone: list[str] = []
    condition = where("deletedDateTime", "gte", wire_instant(since))
    try:
        async for page in id_pages(api, DELETED_LOG_ENTITY, [condition], size=MAX_ROWS, reserved=True):
            gone += [str(number) for row in page.rows if (number := whole_number(row.get("ticketID"))) is not None]
    except PermissionDeniedError:
        log.debug("the log of deleted tickets is hidden; deletions show in reconciliation only")
    return tuple(dict.fromkeys(gone))


def _is_plausible(text: str) -> bool:
    return _PLAUSIBLE[0] <= text < _PLAUSIBLE[1]
