"""Purchases as orders, with their lines and what has come of them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from servicedesk_core.hooks import Page, PullRequest, SourceRecord, source_record
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, PURCHASE, Company, Site
from servicedesk_tryton.api.wire import Row, since
from servicedesk_tryton.reading.passes import bound_of, passed

_STAMPS: Final = ("create_date", "write_date")
_STAMPED: Final = ("", "lines.", "lines.moves.")
_FIELDS: Final = (
    "number", "reference", "state", "shipment_state", "party.name", "currency.code", "total_amount", "tax_amount",
    "delivery_date", "comment", "lines.type", "lines.quantity", "lines.unit_price", "lines.delivery_date",
    "lines.description", "lines.product.code", "lines.product.template.name", "lines.product.identifiers.type",
    "lines.product.identifiers.code", "lines.moves.state", "lines.moves.quantity",
)  # fmt: skip


class Orders:
    """Reads purchases.

    Args:
        api: The interface.
        site: What is known of the installation.
        page_size: Records a page.
    """

    def __init__(self, api: Api, site: Site, page_size: int) -> None:
        self._api = api
        self._site = site
        self._page_size = page_size

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read all, or what changed: the purchase, a line of it, or a move of what comes; none without the module.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        wanted = _wanted(bound_of(request))
        size = min(request.page_size or self._page_size, self._page_size)

        async def read(after: int, limit: int) -> list[Row]:
            return await self._read(company, [*wanted, ["id", ">", after]], limit=limit)

        async for page in passed(read, request, size):
            yield page

    async def named(self, refs: Sequence[int]) -> dict[str, SourceRecord]:
        """Return purchases by id; one that is not there is left out.

        Raises:
            ConnectorError: The server could not be asked.
        """
        rows = await self._read(await self._site.company(), [["id", "in", list(refs)]])
        return {(record := source_record(row)).external_id: record for row in rows}

    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        if PURCHASE not in company.models:
            return 0
        wanted = _wanted(bound_of(request))
        found = await self._api.read(f"{PURCHASE}.search_count", wanted, context=company.context)
        return found if isinstance(found, int) else None

    async def _read(self, company: Company, domain: Sequence[Any], *, limit: int | None = None) -> list[Row]:
        if PURCHASE not in company.models:
            return []
        stamps = [f"{prefix}{name}" for prefix in _STAMPED for name in _STAMPS]
        more = ["lines.moves.lot.number"] if LOT in company.models else []
        return await self._api.rows(PURCHASE, domain, (*_FIELDS, *more, *stamps), company.context, limit=limit)


def _wanted(bound: datetime | None) -> list[Any]:
    return [] if bound is None else [["OR", *since(bound, *_STAMPED)]]
