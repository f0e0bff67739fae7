"""Asking Ingram Micro: the calls that the connector knows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from servicedesk_core.errors import NotFoundError, ProtocolError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient
from servicedesk_ingram.api.profile import CATALOGUE, ORDER_DETAILS, ORDERS, PRICES, RETURNS, profile
from servicedesk_ingram.settings import IngramSettings
from servicedesk_ingram.values import Row, number

_MOST_PAGES = 40
_ORDERS_A_PAGE = 25
_NOTHING_FOUND = 204


class Api:
    """The Reseller API.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[IngramSettings]) -> None:
        self._ctx = ctx

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx))

    async def catalogue(self, keyword: str, size: int) -> tuple[list[Row], int]:
        """Return products that a search finds, the fittest first, and how many it found.

        Args:
            keyword: Part number, bar code or words.
            size: How many to return; the vendor's limit is 100.

        Raises:
            ProtocolError: The answer is no list of products.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        try:
            body = (await self._http.get(CATALOGUE, params={"keyword": keyword, "pageSize": str(size)})).json()
        except NotFoundError:  # its word for a search that found nothing
            return [], 0
        found = body.get("catalog") if isinstance(body, Mapping) else None
        if found is None and isinstance(body, Mapping) and "recordsFound" in body:
            found = []
        if not isinstance(found, list):
            raise ProtocolError("Ingram Micro's answer to a search is no list of products.")
        rows = [row for row in found if isinstance(row, Mapping)][:size]
        return rows, max(len(found), int(number(body.get("recordsFound")) or 0))

    async def prices(self, products: Sequence[Mapping[str, str]]) -> list[Row]:
        """Return price and availability of products, in any order; a line may say what is wrong instead.

        Args:
            products: At most 50, each by one of its numbers.

        Raises:
            ProtocolError: The answer is no list.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        both = {"includeAvailability": "true", "includePricing": "true"}
        try:
            body = (await self._http.post(PRICES, params=both, json={"products": list(products)})).json()
        except NotFoundError:  # it knows none of them
            return []
        if not isinstance(body, list):
            raise ProtocolError("Ingram Micro's answer about prices is no list.")
        return [line for line in body if isinstance(line, Mapping)]

    async def order_page(self, page: int, size: int, **query: str) -> tuple[list[Row], int]:
        """Return a page of the orders that a search finds, and how many it found.

        Args:
            page: Its number, from 1.
            size: How many a page.
            query: What to look for, by the vendor's names; nothing = all orders.

        Raises:
            ProtocolError: The answer is no list of orders.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        params = {**query, "pageNumber": str(page), "pageSize": str(size)}
        response = await self._http.get(f"{ORDERS}/search", params=params)
        if response.status == _NOTHING_FOUND:
            return [], 0
        body = response.json()
        found = body.get("orders") if isinstance(body, Mapping) else None
        if not isinstance(found, list):
            raise ProtocolError("Ingram Micro's answer to a search is no list of orders.")
        return [row for row in found if isinstance(row, Mapping)], int(number(body.get("recordsFound")) or 0)

    async def orders(self, **query: str) -> AsyncIterator[Row]:
        """Yield all orders that a search finds.

        Raises:
            ProtocolError: The answer is no list, or less than it says itself.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        came = 0
        for page in range(1, _MOST_PAGES + 1):
            rows, total = await self.order_page(page, _ORDERS_A_PAGE, **query)
            for row in rows:
                yield row
            came += len(rows)
            if came >= total:
                return
            if not rows:
                break
        raise ProtocolError("Ingram Micro's answer to a search leaves out what it says it has found.")

    async def order_details(self, number: str) -> Row:
        """Return one order with its lines.

        Raises:
            NotFoundError: There is no such order.
            ConnectorError: Ingram Micro could not be asked.
        """
        body = (await self._http.get(f"{ORDER_DETAILS}/{quote(number, safe='')}")).json()
        if not isinstance(body, Mapping) or body.get("ingramOrderNumber") != number:
            raise ProtocolError("Ingram Micro answered with another order.")
        return body

    async def order(self, body: Mapping[str, Any]) -> Any:
        """Place an order, once, and return the answer.

        Raises:
            RejectedError: Ingram Micro refused it.
            OutcomeUnknownError: It may have been placed.
            TransientError: Nothing was sent.
        """
        return (await self._http.post(ORDERS, json=body)).json()

    async def cancel_order(self, number: str) -> None:
        """Cancel an order, once.

        Raises:
            RejectedError: It is not on hold.
            OutcomeUnknownError: It may have been cancelled.
            TransientError: Nothing was sent.
        """
        await self._http.delete(f"{ORDERS}/{quote(number, safe='')}")

    async def knock(self) -> None:
        """Ask for one return, whichever, to learn whether the interface lets us in.

        Raises:
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        await self._page({"size": "1"})

    async def search(self, **query: str) -> list[Row]:
        """Return all returns that a search finds.

        Args:
            query: What to look for, by the vendor's names.

        Raises:
            ProtocolError: The answer is no list, or less than it says itself.
            ConnectorError: Ingram Micro could not be asked, or refused.
        """
        found: list[Row] = []
        for page in range(1, _MOST_PAGES + 1):
            rows, body = await self._page(query | ({"page": str(page)} if page > 1 else {}))
            found += rows
            total = body.get("recordsFound")
            if not body.get("nextPage") and not (isinstance(total, int) and total > len(found)):
                return found
            if not rows:
                break
        raise ProtocolError("Ingram Micro's answer to a search leaves out what it says it has found.")

    async def _page(self, query: Mapping[str, str]) -> tuple[list[Row], Row]:
        body = (await self._http.get(f"{RETURNS}/search", params=query)).json()
        found = body.get("returnsClaims") if isinstance(body, Mapping) else None
        if found is None and isinstance(body, Mapping) and "recordsFound" in body:
            found = []
        if not isinstance(found, list):
            raise ProtocolError("Ingram Micro's answer to a search is no list of returns.")
        return [row for row in found if isinstance(row, Mapping)], body

    async def details(self, number: str) -> Mapping[str, Any]:
        """Return one return with its lines and amounts.

        Raises:
            NotFoundError: There is no such return.
            ConnectorError: Ingram Micro could not be asked.
        """
        body = (await self._http.get(f"{RETURNS}/{number}")).json()
        if not isinstance(body, Mapping) or body.get("caseRequestNumber") != number:
            raise ProtocolError("Ingram Micro answered with another return.")
        return body

    async def create(self, body: Mapping[str, Any]) -> Any:
        """Open a return, once, and return the answer.

        Raises:
            RejectedError: Ingram Micro refused it.
            OutcomeUnknownError: It may have been opened.
            TransientError: Nothing was sent.
        """
        return (await self._http.post(f"{RETURNS}/create", json=body)).json()
