"""Asking one company: queries, single records, what changed, and the writes that the connector knows."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from servicedesk_core.errors import NotFoundError, ProtocolError, RejectedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import Field, HttpClient, HttpProfile, Response, Route
from servicedesk_quickbooks.api.errors import rules, vendor_messages
from servicedesk_quickbooks.api.language import Query, among
from servicedesk_quickbooks.api.log_in import credentials
from servicedesk_quickbooks.meaning.values import amount
from servicedesk_quickbooks.settings import QuickBooksSettings

VENDOR: Final = "quickbooks"
Row = Mapping[str, Any]
INVOICES, CREDITS, CUSTOMERS = "sales_invoices.create", "credit_notes.create", "customers.create"
VOID = "sales_invoices.void"
_PER_MINUTE, _AT_ONCE = 500, 10
_FRESH_FOR: Final = timedelta(minutes=10)
ROUTES: Final = (
    # At one address a document is made, completed by a rounding line, and taken back; and one is voided, by a body that
    # names it and changes nothing of it.
    Route("POST", "invoice", grant=VOID, body={"Id": Field.PRESENT, "sparse": True, "Line": Field.ABSENT}),
    Route("POST", "invoice", grant=INVOICES),
    Route("POST", "creditmemo", grant=CREDITS),
    Route("POST", "payment", grant=CREDITS),  # by which a credit note settles an invoice
    Route("POST", "customer", grant=CUSTOMERS),
)


class Api:
    """The interface of one company.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[QuickBooksSettings]) -> None:
        self._ctx = ctx
        self._params = {"minorversion": str(ctx.settings.minor_version)}
        self._known: dict[str, tuple[datetime, Row]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx))

    async def query(self, query: Query) -> list[Any]:
        """Return the records that a query finds.

        Raises:
            ProtocolError: The answer is none to a query.
            ConnectorError: The company could not be asked, or the query was refused.
        """
        rows = (await self._asked(query)).get(query.entity, [])
        if not isinstance(rows, list):
            raise self._unreadable(query.entity)
        return rows

    async def count(self, query: Query) -> int:
        """Return how many records a query finds.

        Raises:
            ConnectorError: See :meth:`query`.
        """
        total = (await self._asked(query.counting())).get("totalCount")
        if not isinstance(total, int):
            raise self._unreadable(query.entity)
        return total

    async def one(self, entity: str, ref: str) -> Row:
        """Return one record.

        Raises:
            NotFoundError: There is none, or not any more.
            ConnectorError: The company could not be asked.
        """
        return self._of(entity, await self._http.get(f"{entity.lower()}/{ref}", params=self._params))

    async def company(self) -> Row:
        """Return what the company says of itself, not older than some minutes.

        Raises:
            ConnectorError: The company could not be asked.
        """
        return await self._only("CompanyInfo")

    async def preferences(self) -> Row:
        """Return the company's preferences, not older than some minutes.

        Raises:
            ConnectorError: The company could not be asked.
        """
        return await self._only("Preferences")

    async def items(self, refs: Iterable[str]) -> dict[str, Row]:
        """Return items by id, not older than some minutes, as far as they exist.

        Raises:
            ConnectorError: The company could not be asked.
        """
        wanted = sorted(set(refs))
        async with self._asking["Item"]:
            if missing := [one for one in wanted if self._fresh(one) is None]:
                for row in _objects(await self.query(Query("Item", (among("Id", missing),)))):
                    self._known[str(row.get("Id"))] = self._ctx.clock.now(), row
        return {one: found for one in wanted if (found := self._fresh(one)) is not None}

    async def rate(self, currency: str, day: date) -> Decimal | None:
        """Return what one unit of a currency is worth in the company's own on a day; ``None`` = the company has none.

        Raises:
            ConnectorError: The company could not be asked.
        """
        params = {**self._params, "sourcecurrencycode": currency, "asofdate": day.isoformat()}
        try:
            row = self._of("ExchangeRate", await self._http.get("exchangerate", params=params))
        except (NotFoundError, RejectedError):
            return None
        return amount(row.get("Rate")) or None

    async def deleted(self, entity: str, since: datetime) -> list[str]:
        """Return ids of what was deleted since an instant of the last 30 days, as far as one answer tells it.

        Raises:
            ConnectorError: The company could not be asked.
        """
        params = {**self._params, "entities": entity, "changedSince": since.isoformat(timespec="seconds")}
        body = (await self._http.get("cdc", params=params, reserved=True)).json()
        found = body.get("CDCResponse") if isinstance(body, Mapping) else None
        answers = [one for each in _objects(found) for one in _objects(each.get("QueryResponse"))]
        rows = [row for one in answers for row in _objects(one.get(entity))]
        return [str(row["Id"]) for row in rows if row.get("status") == "Deleted" and "Id" in row]

    async def write(self, entity: str, body: Row, *, request_id: str, operation: str | None = None) -> Row:
        """Make, change, void or delete a record, once for each request id: a repeat gets the first answer.

        Args:
            entity: Of what.
            body: What is sent; with ``Id`` and ``SyncToken`` unless it is new.
            request_id: At most 50 characters.
            operation: ``void`` or ``delete``.

        Raises:
            RejectedError: It was refused; nothing was done.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        params = {**self._params, "requestid": request_id, "operation": operation}
        return self._of(entity, await self._http.post(entity.lower(), json=body, params=params))

    async def _only(self, entity: str) -> Row:
        async with self._asking[entity]:  # once for all documents that are sent side by side
            if (known := self._fresh(entity)) is not None:
                return known
            rows = _objects(await self.query(Query(entity)))
            if not rows:
                raise self._unreadable(entity)
            self._known[entity] = self._ctx.clock.now(), rows[0]
            return rows[0]

    def _fresh(self, name: str) -> Row | None:
        learned, row = self._known.get(name, (None, None))
        return row if learned is not None and self._ctx.clock.now() - learned < _FRESH_FOR else None

    async def _asked(self, query: Query) -> Row:
        body = (await self._http.get("query", params={**self._params, "query": query.text()})).json()
        found = body.get("QueryResponse") if isinstance(body, Mapping) else None
        if not isinstance(found, Mapping):
            raise self._unreadable(query.entity)
        return found

    def _of(self, entity: str, response: Response) -> Row:
        body = response.json()
        row = body.get(entity) if isinstance(body, Mapping) else None
        if not isinstance(row, Mapping):
            raise self._unreadable(entity)
        return row

    def _unreadable(self, entity: str) -> ProtocolError:
        return ProtocolError(
            f"QuickBooks' answer holds no {entity}.", connection=self._ctx.connection, hint="Check url and realm_id."
        )


def profile(ctx: ConnectorContext[QuickBooksSettings]) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        ctx: Credentials and the granted quota.
    """
    own = ctx.settings
    return HttpProfile(
        base_url=f"{own.url}/v3/company/{own.realm_id}/",
        vendor=VENDOR,
        account=own.realm_id,
        auth=credentials(ctx),
        budget=ctx.vendor_budget(requests=_PER_MINUTE, window_s=60.0, concurrency=_AT_ONCE),
        rules=rules(),
        routes=ROUTES,
        error_messages=vendor_messages,
    )


def _objects(value: Any) -> Sequence[Row]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
