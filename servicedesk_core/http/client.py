"""The client that connectors use: one per vendor interface, safe to call concurrently."""

import functools
import importlib.metadata
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, Unpack

import orjson

from servicedesk_core.errors import ConnectorError, ServiceDeskError, TransientError
from servicedesk_core.http.auth import AuthSession
from servicedesk_core.http.breaker import CircuitOpenError
from servicedesk_core.http.call import Call, RequestOptions
from servicedesk_core.http.deadline import was_taken
from servicedesk_core.http.network import DIRECT, Network
from servicedesk_core.http.paging import PagedAnswer, PageRequest, Paginator, run_pages
from servicedesk_core.http.policy import HttpProfile
from servicedesk_core.http.response import Response
from servicedesk_core.http.retry import retrying
from servicedesk_core.http.sender import JSON, Sender
from servicedesk_core.http.tracing import TraceHook
from servicedesk_core.http.urls import Origins, Params, RouteTable
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.http.wire import WireError
from servicedesk_core.ports import BudgetLedger, Clock, Receiver
from servicedesk_core.redaction import Redactor

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Transport


class HttpClient:
    """Sends requests within the vendor's quota, the configuration's grants and the profile's limits.

    Each request passes, in this order: origin check, write permission, circuit breaker, credentials, budget,
    exchange, classification; then reads are tried again as the profile says, and writes only when certainly nothing
    was sent. Connections are opened with the first request. Cancelling a request gives its place back.

    After the vendor rejected the credentials, further requests fail at once without being sent, so that retries and
    parallel work can't lock the account; see :meth:`reset_authentication`.

    Redirects are followed for ``GET`` and ``HEAD`` inside the trusted origins only. Cookies are not kept.

    Args:
        profile: The vendor's interface.
        connection: Name of the connection, for errors and events.
        ledger: Shares the vendor's quota.
        clock: Time.
        grants: What the connection may write.
        redactor: Learns the profile's secrets.
        hooks: Told about every exchange.
        transport: For tests: replaces the network.
        network: How the vendor is reached.
        vendor_time: Learns the vendor's time; shared by the clients of one vendor. ``None`` = one of its own.

    Raises:
        SettingsError: An address in the profile is not acceptable.
    """

    def __init__(
        self,
        profile: HttpProfile,
        *,
        connection: str,
        ledger: BudgetLedger,
        clock: Clock,
        grants: frozenset[str] = frozenset(),
        redactor: Redactor | None = None,
        hooks: Sequence[TraceHook] = (),
        transport: "Transport | None" = None,
        network: Network = DIRECT,
        vendor_time: VendorTime | None = None,
    ) -> None:
        self.profile = profile
        self.connection = connection
        self._clock = clock
        self._origins = Origins(profile.base_url, profile.trusted_origins)
        self._routes = RouteTable(profile.routes, grants)
        redactor = redactor or Redactor()
        for secret in profile.auth.secrets() if profile.auth else ():
            redactor.register(secret)
        self._sender = Sender(
            profile,
            self._origins,
            connection=connection,
            ledger=ledger,
            clock=clock,
            redactor=redactor,
            hooks=hooks,
            transport=transport,
            network=network,
            vendor_time=vendor_time or VendorTime(clock),
        )

    @property
    def requests_sent(self) -> int:
        """Requests that were put on the wire, retries, redirects and token requests included."""
        return self._sender.requests_sent

    @property
    def session(self) -> AuthSession:
        """What a log-in of this vendor may use, such as :meth:`servicedesk_core.http.OAuth2Code.accept`."""
        return self._sender

    def vendor_now(self) -> datetime:
        """Return the present instant by the vendor's clock as its answers tell it, by ours while none did."""
        return self._sender.vendor_now()

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        endpoint: str = "",
        reserved: bool = False,
        timeout_s: float | None = None,
        into: Receiver | None = None,
    ) -> Response:
        """Send a request and return a successful answer.

        Args:
            method: HTTP method.
            url: Path below the profile's ``base_url``, or an absolute URL on a trusted origin.
            params: Added to the query; ``None`` values are left out.
            json: Body to send as JSON; ``None`` = no body (send ``content=b"null"`` for a JSON null).
            content: Body to send as it is.
            headers: Further header fields.
            endpoint: Whose concurrency limit counts; see :class:`BudgetKey`.
            reserved: Whether the quota's share for incremental work may be used.
            timeout_s: Longest duration of one attempt in seconds; ``None`` = the profile's.
            into: Takes the body of a successful answer piece by piece, and is restarted when it is asked for again; the
                answer has none then. Bounded by what it takes, and not by the profile's ``max_body_bytes``.

        Raises:
            WriteNotGrantedError: It would write and may not; nothing was sent.
            TransientError: It still failed after the retries, or may not be repeated.
            PermanentError: The vendor refused it, or the answer is unusable.
            OutcomeUnknownError: It writes, and whether it was done is unknown.
        """
        method = method.upper()
        try:
            target = self._origins.resolve(url, params)
            decision = self._routes.decide(method, target, json, headers)
        except ConnectorError as error:
            error.connection = self.connection
            raise
        fields = {
            "Accept": JSON,
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": self.profile.user_agent or _default_user_agent(),
            **self.profile.headers,
        }
        if json is not None:
            content = orjson.dumps(json, default=_exactly)
            fields["Content-Type"] = JSON
        call = Call(
            method=method,
            target=target,
            route=decision.template,
            writes=decision.writes,
            endpoint=endpoint,
            reserved=reserved,
            cost=decision.cost,
            headers={**fields, **headers} if headers else fields,
            content=content,
            timeout_s=self.profile.total_timeout_s if timeout_s is None else timeout_s,
            into=into,
        )
        return await self._persist(call)

    async def get(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Send a ``GET``; see :meth:`request`."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Send a ``POST``; see :meth:`request`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Send a ``PUT``; see :meth:`request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Send a ``PATCH``; see :meth:`request`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Send a ``DELETE``; see :meth:`request`."""
        return await self.request("DELETE", url, **options)

    def paginate(
        self, paginator: Paginator, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> AsyncGenerator[PagedAnswer, None]:
        """Fetch page after page; the last one says so.

        Args:
            paginator: How to ask for the next page; see :mod:`servicedesk_core.http.paging`.
            method: HTTP method of every page.
            url: Where the first page is.
            options: See :meth:`request`; ``content`` is not repeated.

        Raises:
            ProtocolError: A page is not what the paginator expects, or comes again.
            ConnectorError: See :meth:`request`.
        """
        first = PageRequest(
            method=method,
            url=url,
            params=options.get("params") or {},
            json=options.get("json"),
            headers=options.get("headers") or {},
        )

        async def fetch(page: PageRequest) -> Response:
            asked: RequestOptions = {**options, "params": page.params, "json": page.json, "headers": page.headers}
            return await self.request(page.method, page.url, **asked)

        return run_pages(paginator, first, fetch)

    def reset_authentication(self) -> None:
        """Allow requests again after the vendor rejected the credentials, for a deliberate new try."""
        self._sender.rejected = None

    async def aclose(self) -> None:
        """Close all connections. Safe to call twice."""
        await self._sender.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<HttpClient {self.connection} {self._origins.base_url}>"

    async def _persist(self, call: Call) -> Response:
        """Attempt the call as often as the profile and its nature allow."""
        attempts = 0

        async def attempt() -> Response:
            nonlocal attempts
            attempts += 1
            return await self._sender.attempt(call, attempts)

        def announce(error: BaseException, number: int, wait_s: float) -> None:
            code = error.code if isinstance(error, ServiceDeskError) else None
            self._sender.tell("retry", call, number, wait_s=wait_s, error=code)

        may_repeat = functools.partial(_may_repeat, call)
        after_write = was_taken()
        try:
            return await retrying(self.profile.retry, self._clock, may_repeat, announce)(attempt)
        except ConnectorError as error:
            error.after_write = after_write
            raise


def _may_repeat(call: Call, error: BaseException) -> bool:
    """Return whether a request may be sent again: reads when the error is transient, writes when nothing was sent."""
    if not isinstance(error, TransientError) or isinstance(error, CircuitOpenError):
        return False
    return not call.writes or isinstance(error.__cause__, WireError)


def _exactly(value: object) -> orjson.Fragment:
    """Return an amount as the digits that it has: a float would not keep them."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    raise TypeError(f"a {type(value).__name__} is no JSON")


@functools.cache
def _default_user_agent() -> str:
    try:
        return f"servicedesk/{importlib.metadata.version('servicedesk-core')}"
    except importlib.metadata.PackageNotFoundError:
        return "servicedesk"
