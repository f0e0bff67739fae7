"""The streams, and how each of them is read."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from servicedesk_core.errors import PermissionDeniedError, UnsupportedError
from servicedesk_core.hooks import (
    Clock,
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
from servicedesk_quickbooks.api.client import Api
from servicedesk_quickbooks.api.language import Query, among, not_before
from servicedesk_quickbooks.meaning import documents, lists
from servicedesk_quickbooks.meaning.company import NO_NUMBERS, Company
from servicedesk_quickbooks.meaning.values import Row, objects, ref, stamp
from servicedesk_quickbooks.reading.passes import passed, read_position
from servicedesk_quickbooks.settings import QuickBooksSettings

IDS_PER_REQUEST: Final = 100
_ID: Final = re.compile("[A-Za-z0-9]{1,30}")
_TOLD_FOR: Final = timedelta(days=29)
"""The interface tells changes, and with them deletions, of the last 30 days only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of the desk.

    Attributes:
        entity: The interface's name of it.
        maps: The domain's field by that of the interface.
        meaning: Says what a record means.
        is_deleted: Whether its records can be deleted; others are made inactive.
        has_stamp: Whether it is asked for by the time of the last change.
    """

    entity: str
    maps: Mapping[str, str]
    meaning: Callable[[Row], Mapped]
    is_deleted: bool = False
    has_stamp: bool = True


STREAMS: Final = {
    "customers": Stream(entity="Customer", maps=lists.CUSTOMER_FIELDS, meaning=lists.customer),
    "sales_items": Stream(entity="Item", maps=lists.ITEM_FIELDS, meaning=lists.item),
    "tax_codes": Stream(entity="TaxCode", maps=lists.TAX_FIELDS, meaning=lists.tax_code, has_stamp=False),
    "ledger_accounts": Stream(entity="Account", maps=lists.ACCOUNT_FIELDS, meaning=lists.account),
    "sales_invoices": Stream(
        entity="Invoice", maps=documents.INVOICE_FIELDS, meaning=documents.invoice, is_deleted=True
    ),
    "credit_notes": Stream(
        entity="CreditMemo", maps=documents.CREDIT_FIELDS, meaning=documents.credit_note, is_deleted=True
    ),
    "payments": Stream(entity="Payment", maps=documents.PAYMENT_FIELDS, meaning=documents.payment, is_deleted=True),
    "bills": Stream(entity="Bill", maps=documents.BILL_FIELDS, meaning=documents.bill, is_deleted=True),
}


def stream_of(name: str) -> Stream:
    """Return a stream.

    Raises:
        UnsupportedError: There is none of that name.
    """
    if name not in STREAMS:
        raise UnsupportedError(
            f"The QuickBooks connector has no stream {name!r}.", hint=f"It has: {', '.join(STREAMS)}."
        )
    return STREAMS[name]


class Reader:
    """Reads streams.

    Args:
        api: The company's interface.
        clock: The time.
        settings: Of the connection.
    """

    def __init__(self, api: Api, clock: Clock, settings: QuickBooksSettings) -> None:
        self._api = api
        self._clock = clock
        self._page_size = settings.page_size
        self._tax_rounding = settings.tax_rounding

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream page by page.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The company could not be asked.
        """
        stream = stream_of(request.stream)
        start = read_position(request.resume)
        changes = request.mode is PullMode.INCREMENTAL and stream.has_stamp
        only_ids = request.mode is PullMode.RECONCILE
        rates = await self._rates(stream) if not only_ids else []
        size = min(request.page_size or self._page_size, self._page_size)
        by = ("LastUpdatedTime" if changes else "CreateTime") if stream.has_stamp else None
        since = request.since if changes else None
        async for rows, following in passed(self._api.query, stream.entity, by=by, since=since, size=size, start=start):
            stamps = [found for row in rows if (found := stamp(row, "LastUpdatedTime")) is not None]
            yield Page(
                records=[_record(row, rates, only_ids=only_ids) for row in rows],
                resume=following.text() if following else None,
                last=following is None,
                max_stamp=max(stamps, default=None) if not only_ids else None,
                requested=size,
                vendor_count=len(rows),
                gone=await self._deleted(stream, request) if changes and following is None else (),
            )

    async def fetch(self, name: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records, many in one request."""
        stream = stream_of(name)
        rates = await self._rates(stream)
        wanted = [one for one in refs if _ID.fullmatch(one)]
        for one in refs:
            if not _ID.fullmatch(one):
                yield FetchOutcome(one, FetchStatus.MISSING, reason="is no id of QuickBooks")
        for at in range(0, len(wanted), IDS_PER_REQUEST):
            some = wanted[at : at + IDS_PER_REQUEST]
            try:
                rows = await self._api.query(Query(stream.entity, (among("Id", some),)))
            except PermissionDeniedError as error:
                for one in some:
                    yield FetchOutcome(one, FetchStatus.DENIED, reason=error.message)
                continue
            found = {record.external_id: record for record in (_record(row, rates) for row in rows)}
            for one in some:
                if one in found:
                    yield FetchOutcome(one, FetchStatus.FOUND, (found[one],))
                else:
                    yield FetchOutcome(one, FetchStatus.MISSING, reason="QuickBooks has no such record")

    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings."""
        stream = stream_of(request.stream)
        conditions: tuple[str, ...] = ()
        if request.mode is PullMode.INCREMENTAL and request.since is not None and stream.has_stamp:
            since = request.since.isoformat(timespec="seconds")
            conditions = (not_before("MetaData.LastUpdatedTime", since),)
        return await self._api.count(Query(stream.entity, conditions))

    async def check(self, name: str) -> StreamCheck:
        """Look whether a stream can be read, how much of it there is, and whether documents could be sent."""
        try:
            total = await self._api.count(Query(stream_of(name).entity))
            note = await self._note() if name in {"sales_invoices", "credit_notes"} else ""
        except PermissionDeniedError as error:
            return StreamCheck(name, readable=False, note=error.message)
        return StreamCheck(name, readable=True, visible=total, note=note)

    async def _note(self) -> str:
        """Return what is in the way of sending documents."""
        company = Company.of(await self._api.company(), await self._api.preferences())
        wanted = "unknown" if company.has_automated_tax else "document"
        notes = [] if company.takes_numbers else [NO_NUMBERS]
        if wanted != self._tax_rounding:
            notes.append(f'Set tax_rounding = "{wanted}": that is how this company works tax out.')
        return " ".join(notes)

    async def fields(self, name: str) -> tuple[FieldInfo, ...]:
        """Describe the fields of a record, as one of them shows them."""
        stream = stream_of(name)
        rows = objects(await self._api.query(Query(stream.entity, most=1)))
        seen = {**dict.fromkeys(stream.maps), **(rows[0] if rows else {})}
        return tuple(
            FieldInfo(
                name=field, type=type(value).__name__ if value is not None else "", maps_to=stream.maps.get(field)
            )
            for field, value in seen.items()
        )

    async def _rates(self, stream: Stream) -> list[Row]:
        """Return the rates of which tax codes are made."""
        if stream.entity != "TaxCode":
            return []
        found: list[Row] = []
        async for rows, _ in passed(
            self._api.query, "TaxRate", by=None, since=None, size=self._page_size, start=read_position(None)
        ):
            found += objects(rows)
        return found

    async def _deleted(self, stream: Stream, request: PullRequest) -> list[str]:
        since = request.deleted_since
        if since is None or not stream.is_deleted or since < self._clock.now() - _TOLD_FOR:
            return []
        return await self._api.deleted(stream.entity, since)


def source(row: Any) -> SourceRecord:
    """Return a record as core takes it, with the token of its version."""
    record = source_record(row, "Id")
    token = row.get("SyncToken") if isinstance(row, Mapping) else None
    return record._replace(revision=token if isinstance(token, str) else None)


def _record(row: Any, rates: Sequence[Row], *, only_ids: bool = False) -> SourceRecord:
    record = source(row)
    if only_ids:
        found = stamp(row, "LastUpdatedTime")
        return SourceRecord(record.external_id, None, {} if found is None else {"modified_at": found})
    if not rates or record.raw is None:
        return record
    return record._replace(raw={**record.raw, lists.RATES: [one for one in rates if one.get("Id") in _rate_ids(row)]})


def _rate_ids(code: Row) -> set[str | None]:
    listed = code.get("SalesTaxRateList")
    details = objects(listed.get("TaxRateDetail")) if isinstance(listed, Mapping) else []
    return {ref(one, "TaxRateRef") for one in details}
