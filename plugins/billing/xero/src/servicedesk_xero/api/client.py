"""Asking Xero: lists, single records, and the few requests that change something."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from servicedesk_core.errors import OutcomeUnknownError, ProtocolError, RejectedError
from servicedesk_core.hooks import BudgetUse, ConnectorContext
from servicedesk_core.http import HttpClient, Response
from servicedesk_xero.api.profile import accounting_profile, connections_profile, errors_of, log_in
from servicedesk_xero.api.tenancy import chosen
from servicedesk_xero.meaning.values import instant
from servicedesk_xero.settings import XeroSettings

Row = Mapping[str, Any]
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_EXACT: Final = {"unitdp": "4"}
"""Without it unit prices are cut to two decimals, in answers too."""
_PRICED: Final = frozenset({"CreditNotes", "Invoices", "Items"})
_NAMED: Final = {"Organisation": "Organisations"}
"""Where the name in the answer is another one than in the address."""
_OWN: Final = frozenset({"HasErrors", "HasValidationErrors", "StatusAttributeString", "ValidationErrors", "Warnings"})
_OLD: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of a list.

    Attributes:
        rows: The rows.
        pages: How many pages there are; ``None`` = Xero did not say.
        total: How many rows there are in all; ``None`` = Xero did not say.
    """

    rows: list[Any]
    pages: int | None
    total: int | None


class Api:
    """The Accounting API of one organisation.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[XeroSettings]) -> None:
        self._ctx = ctx
        self._choosing = asyncio.Lock()
        self._client: HttpClient | None = None
        self._left: tuple[int, datetime] | None = None

    async def listed(
        self, part: str, params: Mapping[str, str] = NOTHING, *, since: datetime | None = None, urgent: bool = False
    ) -> Listed:
        """Return rows of a list.

        Args:
            part: Plural name of the records.
            params: Filters, order and page.
            since: Only what was changed since then, to the second.
            urgent: Whether the share of the quota may be used that is kept for what is incremental.

        Raises:
            ProtocolError: The answer is no such list.
            ConnectorError: Xero could not be asked, or refused.
        """
        headers = {} if since is None else {"If-Modified-Since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        http = await self._http()
        query = {**(_EXACT if part in _PRICED else {}), **params}
        response = await http.get(part, params=query, headers=headers, reserved=urgent)
        body = self._noted(response).json()
        paging = body.get("pagination") if isinstance(body, Mapping) else None
        paging = paging if isinstance(paging, Mapping) else {}
        return Listed(self._rows(body, part), _count(paging.get("pageCount")), _count(paging.get("itemCount")))

    async def one(self, part: str, ref: str) -> Row:
        """Return one record.

        Raises:
            NotFoundError: There is none.
            ConnectorError: Xero could not be asked.
        """
        http = await self._http()
        params = _EXACT if part in _PRICED else None
        body = self._noted(await http.get(f"{part}/{ref}", params=params, reserved=True)).json()
        rows = self._rows(body, part)
        if len(rows) != 1 or not isinstance(rows[0], Mapping):
            raise ProtocolError("Xero answered with another record.", connection=self._ctx.connection, detail=part)
        return plain(rows[0])

    async def create(self, part: str, row: Row, *, act: str) -> Row:
        """Make a record, once: a repetition gets the first answer, and then shows how the record stands now.

        Args:
            part: Plural name of the records.
            row: The record.
            act: Our id of the act.

        Raises:
            RejectedError: Xero refused it; nothing was made.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        response, made = await self._sent("PUT", part, part, row, act)
        return await self.one(part, _ref(made)) if _is_replay(response, made) else made

    async def change(self, part: str, row: Row, *, act: str, ref: str | None = None) -> Row:
        """Change a record; what is left out stays.

        Args:
            part: Plural name of the records.
            row: What it gets, with its id.
            act: Our id of the act.
            ref: Its id in the address too, where that is how it is granted.

        Raises:
            ConnectorError: As :meth:`create`.
        """
        return (await self._sent("POST", f"{part}/{ref}" if ref else part, part, row, act))[1]

    async def allocate(self, credit: str, row: Row, *, act: str) -> None:
        """Settle an invoice with a credit note.

        Raises:
            ConnectorError: As :meth:`create`.
        """
        await self._sent("PUT", f"CreditNotes/{credit}/Allocations", "Allocations", row, act)

    async def use(self) -> BudgetUse | None:
        """Return how much of the day's requests is used, as the last answer told."""
        if self._left is None:
            await self.listed("Organisation")
        if self._left is None:
            return None
        allowed, (left, as_of) = self._ctx.settings.requests_per_day, self._left
        # The vendor does not tell whose requests they were; the ledger knows ours.
        return BudgetUse(ours=0, total=max(allowed - left, 0), allowed=allowed, as_of=as_of)

    async def _sent(self, method: str, path: str, part: str, row: Row, act: str) -> tuple[Response, Row]:
        http = await self._http()
        body = {part: [row]}
        # Another body under the same key would be refused, or answered with what the first one made.
        told = orjson.dumps([act, method, path, row], default=str, option=orjson.OPT_SORT_KEYS)
        headers = {"Idempotency-Key": hashlib.sha256(told).hexdigest()}
        params = _EXACT if part in _PRICED else None
        response = await http.request(method, path, params=params, json=body, headers=headers, reserved=True)
        rows = self._noted(response).json().get(part)
        made = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else None
        if made is None:
            raise OutcomeUnknownError(
                "Xero took the request, and its answer does not show the record.",
                hint="It is looked for by our own number before anything is repeated.",
                connection=self._ctx.connection,
            )
        if made.get("StatusAttributeString") == "ERROR" or made.get("HasErrors") is True:
            told_wrong = tuple(errors_of(made))
            message = f"Xero refused the record: {'; '.join(told_wrong) or 'it does not say why'}"
            raise RejectedError(message, field_errors=told_wrong, connection=self._ctx.connection)
        return response, plain(made)

    async def _http(self) -> HttpClient:
        async with self._choosing:
            if self._client is None:
                auth, tenant = log_in(self._ctx), None
                if self._ctx.settings.app == "web":
                    connections = self._ctx.http(connections_profile(self._ctx, auth))
                    tenant = await chosen(connections, self._ctx.settings.organisation)
                self._client = self._ctx.http(accounting_profile(self._ctx, auth, tenant))
            return self._client

    def _rows(self, body: Any, part: str) -> list[Any]:
        rows = body.get(_NAMED.get(part, part)) if isinstance(body, Mapping) else None
        if not isinstance(rows, list):
            raise ProtocolError(f"Xero's answer has no {part}.", connection=self._ctx.connection, detail=part)
        return rows

    def _noted(self, response: Response) -> Response:
        left = response.headers.get("X-DayLimit-Remaining", "")
        if left.isdigit():
            self._left = (int(left), self._ctx.clock.now())
        return response


def plain(row: Row) -> dict[str, Any]:
    """Return a record without what only an answer to a write says of it."""
    return {name: value for name, value in row.items() if name not in _OWN}


def _ref(made: Row) -> str:
    return next(str(made[key]) for key in ("InvoiceID", "CreditNoteID", "ContactID") if key in made)


def _is_replay(response: Response, made: Row) -> bool:
    """Return whether a record is older than the answer that shows it: then it is the answer of before."""
    stamp = instant(made.get("UpdatedDateUTC"))
    try:
        at = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return False
    return stamp is not None and at - stamp > _OLD


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def texts(values: Sequence[object]) -> str:
    """Return ids as a parameter that lists them."""
    return ",".join(str(value) for value in values)
