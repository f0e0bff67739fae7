"""One attempt of a request: breaker, quota, credentials, exchange, redirects, verdict."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urljoin

import orjson

from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NetworkError,
    OutcomeUnknownError,
    ProtocolError,
    RateLimitedError,
    VendorTimeoutError,
    VendorUnavailableError,
)
from servicedesk_core.http.breaker import CircuitBreaker
from servicedesk_core.http.call import Call
from servicedesk_core.http.classify import Classifier
from servicedesk_core.http.counting import note_request
from servicedesk_core.http.deadline import is_too_late, note_taken
from servicedesk_core.http.network import Network
from servicedesk_core.http.policy import HttpProfile
from servicedesk_core.http.quota import Quota
from servicedesk_core.http.response import LOOK_BETWEEN, Response
from servicedesk_core.http.tracing import TraceEvent, TraceHook
from servicedesk_core.http.urls import Origins
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.http.wire import Failure, WireAnswer, WireError, WireRequest
from servicedesk_core.ports import BudgetKey, BudgetLedger, Clock
from servicedesk_core.redaction import Redactor

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Backend, Transport

JSON = "application/json"
_ERRORS = 400
_UNAUTHORIZED = 401
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_VENDOR_IS_DOWN = (NetworkError, VendorTimeoutError, VendorUnavailableError, OutcomeUnknownError)


class Sender:
    """Makes attempts and remembers what they showed: vendor down, quiet wanted, credentials rejected.

    Serves credentials as their :class:`AuthSession`. For the arguments see :class:`HttpClient`.
    """

    def __init__(
        self,
        profile: HttpProfile,
        origins: Origins,
        *,
        connection: str,
        ledger: BudgetLedger,
        clock: Clock,
        redactor: Redactor,
        hooks: Sequence[TraceHook],
        transport: "Transport | None",
        network: Network,
        vendor_time: VendorTime,
    ) -> None:
        self.clock = clock
        self.vendor_time = vendor_time
        self.redactor = redactor
        self.rejected: AuthenticationError | None = None
        self.requests_sent = 0
        self._profile = profile
        self._origins = origins
        self.connection = connection
        self._quota = Quota(ledger, BudgetKey(profile.vendor, profile.account), profile.budget)
        self._hooks = tuple(hooks)
        self._breaker = CircuitBreaker(profile.breaker, clock, connection)
        self._classifier = Classifier(
            connection=connection,
            rules=profile.rules,
            error_messages=profile.error_messages,
            redactor=redactor,
            now=self.vendor_now,
        )
        self._transport = transport
        self._network = network
        self._backend: Backend | None = None
        self._closed = False
        self._quiet_until = 0.0

    async def attempt(self, call: Call, number: int) -> Response:
        """Send a request once and return a successful answer.

        Several exchanges may be needed: for redirects, and for one renewal of the credentials.

        Args:
            call: The request.
            number: Number of the attempt, for trace events.

        Raises:
            ConnectorError: The vendor could not be asked, or did not answer with success.
        """
        await self._pass_gate()
        probe = self._breaker.enter()
        try:
            response = await self._answer(call, number)
            error = self._classifier.error_for(response)
            self._conclude(error)
            if error is not None:
                raise error
            if call.writes:
                note_taken()
        except AuthenticationError as error:
            self.rejected = error
            raise
        finally:
            self._breaker.leave(probe=probe)
        return response

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Send a form to a token endpoint, without credentials and quota; see :class:`AuthSession`."""
        fields = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return await self._token_call("POST", url, None, fields, urlencode(form).encode())

    async def post_json(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
        """Send a document to a token endpoint, without credentials and quota; see :class:`AuthSession`."""
        return await self._token_call("POST", url, None, {"Content-Type": JSON, **headers}, orjson.dumps(body))

    async def get_query(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Ask a token endpoint that takes credentials in its address; see :class:`AuthSession`."""
        return await self._token_call("GET", url, query, headers, None)

    async def _token_call(
        self, method: str, url: str, query: Mapping[str, str] | None, headers: Mapping[str, str], content: bytes | None
    ) -> Response:
        call = Call(
            method=method,
            target=Origins(urljoin(url, "/")).resolve(url, query),
            route="(token endpoint)",
            writes=False,
            endpoint="",
            reserved=True,
            cost=0,
            headers={"Accept": JSON, "Accept-Encoding": "gzip, deflate", **headers},
            content=content,
            timeout_s=self._profile.total_timeout_s,
        )
        await self._pass_gate()
        response = await self._exchange(call, {}, 1)
        error = self._classifier.error_for(response)
        if isinstance(error, VendorUnavailableError | VendorTimeoutError | RateLimitedError):
            self._conclude(error)
            raise error
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        self._closed = True
        if self._backend is not None:
            backend, self._backend = self._backend, None
            await backend.aclose()

    def vendor_now(self) -> datetime:
        """Return the present instant by the vendor's clock as its answers tell it, by ours while none did."""
        return self.vendor_time.now() or self.clock.now()

    def tell(self, kind: Literal["start", "end", "retry"], call: Call, attempt: int, **facts: Any) -> None:
        """Tell the hooks what happened."""
        if self._hooks:
            event = TraceEvent(
                kind=kind, connection=self.connection, method=call.method, route=call.route, attempt=attempt, **facts
            )
            for hook in self._hooks:
                hook(event)

    async def _answer(self, call: Call, number: int) -> Response:
        auth = self._profile.auth
        credentials = dict(await auth.headers(self)) if auth else {}
        response = await self._permitted(call, credentials, number)
        if response.status == _UNAUTHORIZED and auth and await auth.renew(self, credentials):
            credentials = dict(await auth.headers(self))
            response = await self._permitted(call, credentials, number)
        return await self._follow(call, response, credentials, number)

    async def _follow(self, call: Call, response: Response, credentials: Mapping[str, str], number: int) -> Response:
        """Follow redirects of plain reads inside the trusted origins; others are left to the classification."""
        hops = 0
        may_follow = call.method in {"GET", "HEAD"} and not call.writes
        while response.status in _REDIRECTS and may_follow and "location" in response.headers:
            hops += 1
            if hops > _MOST_REDIRECTS:
                raise ProtocolError(
                    f"{call.method} {call.route} was redirected more than {_MOST_REDIRECTS} times.",
                    hint=LOOK_BETWEEN,
                    connection=self.connection,
                )
            try:
                target = self._origins.resolve(urljoin(call.target.url, response.headers["location"]))
            except ProtocolError as error:
                error.connection = self.connection
                raise
            except ValueError:  # of what is not even an address to begin with
                raise ProtocolError(
                    f"{call.method} {call.route} was redirected to a malformed address; nothing was sent there.",
                    hint=LOOK_BETWEEN,
                    connection=self.connection,
                ) from None
            call = replace(call, target=target)
            response = await self._permitted(call, credentials, number)
        return response

    async def _permitted(self, call: Call, credentials: Mapping[str, str], number: int) -> Response:
        """Make one exchange within the budget."""
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(
                    self._quota.permit(call.endpoint, reserved=call.reserved, cost=call.cost)
                )
            except ConnectorError as error:
                error.connection = self.connection
                raise
            # It may have waited long for its place, and others may have been told something meanwhile.
            await self._pass_gate()
            self._breaker.look_again()
            response = await self._exchange(call, credentials, number)
            if response.status >= _ERRORS:
                await self._quota.failed()
        self.vendor_time.note(response.headers, response.elapsed_s)
        return response

    async def _exchange(self, call: Call, credentials: Mapping[str, str], number: int) -> Response:
        wire = WireRequest(
            method=call.method,
            url=call.target.url,
            headers={**call.headers, **credentials},
            content=call.content,
            read_timeout_s=min(self._profile.read_timeout_s, call.timeout_s),
            total_timeout_s=call.timeout_s,
            watch_send=call.writes,
            is_too_late=self._is_too_late if call.writes else None,
            into=call.into,
        )
        backend = self._open_backend()
        if call.writes and self._is_too_late():  # looked at here too: a connection need not be made for it
            raise self._late(call)
        sent = len(call.content or b"")
        self.tell("start", call, number, bytes_sent=sent)
        self.requests_sent += 1
        note_request()
        started = self.clock.monotonic()
        answer: WireAnswer | None = None
        failure: str | None = "cancelled"
        try:
            answer = await backend.send(wire)
            failure = None
        except WireError as error:
            failure = error.failure.value
            if error.failure is Failure.TOO_LATE:
                raise self._late(call) from error
            unusable = self._classifier.error_without_answer(error, call.method, call.route, writes=call.writes)
            self._conclude(unusable)
            raise unusable from error
        finally:
            elapsed_s = self.clock.monotonic() - started
            self.tell(
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

    def _is_too_late(self) -> bool:
        return is_too_late(self.clock.now())

    def _late(self, call: Call) -> VendorTimeoutError:
        return VendorTimeoutError(
            f"{call.method} {call.route} was not sent: its time had passed.",
            hint="The machine slept, or the vendor's quota left no room in time; it is tried again.",
            connection=self.connection,
        )

    async def _pass_gate(self) -> None:
        """Wait while the vendor wants quiet; go no further with credentials that it rejected."""
        await self._keep_quiet()
        self._refuse_rejected()

    async def _keep_quiet(self) -> None:
        """Wait while the vendor wants no requests at all from this connection."""
        while (left_s := self._quiet_until - self.clock.monotonic()) > 0:
            if left_s > self._profile.retry.max_retry_after_s:
                raise RateLimitedError(
                    "The vendor asked for a pause; nothing was sent.",
                    retry_after_s=left_s,
                    connection=self.connection,
                )
            await self.clock.sleep(left_s)

    def _refuse_rejected(self) -> None:
        """Send nothing more with credentials that the vendor rejected: repeated failures lock accounts."""
        if self.rejected is not None:
            raise AuthenticationError(
                self.rejected.message,
                hint=self.rejected.hint,
                connection=self.connection,
                detail="not sent: the credentials were rejected before",
            )

    def _conclude(self, error: ConnectorError | None) -> None:
        """Draw the conclusions for the requests that follow."""
        if isinstance(error, RateLimitedError):
            retry = self._profile.retry
            pause_s = retry.first_wait_s if error.retry_after_s is None else max(error.retry_after_s, retry.min_wait_s)
            self._quiet_until = max(self._quiet_until, self.clock.monotonic() + pause_s)
        if isinstance(error, _VENDOR_IS_DOWN):
            self._breaker.failed(error.message)
        else:
            self._breaker.succeeded()

    def _open_backend(self) -> "Backend":
        if self._closed:
            message = "The HTTP client was used after it was closed."
            raise RuntimeError(message)
        if self._backend is None:
            from servicedesk_core.http._backend import Backend  # noqa: PLC0415 - loading it takes 100 ms

            self._backend = Backend(
                connect_timeout_s=self._profile.connect_timeout_s,
                max_body_bytes=self._profile.max_body_bytes,
                max_connections=self._profile.max_connections,
                proxy=self._network.proxy_for(self._profile.base_url),
                ca_file=self._network.ca_file,
                transport=self._transport,
            )
        return self._backend
