"""One pass over a stream, and named records.

Pages are cut by place. So lists are ordered by id: nothing ever leaves them (what is archived, voided or deleted
stays), and what comes meanwhile only moves others to a later page.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from servicedesk_core.errors import NotFoundError, PermissionDeniedError
from servicedesk_core.hooks import (
    FetchOutcome,
    FetchStatus,
    FieldInfo,
    Page,
    PullMode,
    PullRequest,
    SourceRecord,
    StreamCheck,
    source_record,
)
from servicedesk_xero.api.client import Api, Listed, plain, texts
from servicedesk_xero.capabilities import IDS_A_REQUEST, capabilities
from servicedesk_xero.meaning.values import guid, instant
from servicedesk_xero.reading.position import Position
from servicedesk_xero.reading.streams import Stream, stream_of
from servicedesk_xero.settings import XeroSettings

_STAMP: Final = "UpdatedDateUTC"
_A_SECOND: Final = timedelta(seconds=1)


class Reader:
    """Reads streams.

    Args:
        api: Of the organisation.
        settings: Of the connection.
    """

    def __init__(self, api: Api, settings: XeroSettings) -> None:
        self._api = api
        self._settings = settings

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream page by page.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: Xero could not be asked.
        """
        stream = stream_of(request.stream)
        size = min(request.page_size or self._settings.page_size, self._settings.page_size)
        at = Position.read(request.resume, size)
        since = request.since if request.mode is PullMode.INCREMENTAL and stream.has_stamp else None
        only_ids = request.mode is PullMode.RECONCILE
        while True:
            told = await self._page(stream, at, since, only_ids=only_ids, urgent=since is not None)
            rows = [row for row in told.rows if since is None or _is_since(row, since)]
            # A page may have fewer records than were asked for; Xero says how many pages there are.
            last = not stream.is_paged or (at.page >= told.pages if told.pages is not None else not told.rows)
            yield Page(
                records=[_record(stream, row, only_ids=only_ids) for row in rows],
                resume=None if last else at.next.text(),
                last=last,
                max_stamp=max(_stamps(rows), default=None) if not only_ids and stream.has_stamp else None,
                requested=at.size if stream.is_paged else None,
                vendor_count=len(told.rows),
            )
            if last:
                return
            at = at.next

    async def fetch(self, name: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records."""
        stream = stream_of(name)
        asked = [ref for ref in refs if stream.key == "TaxType" or guid(ref) is not None]
        try:
            found = await self._named(stream, asked)
        except PermissionDeniedError as error:
            for ref in refs:
                yield FetchOutcome(ref, FetchStatus.DENIED, reason=error.message)
            return
        for ref in refs:
            row = found.get(ref.lower())
            if row is None or not stream.has(row):
                yield FetchOutcome(ref, FetchStatus.MISSING, reason="Xero has no such record, or hides it")
            else:
                yield FetchOutcome(ref, FetchStatus.FOUND, (_record(stream, row, only_ids=False),))

    async def count(self, request: PullRequest) -> int | None:
        """Count what a whole pass brings; lists that come as a whole are not counted, because that would read them."""
        stream = stream_of(request.stream)
        if not stream.is_paged or (request.mode is PullMode.INCREMENTAL and request.since is not None):
            return None
        return (await self._page(stream, Position(1), None, only_ids=True, urgent=False)).total

    async def check(self, name: str) -> StreamCheck:
        """Look whether a stream can be read, and how much of it is visible."""
        stream = stream_of(name)
        right = next(one.right for one in capabilities(self._settings).streams if one.stream == name)
        try:
            told = await self._page(stream, Position(1), None, only_ids=True, urgent=True)
        except PermissionDeniedError as error:
            return StreamCheck(name, readable=False, note=f"{error.message} It needs: {right}.")
        visible = told.total if stream.is_paged else len(told.rows)
        return StreamCheck(name, readable=True, visible=visible, note="" if visible else f"Empty, or lacking: {right}.")

    async def fields(self, name: str) -> tuple[FieldInfo, ...]:
        """Describe the fields of a record, as one of them shows them."""
        stream = stream_of(name)
        rows = (await self._page(stream, Position(1), None, only_ids=False, urgent=True)).rows
        seen = rows[0] if rows and isinstance(rows[0], Mapping) else dict.fromkeys(stream.maps)
        return tuple(
            FieldInfo(name=one, type=type(value).__name__ if value is not None else "", maps_to=stream.maps.get(one))
            for one, value in seen.items()
        )

    async def _page(
        self, stream: Stream, at: Position, since: datetime | None, *, only_ids: bool, urgent: bool
    ) -> Listed:
        params = stream.filters()
        if stream.is_paged:
            # Without a page the list leaves out the lines of documents.
            params |= {"page": str(at.page), "pageSize": str(at.size), "order": f"{stream.key} ASC"}
        if only_ids and stream.brief:
            params["summaryOnly"] = "true"
        bound = None if since is None else since - _A_SECOND  # it takes whole seconds, and may mean later than
        return await self._api.listed(stream.part, params, since=bound, urgent=urgent)

    async def _named(self, stream: Stream, refs: Sequence[str]) -> dict[str, Any]:
        rows: list[Any] = []
        if not refs:
            return {}
        if stream.by_ids:
            for start in range(0, len(refs), IDS_A_REQUEST):
                some = refs[start : start + IDS_A_REQUEST]
                page = {"page": "1", "pageSize": str(IDS_A_REQUEST), "IDs": texts(some)}
                rows += (await self._api.listed(stream.part, {**stream.query, **page}, urgent=True)).rows
        elif stream.part in {"Accounts", "TaxRates"}:
            rows = (await self._api.listed(stream.part, urgent=True)).rows
        else:
            for ref in refs:
                try:
                    rows.append(await self._api.one(stream.part, ref))
                except NotFoundError:
                    continue
        return {str(row.get(stream.key)).lower(): row for row in rows if isinstance(row, Mapping)}


def _record(stream: Stream, row: Any, *, only_ids: bool) -> SourceRecord:
    record = source_record(plain(row) if isinstance(row, Mapping) else row, stream.key)
    if not only_ids:
        return record
    stamp = _stamp(row) if stream.has_stamp else None
    return SourceRecord(record.external_id, None, {} if stamp is None else {"modified_at": stamp})


def _stamp(row: Any) -> datetime | None:
    return instant(row.get(_STAMP)) if isinstance(row, Mapping) else None


def _stamps(rows: Sequence[Any]) -> list[datetime]:
    return [stamp for row in rows if (stamp := _stamp(row)) is not None]


def _is_since(row: Any, since: datetime) -> bool:
    """Return whether a record may have changed since; one without a stamp may."""
    stamp = _stamp(row)
    return stamp is None or stamp >= since
