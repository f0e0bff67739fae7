"""Calls to a Tryton server: methods of its models."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlsplit

from servicedesk_core.errors import OutcomeUnknownError, PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import HttpClient, HttpProfile, Outcome, Route, Rule
from servicedesk_tryton.api.errors import fail
from servicedesk_tryton.api.session import SessionAuth
from servicedesk_tryton.api.wire import Row
from servicedesk_tryton.capabilities import CREATES, CUSTOMER, GIVE_BACK, PLACE, RECEIVE, TAKE, VOIDS
from servicedesk_tryton.settings import TrytonSettings

VENDOR = "tryton"
SHIPMENT: Final = "stock.shipment.internal"
RECEIPT: Final = "stock.shipment.in"
_NO_CONTEXT: Final[Mapping[str, Any]] = MappingProxyType({})
_READ: Final = "read"
"""What a call that reads is called; one that writes is called by its grant. The server sends it back, no more."""

_READS: Final = (
    "res.user.get_preferences", "ir.model.search_read", "company.company.search_read", "product.product.search_read",
    "product.product.search_count", "product.product.fields_get", "stock.order_point.search_read",
    "stock.location.search_read", "stock.lot.search_read", "stock.move.search_read", f"{SHIPMENT}.search_read",
    "purchase.purchase.search_read", "purchase.purchase.search_count", "purchase.purchase.on_change_party",
    "purchase.line.on_change_product", "purchase.line.search_read", f"{RECEIPT}.search_read", "party.party.search_read",
    "currency.currency.search_read",
    *(
        f"{model}.{look}"
        for model in (f"account.{name}" for name in ("tax", "account", "invoice", "move.line"))
        for look in ("search_read", "search_count")
    ),
    "party.party.search_count", "account.invoice.on_change_type", "account.invoice.line.on_change_product",
    "account.invoice.line.on_change_account",
)  # fmt: skip
_ANSWER: Final = "res.user.warning.skip"
_MOVES: Final = (*(f"{SHIPMENT}.{act}" for act in ("create", "wait", "assign_try", "do", "cancel")), _ANSWER)
_WRITES: Final = {
    TAKE: _MOVES,
    GIVE_BACK: _MOVES,
    PLACE: (*(f"purchase.purchase.{act}" for act in ("create", "quote", "confirm", "cancel")), _ANSWER),
    RECEIVE: (
        *(f"{RECEIPT}.{act}" for act in ("create", "write", "receive", "do", "cancel")), "stock.lot.create", _ANSWER,
    ),
    CUSTOMER: ("party.party.create", _ANSWER),
    **dict.fromkeys(
        CREATES, (*(f"account.invoice.{act}" for act in ("create", "write", "post", "cancel", "delete")), _ANSWER)
    ),
    **dict.fromkeys(VOIDS, ("account.invoice.cancel", _ANSWER)),
}  # fmt: skip
"""By the grant: the methods that it allows."""


class Api:
    """The interface of one database.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[TrytonSettings]) -> None:
        self._ctx = ctx

    @cached_property
    def _path(self) -> str:
        return f"{quote(self._ctx.settings.database, safe='')}/rpc/"

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx, self._path))

    async def read(self, method: str, *params: Any, context: Mapping[str, Any] = _NO_CONTEXT) -> Any:
        """Call a method that changes nothing, and return its result.

        Args:
            method: Model and method.
            params: What it is given.
            context: Company, language, and what a method looks at besides.

        Raises:
            PermissionDeniedError: A right is lacking.
            ConnectorError: The server could not be asked, or failed.
        """
        return await self._call(_READ, method, params, context)

    async def rows(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        context: Mapping[str, Any],
        *,
        limit: int | None = None,
        order: Sequence[Sequence[str]] = (("id", "ASC"),),
    ) -> list[Row]:
        """Return records of a model.

        Args:
            model: The model.
            domain: Which ones.
            fields: What of them; fields of related records by a path with points.
            context: As :meth:`read`.
            limit: At most so many; ``None`` = all.
            order: By what.

        Raises:
            ConnectorError: As :meth:`read`.
        """
        found = await self.read(
            f"{model}.search_read", domain, 0, limit, [list(one) for one in order], list(fields), context=context
        )
        if not isinstance(found, list):
            raise ProtocolError("Tryton's answer is no list.", connection=self._ctx.connection, detail=model)
        return [row if isinstance(row, Mapping) else {"unreadable": row} for row in found]

    async def write(self, grant: str, method: str, *params: Any, context: Mapping[str, Any]) -> Any:
        """Call a method that changes something, once.

        Args:
            grant: What must be granted for it.
            method: Model and method.
            params: What it is given.
            context: As :meth:`read`.

        Raises:
            RejectedError: The server refused it, or asks whether it is meant; nothing was changed.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        return await self._call(grant, method, params, context)

    async def _call(self, name: str, method: str, params: Sequence[Any], context: Mapping[str, Any]) -> Any:
        call = {"id": name, "method": f"model.{method}", "params": [*params, dict(context)]}
        writes = name != _READ
        body = (await self._http.post(self._path, json=call)).json()
        if isinstance(body, Mapping) and "error" in body:
            fail(body["error"], method, writes=writes)
        if not isinstance(body, Mapping) or "result" not in body:
            error = OutcomeUnknownError if writes else ProtocolError
            raise error("Tryton's answer has no result.", connection=self._ctx.connection, detail=method)
        return body["result"]


def profile(ctx: ConnectorContext[TrytonSettings], path: str) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        ctx: Credentials and the granted quota.
        path: Of the database's calls.
    """
    settings = ctx.settings
    reads = [Route("POST", path, body={"id": _READ, "method": f"model.{method}"}) for method in _READS]
    writes = [
        Route("POST", path, grant=grant, body={"id": grant, "method": f"model.{method}"})
        for grant, methods in _WRITES.items()
        for method in methods
    ]
    return HttpProfile(
        base_url=f"{settings.url}/",
        vendor=VENDOR,
        account=f"{urlsplit(settings.url).netloc}/{settings.database}",
        auth=SessionAuth(f"{settings.url}/{path}", settings.user, settings.password, ctx.tokens),
        budget=ctx.vendor_budget(requests=None, concurrency=4),
        rules=(
            # A method that is not there, or not for everybody; before anything is done.
            Rule(outcome=Outcome.PERMANENT, error=PermissionDeniedError, status=403, refused=True),
        ),
        routes=(*reads, *writes),
    )
