"""Products as parts: their own records, with what other records say of them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from servicedesk_core.hooks import Page, PullRequest, SourceRecord, source_record
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, ORDER_POINT, SUPPLIER, Company, Site
from servicedesk_tryton.api.wire import Row, key, newest, since
from servicedesk_tryton.meaning.mapper import CURRENCY, POINTS
from servicedesk_tryton.reading.passes import bound_of, passed

PRODUCT: Final = "product.product"
STOCKED: Final = ["type", "in", ["goods", "assets"]]
"""Services have no stock."""

_STAMPS: Final = ("create_date", "write_date")
_STAMPED: Final = ("", "template.", "identifiers.", "cost_prices.")
_FIELDS: Final = (
    "rec_name", "code", "active", "cost_price", "replaced_by.code", "template.name", "template.type",
    "template.categories.name", "identifiers.type", "identifiers.code",
)  # fmt: skip
_SUPPLIERS: Final = "template.product_suppliers."


class Products:
    """Reads products.

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
        """Read all, or what changed: the product itself, or one of the records that say more of it.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        points = await self._points(company)
        wanted = self._wanted(company, points, bound_of(request))
        size = min(request.page_size or self._page_size, self._page_size)

        async def read(after: int, limit: int) -> list[Row]:
            return await self._read(company, points, [*wanted, ["id", ">", after]], limit=limit)

        async for page in passed(read, request, size):
            yield page

    async def named(self, refs: Sequence[int]) -> dict[str, SourceRecord]:
        """Return products by id; one that is not there is left out.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        points = await self._points(company, refs)
        rows = await self._read(company, points, [STOCKED, ["id", "in", list(refs)]])
        return {(record := source_record(row)).external_id: record for row in rows}

    async def matching(self, domain: Sequence[Any], limit: int) -> list[Row]:
        """Return products that match.

        Args:
            domain: What they must match.
            limit: At most so many.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        return await self._read(company, {}, [STOCKED, *domain], limit=limit)

    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        bound = bound_of(request)
        points = await self._points(company) if bound else {}
        wanted = self._wanted(company, points, bound)
        found = await self._api.read(f"{PRODUCT}.search_count", wanted, context=company.context)
        return found if isinstance(found, int) else None

    async def _read(
        self, company: Company, points: dict[int, list[Row]], domain: Sequence[Any], *, limit: int | None = None
    ) -> list[Row]:
        stamps = [f"{prefix}{name}" for prefix in self._stamped(company) for name in _STAMPS]
        more = ["template.lot_required"] if LOT in company.models else []
        if SUPPLIER in company.models:
            more += [f"{_SUPPLIERS}code", f"{_SUPPLIERS}party.name"]
        rows = await self._api.rows(PRODUCT, domain, (*_FIELDS, *more, *stamps), company.context, limit=limit)
        return [{**row, POINTS: points.get(key(row.get("id")) or 0, []), CURRENCY: company.currency} for row in rows]

    async def _points(self, company: Company, refs: Sequence[int] | None = None) -> dict[int, list[Row]]:
        """Return the order points by product."""
        found: defaultdict[int, list[Row]] = defaultdict(list)
        if ORDER_POINT in company.models:
            fields = ("product", "type", "min_quantity", *_STAMPS)
            domain = [] if refs is None else [["product", "in", list(refs)]]
            for row in await self._api.rows(ORDER_POINT, domain, fields, company.context):
                found[key(row.get("product")) or 0].append(row)
        return found

    def _stamped(self, company: Company) -> tuple[str, ...]:
        return (*_STAMPED, _SUPPLIERS) if SUPPLIER in company.models else _STAMPED

    def _wanted(self, company: Company, points: dict[int, list[Row]], bound: datetime | None) -> list[Any]:
        if bound is None:
            return [STOCKED]
        moved = [ref for ref, rows in points.items() if (stamp := newest(rows)) is not None and stamp >= bound]
        return [STOCKED, ["OR", ["id", "in", moved], *since(bound, *self._stamped(company))]]
