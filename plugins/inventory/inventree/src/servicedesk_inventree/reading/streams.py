"""The streams, and one pass over each of them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.errors import NotFoundError, PermissionDeniedError, UnsupportedError
from servicedesk_core.hooks import (
    FetchOutcome,
    FetchStatus,
    FieldInfo,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    SourceRecord,
    StreamCheck,
    source_record,
)
from servicedesk_inventree.api.client import Api
from servicedesk_inventree.capabilities import capabilities
from servicedesk_inventree.meaning.mapper import LEVEL_FIELDS, PART_FIELDS, Mapper
from servicedesk_inventree.meaning.orders import ORDER_FIELDS, order_of
from servicedesk_inventree.meaning.values import instant
from servicedesk_inventree.reading.joins import JOINS, Joined, joined
from servicedesk_inventree.reading.pages import cuts, read_position
from servicedesk_inventree.settings import InvenTreeSettings

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of the desk.

    Attributes:
        path: Of its list, below ``/api/``; its records are below that.
        query: What is always asked for.
        order: By what it is read: nothing that changes while it is read.
        stamp: Field with the last change.
        maps: The domain's field by that of the server.
        meaning: Says what a record means.
    """

    path: str
    query: Mapping[str, str]
    order: str
    stamp: str | None
    maps: Mapping[str, str]
    meaning: Callable[[Mapper, Mapping[str, Any]], Mapped]


STREAMS = {
    "parts": Stream(path="part/", query={}, order="id", stamp=None, maps=PART_FIELDS, meaning=Mapper.part),
    "stock_levels": Stream(
        path="stock/",
        # Of single items the part comes unasked; the same record must be the same in both ways.
        query={"location_detail": "true", "part_detail": "false"},
        order="creation_date",
        stamp="updated",
        maps=LEVEL_FIELDS,
        meaning=Mapper.level,
    ),
    "purchase_orders": Stream(
        path="order/po/",
        query={"supplier_detail": "false"},
        order="reference",
        stamp=None,
        maps=ORDER_FIELDS,
        meaning=lambda mapper, raw: order_of(raw, mapper.zone),
    ),
}


def stream_of(name: str) -> Stream:
    """Return a stream.

    Raises:
        UnsupportedError: There is none of that name.
    """
    if name not in STREAMS:
        raise UnsupportedError(
            f"The InvenTree connector has no stream {name!r}.", hint=f"It has: {', '.join(STREAMS)}."
        )
    return STREAMS[name]


class Reader:
    """Reads streams.

    Args:
        api: The server's interface.
        settings: Of the connection.
    """

    def __init__(self, api: Api, settings: InvenTreeSettings) -> None:
        self._api = api
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream page by page.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        stream = stream_of(request.stream)
        start = read_position(request.resume)
        since = request.since if request.mode is PullMode.INCREMENTAL and stream.stamp else None
        query = {**stream.query, "ordering": stream.order}
        if since is not None:
            # It takes days of its own zone, and leaves out what is not later; a day more costs little.
            query["updated_after"] = (since - _A_DAY).astimezone(self._zone).date().isoformat()
        only_ids = request.mode is PullMode.RECONCILE
        joins = () if only_ids else JOINS.get(request.stream, ())
        more = await joined(self._api, self._settings.page_size, joins) if joins else None
        size = min(request.page_size or self._settings.page_size, self._settings.page_size)

        async def ask(offset: int, limit: int) -> tuple[list[Any], int]:
            return await self._api.page(stream.path, limit=limit, offset=offset, query=query)

        async for cut in cuts(ask, size, start):
            rows = [row for row in cut.rows if since is None or self._is_since(stream, row, since)]
            records = [self._record(stream, row, more, only_ids=only_ids) for row in rows]
            stamps = [stamp for row in rows if (stamp := self._stamp(stream, row)) is not None]
            yield Page(
                records=records,
                resume=cut.following.text() if cut.following else None,
                last=cut.following is None,
                max_stamp=max(stamps, default=None) if not only_ids else None,
                requested=size,
                vendor_count=len(cut.rows),
            )

    async def fetch(self, name: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records, one request each; of a part also its makers and its pieces, of an order its lines."""
        stream, joins = stream_of(name), JOINS.get(name, ())
        for ref in refs:
            if not ref.isdigit():
                yield FetchOutcome(ref, FetchStatus.MISSING, reason="is no key of InvenTree's")
                continue
            try:
                row = await self._api.one(f"{stream.path}{ref}/", stream.query)
                more = await joined(self._api, self._settings.page_size, joins, ref) if joins else None
            except NotFoundError:
                yield FetchOutcome(ref, FetchStatus.MISSING, reason="InvenTree has no such record, or hides it")
            except PermissionDeniedError as error:
                yield FetchOutcome(ref, FetchStatus.DENIED, reason=error.message)
            else:
                yield FetchOutcome(ref, FetchStatus.FOUND, (self._record(stream, row, more, only_ids=False),))

    async def count(self, request: PullRequest) -> int | None:
        """Count what a whole pass brings; how many records changed since an instant nobody can say beforehand."""
        stream = stream_of(request.stream)
        if request.mode is PullMode.INCREMENTAL and request.since is not None and stream.stamp:
            return None
        return (await self._api.page(stream.path, limit=1))[1]

    async def check(self, name: str) -> StreamCheck:
        """Look whether a stream can be read, and how much of it is visible."""
        right = next(one.right for one in capabilities(self._settings).streams if one.stream == name)
        try:
            _, total = await self._api.page(stream_of(name).path, limit=1)
            for one in JOINS.get(name, ()):
                await self._api.page(one.path, limit=1)
        except PermissionDeniedError:
            return StreamCheck(name, readable=False, note=f"The user of the token needs: {right}.")
        return StreamCheck(name, readable=True, visible=total, note="" if total else f"Empty, or lacking: {right}.")

    async def fields(self, name: str) -> tuple[FieldInfo, ...]:
        """Describe the fields of a record, as one of them shows them."""
        stream = stream_of(name)
        rows, _ = await self._api.page(stream.path, limit=1, query=stream.query)
        seen = rows[0] if rows and isinstance(rows[0], Mapping) else dict.fromkeys(stream.maps)
        return tuple(
            FieldInfo(
                name=field, type=type(value).__name__ if value is not None else "", maps_to=stream.maps.get(field)
            )
            for field, value in seen.items()
        )

    def _record(self, stream: Stream, row: Any, more: Joined | None, *, only_ids: bool) -> SourceRecord:
        record = source_record(row, "pk")
        if only_ids:
            stamp = self._stamp(stream, row)
            return SourceRecord(record.external_id, None, {} if stamp is None else {"modified_at": stamp})
        return record if more is None else more.fold(record)

    def _stamp(self, stream: Stream, row: Any) -> datetime | None:
        return instant(row.get(stream.stamp), self._zone) if stream.stamp and isinstance(row, Mapping) else None

    def _is_since(self, stream: Stream, row: Any, since: datetime) -> bool:
        """Return whether a row may have changed since: its stamp is to the minute, and one without it may."""
        stamp = self._stamp(stream, row)
        return stamp is None or stamp >= since.replace(second=0, microsecond=0)
