"""The streams: what their records mean, and how they are read."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servicedesk_core.errors import PermissionDeniedError, UnsupportedError
from servicedesk_core.hooks import (
    FetchOutcome,
    FetchStatus,
    FieldInfo,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    StreamCheck,
)
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import Site
from servicedesk_tryton.api.wire import Row
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.meaning.invoices import (
    INVOICE_FIELDS,
    PAYMENT_FIELDS,
    bill_of,
    credit_of,
    invoice_of,
    payment_of,
)
from servicedesk_tryton.meaning.ledger import (
    ACCOUNT_FIELDS,
    CUSTOMER_FIELDS,
    ITEM_FIELDS,
    TAX_FIELDS,
    account_of,
    customer_of,
    item_of,
    tax_of,
)
from servicedesk_tryton.meaning.mapper import LEVEL_FIELDS, PART_FIELDS, level_of, part_of
from servicedesk_tryton.meaning.orders import ORDER_FIELDS, order_of
from servicedesk_tryton.reading.levels import Levels
from servicedesk_tryton.reading.products import Products
from servicedesk_tryton.reading.tables import TABLES, TableReader
from servicedesk_tryton.settings import TrytonSettings


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of the desk.

    Attributes:
        meaning: Says what a record means.
        maps: The domain's field by the server's.
    """

    meaning: Callable[[Row], Mapped]
    maps: Mapping[str, str]


STREAMS = {
    "parts": Stream(part_of, PART_FIELDS),
    "stock_levels": Stream(level_of, LEVEL_FIELDS),
    "purchase_orders": Stream(order_of, ORDER_FIELDS),
    "customers": Stream(customer_of, CUSTOMER_FIELDS),
    "sales_items": Stream(item_of, ITEM_FIELDS),
    "tax_codes": Stream(tax_of, TAX_FIELDS),
    "ledger_accounts": Stream(account_of, ACCOUNT_FIELDS),
    "sales_invoices": Stream(invoice_of, INVOICE_FIELDS),
    "credit_notes": Stream(credit_of, INVOICE_FIELDS),
    "bills": Stream(bill_of, INVOICE_FIELDS),
    "payments": Stream(payment_of, PAYMENT_FIELDS),
}


def stream_of(name: str) -> Stream:
    """Return a stream.

    Raises:
        UnsupportedError: There is none of that name.
    """
    if name not in STREAMS:
        raise UnsupportedError(f"The Tryton connector has no stream {name!r}.", hint=f"It has: {', '.join(STREAMS)}.")
    return STREAMS[name]


class Reader:
    """Reads streams.

    Args:
        api: The interface.
        site: What is known of the installation.
        settings: Of the connection.
    """

    def __init__(self, api: Api, site: Site, settings: TrytonSettings) -> None:
        self._settings = settings
        self.products = Products(api, site, settings.page_size)
        self._levels = Levels(api, site, settings.page_size)
        self._tables = {name: TableReader(api, site, settings.page_size, table) for name, table in TABLES.items()}

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream page by page.

        Raises:
            UnsupportedError: There is none of that name.
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        async for page in self._of(request.stream).pull(request):
            yield page

    async def fetch(self, name: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records, all at once."""
        source = self._of(name)
        try:
            if isinstance(source, Levels):
                found = await source.named(refs)
            else:
                found = await source.named([int(ref) for ref in refs if ref.isdecimal() and len(ref) <= _LONGEST])
        except PermissionDeniedError as error:
            for ref in refs:
                yield FetchOutcome(ref, FetchStatus.DENIED, reason=error.message)
            return
        for ref in refs:
            if ref in found:
                yield FetchOutcome(ref, FetchStatus.FOUND, (found[ref],))
            else:
                yield FetchOutcome(ref, FetchStatus.MISSING, reason="Tryton has no such record, or hides it")

    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings; how many levels there are nobody can say beforehand."""
        source = self._of(request.stream)
        return None if isinstance(source, Levels) else await source.count(request)

    async def check(self, name: str) -> StreamCheck:
        """Look whether a stream can be read, and how much of it is visible."""
        right = next(one.right for one in capabilities(self._settings).streams if one.stream == name)
        try:
            visible = await self.count(PullRequest(name, PullMode.BACKFILL))
            rows = [record.raw async for record in self._first(name)]
        except PermissionDeniedError as error:
            return StreamCheck(name, readable=False, note=f"{error.message} The user needs: {right}.")
        return StreamCheck(name, readable=True, visible=visible, note="" if rows else f"Empty, or lacking: {right}.")

    async def fields(self, name: str) -> tuple[FieldInfo, ...]:
        """Describe the fields of a record, as one of them shows them."""
        maps = stream_of(name).maps
        rows = [record.raw async for record in self._first(name)]
        seen: Mapping[str, Any] = (rows[0] if rows else None) or dict.fromkeys(maps)
        return tuple(
            FieldInfo(name=field, type="" if value is None else type(value).__name__, maps_to=maps.get(field))
            for field, value in seen.items()
        )

    def _of(self, name: str) -> Products | Levels | TableReader:
        stream_of(name)
        known: dict[str, Products | Levels | TableReader] = {
            "parts": self.products,
            "stock_levels": self._levels,
            **self._tables,
        }
        return known[name]

    async def _first(self, name: str) -> AsyncIterator[Any]:
        """Yield the first record, if there is one."""
        async for page in self.pull(PullRequest(name, PullMode.BACKFILL, page_size=1)):
            if page.records:
                yield page.records[0]
                return


_LONGEST = 18
"""Digits of an id that the server's database has room for."""
