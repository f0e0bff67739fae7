"""Asking an InvenTree server: rows of lists, single records, and the few acts that the connector knows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from servicedesk_core.errors import ProtocolError, RejectedError
from servicedesk_core.hooks import ConnectorContext
from servicedesk_core.http import (
    HeaderAuth,
    HttpClient,
    HttpProfile,
    OffsetPages,
    Outcome,
    Response,
    Route,
    Rule,
)
from servicedesk_inventree.capabilities import CANCEL, GIVE_BACK, PLACE, RECEIVE, TAKE
from servicedesk_inventree.settings import InvenTreeSettings

VENDOR = "inventree"
Row = Mapping[str, Any]
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PAGE_SIZE = 100
_MOST_FOUND = 1000
_NO_MATCH = "No match found"
ROUTES = (
    Route("POST", "api/barcode/"),  # a look-up, although it is posted
    Route("PATCH", "api/stock/{id}/", grant=TAKE),
    Route("POST", "api/stock/remove/", grant=TAKE),
    Route("POST", "api/stock/assign/", grant=TAKE),
    Route("POST", "api/stock/add/", grant=GIVE_BACK),
    Route("POST", "api/stock/return/", grant=GIVE_BACK),
    Route("POST", "api/order/po/", grant=PLACE),
    Route("POST", "api/order/po-line/", grant=PLACE),
    Route("POST", "api/order/po/{id}/issue/", grant=PLACE),
    Route("POST", "api/order/po/{id}/cancel/", grant=CANCEL),
    Route("POST", "api/order/po/{id}/receive/", grant=RECEIVE),
)


class Api:
    """The interface of one server.

    Args:
        ctx: Of the connector.
    """

    def __init__(self, ctx: ConnectorContext[InvenTreeSettings]) -> None:
        self._ctx = ctx
        self._about: Row | None = None

    @cached_property
    def _http(self) -> HttpClient:
        return self._ctx.http(profile(self._ctx))

    async def about(self) -> Row:
        """Return what the server says of itself; asked once while the connection is open.

        Raises:
            ProtocolError: It is no InvenTree server.
            ConnectorError: It could not be asked.
        """
        if self._about is None:
            body = (await self._http.get("api/")).json()
            if not isinstance(body, Mapping) or str(body.get("server", "")).lower() != "inventree":
                raise ProtocolError(
                    "What answers at this address is no InvenTree server.",
                    hint="url is the address of its first page, without /api or /web.",
                    connection=self._ctx.connection,
                )
            self._about = body
        return self._about

    async def api_version(self) -> int:
        """Return the version of the server's interface; 0 when it says none."""
        told = (await self.about()).get("apiVersion")
        return int(told) if isinstance(told, int | str) and str(told).isdigit() else 0

    async def page(
        self, path: str, *, limit: int, offset: int = 0, query: Mapping[str, str] = NOTHING
    ) -> tuple[list[Any], int]:
        """Return some rows of a list, and how many the whole list has.

        Args:
            path: Of the list, below ``/api/``.
            limit: How many rows are asked for: without a limit the server sends all of them, in another shape.
            offset: Place of the first one.
            query: Filters.

        Raises:
            ProtocolError: The answer is no page.
            ConnectorError: The server could not be asked, or refused.
        """
        response = await self._http.get(f"api/{path}", params={**query, "limit": str(limit), "offset": str(offset)})
        body = response.json()
        rows = body.get("results") if isinstance(body, Mapping) else None
        count = body.get("count") if isinstance(body, Mapping) else None
        if not isinstance(rows, list) or not isinstance(count, int):
            raise ProtocolError(
                "InvenTree's answer is no page of a list.", connection=self._ctx.connection, detail=path
            )
        return rows, count

    async def rows(self, path: str, query: Mapping[str, str]) -> list[Row]:
        """Return the rows of a short list.

        Args:
            path: Of the list, below ``/api/``.
            query: Filters.

        Raises:
            ProtocolError: The answer is no list, or an endless one.
            ConnectorError: The server could not be asked, or refused.
        """
        found: list[Row] = []
        pages = OffsetPages(page_size=_PAGE_SIZE, items_at="results", total_at="count")
        async for page in self._http.paginate(pages, "GET", f"api/{path}", params=query):
            found += [row for row in page.items if isinstance(row, Mapping)]
            if len(found) > _MOST_FOUND:
                raise ProtocolError(
                    f"InvenTree found more than {_MOST_FOUND}.", connection=self._ctx.connection, detail=path
                )
        return found

    async def one(self, path: str, query: Mapping[str, str] = NOTHING) -> Row:
        """Return one record.

        Raises:
            NotFoundError: There is none.
            ConnectorError: The server could not be asked.
        """
        body = (await self._http.get(f"api/{path}", params=query)).json()
        if not isinstance(body, Mapping):
            raise ProtocolError("InvenTree's answer is no record.", connection=self._ctx.connection, detail=path)
        return body

    async def scan(self, code: str) -> Row:
        """Return what a bar code was given to, by the server's names; empty when nobody has it.

        Raises:
            ConnectorError: The server could not be asked.
        """
        try:
            body = (await self._http.post("api/barcode/", json={"barcode": code})).json()
        except RejectedError as error:
            if any(_NO_MATCH in text for text in error.field_errors):
                return {}
            raise
        return body if isinstance(body, Mapping) else {}

    async def move(self, act: str, body: Mapping[str, Any]) -> None:
        """Move stock, once: ``remove``, ``add``, ``assign`` or ``return``.

        Raises:
            RejectedError: The server refused it; nothing was moved.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        await self._http.post(f"api/stock/{act}/", json=body)

    async def act(self, path: str, body: Mapping[str, Any]) -> Row:
        """Do something to an order, once, and return what the server answered.

        Args:
            path: Of the act, below ``/api/``.
            body: What the server is told.

        Raises:
            ConnectorError: As :meth:`move`.
        """
        answer = (await self._http.post(f"api/{path}", json=body)).json()
        return answer if isinstance(answer, Mapping) else {}

    async def keep_when_empty(self, item: str) -> None:
        """Let an item, and with it its history, be kept when nothing is left of it.

        Raises:
            ConnectorError: As :meth:`move`.
        """
        await self._http.patch(f"api/stock/{item}/", json={"delete_on_deplete": False})


def profile(ctx: ConnectorContext[InvenTreeSettings]) -> HttpProfile:
    """Return the profile of the interface.

    Args:
        ctx: Credentials and the granted quota.
    """
    settings = ctx.settings
    return HttpProfile(
        base_url=f"{settings.url}/",
        vendor=VENDOR,
        account=urlsplit(settings.url).netloc,
        auth=_TokenAuth(settings.token.get_secret_value()),
        budget=ctx.vendor_budget(requests=None, concurrency=4),
        rules=(Rule(outcome=Outcome.PERMANENT, error=RejectedError, status=400),),
        routes=ROUTES,
        error_messages=vendor_messages,
    )


class _TokenAuth(HeaderAuth):
    """Django REST's own scheme: the word Token, and the token."""

    def __init__(self, token: str) -> None:
        super().__init__({"Authorization": f"Token {token}"})
        self._token = token

    def secrets(self) -> Sequence[str]:
        """Return the token without the word before it."""
        return [self._token]


def vendor_messages(response: Response) -> Sequence[str]:
    """Return what a failed answer says."""
    return list(messages_in(response.json()))


def messages_in(body: Any, field: str = "") -> Iterator[str]:
    """Yield what is wrong, with the field: texts stand in lists, in objects by field, and in lists of such objects.

    Args:
        body: Decoded JSON.
        field: The field that it stands under.
    """
    if isinstance(body, str):
        yield f"{field}: {body}" if field not in {"", "detail", "error", "non_field_errors"} else body
    elif isinstance(body, list):
        for one in body:
            yield from messages_in(one, field)
    elif isinstance(body, Mapping):
        for name, value in body.items():
            if name not in {"url", "path", "barcode_data"}:
                yield from messages_in(value, str(name))
