"""The client that connectors use: one per vendor interface, safe to call concurrently."""

import asyncio
import functools
import importlib.metadata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode, urljoin

import orjson

from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NetworkError,
    OutcomeUnknownError,
    ProtocolError,
    RateLimitedError,
    ServiceDeskError,
    TransientError,
    VendorTimeoutError,
    VendorUnavailableError,
)
from servicedesk_core.http.breaker import CircuitBreaker, CircuitOpenError
from servicedesk_core.http.classify import Classifier
from servicedesk_core.http.paging import PagedAnswer, PageRequest, Paginator, run_pages
from servicedesk_core.http.policy import HttpProfile
from servicedesk_core.http.response import Response
from servicedesk_core.http.retry import retrying
from servicedesk_core.http.tracing import TraceEvent, TraceHook
from servicedesk_core.http.urls import Origins, Params, RouteTable, Target
from servicedesk_core.http.wire import WireAnswer, WireError, WireRequest
from servicedesk_core.ports import BudgetKey, BudgetLedger, Clock
from servicedesk_core.redaction import Redactor

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Backend, Transport

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_VENDOR_IS_DOWN = (NetworkError, VendorTimeoutError, VendorUnavailableError, OutcomeUnknownError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A checked request, ready to be sent any number of times."""

    method: str
    target: Target
    route: str
    writes: bool
    endpoint: str
    reserved: bool
    headers: Mapping[str, str]
    content: bytes | None
    timeout_s: float


class HttpClient:
    """Sends requests within the vendor's quota, the configuration's grants and the profile's limits.

    Each request passes, in this order: write permission, origin check, circuit breaker, budget, credentials,
    exchange, classification; then reads are tried again as the profile says, and writes only when certainly nothing
    was sent. Connections are opened with the first request. Cancelling a request gives its place back.

    After the vendor rejected the credentials, further requests fail at once without being sent, so that retries and
    parallel work can't lock the account; see :meth:`reset_authentication`.

    Args:
        profile: The vendor's interface.
        connection: Name of the connection, for errors and events.
        ledger: Shares the vendor's quota.
        clock: Time.
        grants: What the connection may write.
        redactor: Learns the profile's secrets.
        hooks: Told about every exchange.
        transport: For tests: replaces the network.
        proxy: Proxy URL.
        ca_file: Certificates to trust instead of the public ones.
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
        proxy: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.profile = profile
        self.connection = connection
        self.clock = clock
        self.redactor = redactor or Redactor()
        self.requests_sent = 0
        """Requests that were put on the wire, retries and redirects included."""
        self._ledger = ledger
        self._hooks = tuple(hooks)
        self._origins = Origins(profile.base_url, profile.trusted_origins)
        self._routes = RouteTable(profile.routes, grants)
        self._breaker = CircuitBreaker(profile.breaker, clock, connection)
        self._classifier = Classifier(
            connection=connection,
            rules=profile.rules,
            error_messages=profile.error_messages,
            redactor=self.redactor,
            now=clock.now,
        )
        self._backend_options: dict[str, Any] = {"transport": transport, "proxy": proxy, "ca_file": ca_file}
        self._backend: Backend | None = None
        self._closed = False
        self._quiet_until = 0.0
        self._rejected: AuthenticationError | None = None
        for secret in profile.auth.secrets() if profile.auth else ():
            self.redactor.register(secret)

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
            timeout_s: Longest duration of one attempt; ``None`` = the profile's.

        Raises:
            WriteNotGrantedError: It would write and may not; nothing was sent.
            TransientError: It still failed after the retries, or may not be repeated.
            PermanentError: The vendor refused it, or the answer is unusable.
            OutcomeUnknownError: It writes, and whether it was done is unknown.
        """
        call = self._prepare(
            method.upper(), url, params, json, content, headers, endpoint, reserved=reserved, timeout_s=timeout_s
        )
        attempts = 0

        async def attempt() -> Response:
            nonlocal attempts
            attempts += 1
            return await self._attempt(call, attempts)

        def announce(error: BaseException, number: int, wait_s: float) -> None:
            code = error.code if isinstance(error, ServiceDeskError) else None
            self._tell("retry", call, number, wait_s=wait_s, error=code)

        loop = retrying(self.profile.retry, self.clock, functools.partial(_may_repeat, call), announce)
        return await loop(attempt)

    async def get(self, url: str, **options: Any) -> Response:
        """Send a ``GET``; see :meth:`request`."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> Response:
        """Send a ``POST``; see :meth:`request`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Any) -> Response:
        """Send a ``PUT``; see :meth:`request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: Any) -> Response:
        """Send a ``PATCH``; see :meth:`request`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: Any) -> Response:
        """Send a ``DELETE``; see :meth:`request`."""
        return await self.request("DELETE", url, **options)

    def paginate(
        self,
        paginator: Paginator,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        endpoint: str = "",
        reserved: bool = False,
    ) -> AsyncIterator[PagedAnswer]:
        """Fetch page after page; the last one says so. See :mod:`servicedesk_core.http.paging`."""
        first = PageRequest(method=method, url=url, params=dict(params or {}), json=json, headers=dict(headers or {}))

        async def fetch(page: PageRequest) -> Response:
            return await self.request(
                page.method,
                page.url,
                params=page.params,
                json=page.json,
                headers=page.headers,
                endpoint=endpoint,
                reserved=reserved,
            )

        return run_pages(paginator, first, fetch)

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Send a form to a token endpoint, without credentials, quota and retries; see :class:`AuthSession`."""
        origins = Origins(url)
        call = _Call(
            method="POST",
            target=origins.resolve(url),
            route="(token endpoint)",
            writes=False,
            endpoint="",
            reserved=True,
            headers={
                "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", **headers
            },
            content=urlencode(form).encode(),
            timeout_s=self.profile.total_timeout_s,
        )  # fmt: skip
        response = await self._exchange(call, {}, 1)
        if response.status >= 500 or response.status == 429:  # noqa: PLR2004
            self._raise(self._classifier.error_for(response))
        return response

    def reset_authentication(self) -> None:
        """Allow requests again after the vendor rejected the credentials, for a deliberate new try."""
        self._rejected = None

    async def aclose(self) -> None:
        """Close all connections. Safe to call twice."""
        self._closed = True
        if self._backend is not None:
            backend, self._backend = self._backend, None
            await backend.aclose()

    async def __aenter__(self) -> "HttpClient":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<HttpClient {self.connection} {self._origins.base_url}>"

    def _prepare(
        self,
        method: str,
        url: str,
        params: Params | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        endpoint: str,
        *,
        reserved: bool,
        timeout_s: float | None,
    ) -> _Call:
        try:
            target = self._origins.resolve(url, params)
            decision = self._routes.decide(method, target)
        except ConnectorError as error:
            error.connection = self.connection
            raise
        fields = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": self.profile.user_agent or _user_agent(),
            **self.profile.headers,
        }
        if json is not None:
            content = orjson.dumps(json)
            fields["Content-Type"] = "application/json"
        return _Call(
            method=method,
            target=target,
            route=decision.template,
            writes=decision.writes,
            endpoint=endpoint,
            reserved=reserved,
            headers={**fields, **(headers or {})},
            content=content,
            timeout_s=self.profile.total_timeout_s if timeout_s is None else timeout_s,
        )

    async def _attempt(self, call: _Call, number: int) -> Response:
        """Make one attempt: possibly several exchanges, for redirects and for one renewal of credentials."""
        await self._keep_quiet()
        if self._rejected is not None:
            raise self._rejected_before()
        auth = self.profile.auth
        probe = self._breaker.enter()
        try:
            credentials = dict(await auth.headers(self)) if auth else {}
            response = await self._permitted(call, credentials, number)
            if response.status == 401 and auth and await auth.renew(self, credentials):  # noqa: PLR2004
                credentials = dict(await auth.headers(self))
                response = await self._permitted(call, credentials, number)
            response = await self._follow(call, response, credentials, number)
            error = self._classifier.error_for(response)
            if error is not None:
                raise error
        except ConnectorError as error:
            self._note(error)
            raise
        else:
            self._breaker.succeeded()
            return response
        finally:
            self._breaker.leave(probe=probe)

    async def _follow(self, call: _Call, response: Response, credentials: Mapping[str, str], number: int) -> Response:
        """Follow redirects of plain reads inside the trusted origins; anything else is left to classification."""
        hops = 0
        while response.status in _REDIRECTS and call.method in {"GET", "HEAD"} and "location" in response.headers:
            hops += 1
            if hops > _MOST_REDIRECTS:
                self._raise(ProtocolError(f"{call.method} {call.route} was redirected too often."))
            try:
                target = self._origins.resolve(urljoin(call.target.url, response.headers["location"]))
            except ProtocolError as error:
                error.connection = self.connection
                raise
            call = replace(call, target=target)
            response = await self._permitted(call, credentials, number)
        return response

    async def _permitted(self, call: _Call, credentials: Mapping[str, str], number: int) -> Response:
        """Make one exchange within the budget."""
        key = BudgetKey(self.profile.vendor, self.profile.account, call.endpoint)
        async with await self._ledger.acquire(key, self.profile.budget, reserved=call.reserved):
            return await self._exchange(call, credentials, number)

    async def _exchange(self, call: _Call, credentials: Mapping[str, str], number: int) -> Response:
        backend = self._open_backend()
        sent = len(call.content or b"")
        self._tell("start", call, number, bytes_sent=sent)
        started = self.clock.monotonic()
        self.requests_sent += 1
        answer: WireAnswer | None = None
        failure: str | None = "cancelled"
        try:
            answer = await backend.send(
                WireRequest(
                    method=call.method,
                    url=call.target.url,
                    headers={**call.headers, **credentials},
                    content=call.content,
                    read_timeout_s=min(self.profile.read_timeout_s, call.timeout_s),
                    total_timeout_s=call.timeout_s,
                    watch_send=call.writes,
                )
            )
            failure = None
        except WireError as error:
            failure = error.failure.value
            unusable = self._classifier.error_without_answer(error, call.method, call.route, writes=call.writes)
            raise unusable from error
        finally:
            elapsed_s = self.clock.monotonic() - started
            self._tell(
                "end",
                call,
                number,
                status=answer.status if answer else None,
                elapsed_s=elapsed_s,
                bytes_sent=sent,
                bytes_received=len(answer.content) if answer else 0,
                error=failure,
            )
        return Response(
            answer.status,
            answer.headers,
            answer.content,
            url=call.target.place,
            method=call.method,
            route=call.route,
            elapsed_s=elapsed_s,
            connection=self.connection,
            writes=call.writes,
        )

    async def _keep_quiet(self) -> None:
        """Wait while the vendor wants no requests at all from this connection."""
        left_s = self._quiet_until - self.clock.monotonic()
        if left_s <= 0:
            return
        if left_s > self.profile.retry.max_retry_after_s:
            raise RateLimitedError(
                "The vendor asked to send nothing for a while.", retry_after_s=left_s, connection=self.connection
            )
        await self.clock.sleep(left_s)

    def _note(self, error: ConnectorError) -> None:
        """Draw the conclusions of a failed attempt for the requests that follow."""
        if isinstance(error, CircuitOpenError):
            return
        if isinstance(error, RateLimitedError):
            if error.retry_after_s is not None:
                self._quiet_until = max(self._quiet_until, self.clock.monotonic() + error.retry_after_s)
            return
        if isinstance(error, AuthenticationError):
            self._rejected = error
        if isinstance(error, _VENDOR_IS_DOWN):
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    def _rejected_before(self) -> AuthenticationError:
        assert self._rejected is not None
        known = self._rejected
        return AuthenticationError(
            known.message, hint=known.hint, connection=self.connection, detail="not sent: rejected before"
        )

    def _raise(self, error: ConnectorError | None) -> NoReturn:
        assert error is not None
        error.connection = self.connection
        raise error

    def _open_backend(self) -> "Backend":
        if self._closed:
            message = "The HTTP client was used after it was closed."
            raise RuntimeError(message)
        if self._backend is None:
            from servicedesk_core.http._backend import Backend  # noqa: PLC0415 - loading it costs 100 ms

            self._backend = Backend(
                connect_timeout_s=self.profile.connect_timeout_s,
                max_body_bytes=self.profile.max_body_bytes,
                max_connections=self.profile.max_connections,
                plain=self._origins.all_plain,
                **self._backend_options,
            )
        return self._backend

    def _tell(self, kind: Any, call: _Call, attempt: int, **facts: Any) -> None:
        if not self._hooks:
            return
        event = TraceEvent(
            kind=kind, connection=self.connection, method=call.method, route=call.route, attempt=attempt, **facts
        )
        for hook in self._hooks:
            hook(event)


def _may_repeat(call: _Call, error: BaseException) -> bool:
    """Return whether a request may be sent again: reads when the error is transient, writes when nothing was sent."""
    if not isinstance(error, TransientError) or isinstance(error, CircuitOpenError):
        return False
    return not call.writes or isinstance(error.__cause__, WireError)


@functools.cache
def _user_agent() -> str:
    try:
        return f"servicedesk/{importlib.metadata.version('servicedesk-core')}"
    except importlib.metadata.PackageNotFoundError:
        return "servicedesk"
