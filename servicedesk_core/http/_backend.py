"""The HTTP library: the only module that knows which one it is."""

import asyncio
import functools
import ssl
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from servicedesk_core.http.response import Headers
from servicedesk_core.http.wire import Failure, WireAnswer, WireError, WireRequest
from servicedesk_core.ports import Receiver

Transport = httpx.AsyncBaseTransport
Exchange = Callable[[str, str, bytes, Callable[[], Awaitable[WireAnswer]]], Awaitable[WireAnswer]]

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_SEND_STARTED = "http11.send_request_headers.started"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_PIECE = 1 << 20


@functools.cache
def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Return the TLS settings of the process; building them takes a tenth of a second, so it is done once.

    Args:
        ca_file: Certificates to trust beside the public ones.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _proxy(url: str | None, ca_file: str | None) -> httpx.Proxy | None:
    """Return the proxy; one that is itself reached over TLS shows a certificate as well."""
    if url is None:
        return None
    return httpx.Proxy(url, ssl_context=tls_context(ca_file) if url.lower().startswith("https:") else None)


class Backend:
    """Makes exchanges over a pool of HTTP/1.1 connections; opens nothing before the first one.

    Args:
        connect_timeout_s: Longest wait for a connection.
        max_body_bytes: Largest decoded body.
        max_connections: Connections open at once.
        proxy: URL of a proxy.
        ca_file: Certificates to trust beside the public ones.
        transport: For tests: used instead of the network.
    """

    def __init__(
        self,
        *,
        connect_timeout_s: float,
        max_body_bytes: int,
        max_connections: int = 20,
        proxy: str | None = None,
        ca_file: str | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._transport = transport or httpx.AsyncHTTPTransport(
            verify=tls_context(ca_file),
            trust_env=False,
            proxy=_proxy(proxy, ca_file),
            limits=httpx.Limits(
                max_connections=max_connections, max_keepalive_connections=max_connections, keepalive_expiry=30.0
            ),
        )
        self._can_watch = transport is None
        self._connect_timeout_s = connect_timeout_s
        self._max_body_bytes = max_body_bytes

    async def send(self, wire: WireRequest) -> WireAnswer:
        """Make one exchange.

        Raises:
            WireError: There is no usable answer.
        """
        progress = _Progress(wire.is_too_late, sent=not (wire.watch_send and self._can_watch))
        silence = wire.read_timeout_s
        extensions: dict[str, Any] = {
            "timeout": {
                "connect": self._connect_timeout_s, "read": silence, "write": silence, "pool": wire.total_timeout_s,
            },
        }  # fmt: skip
        if wire.watch_send:
            extensions["trace"] = progress.watch
        try:
            fields = [(name.encode("ascii"), value.encode()) for name, value in wire.headers.items()]
            request = httpx.Request(wire.method, wire.url, headers=fields, content=wire.content, extensions=extensions)
            async with asyncio.timeout(wire.total_timeout_s):
                return await self._exchange(request, wire.into)
        except TimeoutError as error:
            reason = f"no complete answer within {wire.total_timeout_s:g} s"
            raise WireError(Failure.TIMEOUT, reason, maybe_sent=progress.sent) from error
        except httpx.PoolTimeout as error:
            raise WireError(Failure.TIMEOUT, "no free connection in time", maybe_sent=False) from error
        except httpx.ConnectTimeout as error:
            reason = f"no connection within {self._connect_timeout_s:g} s"
            raise WireError(Failure.TIMEOUT, reason, maybe_sent=False) from error
        except httpx.TimeoutException as error:
            raise WireError(Failure.TIMEOUT, f"silence of {silence:g} s", maybe_sent=progress.sent) from error
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError):
            # Without its cause: the library quotes the header field that it refuses, and that may be a secret.
            reason = "an address or header field holds characters that can't be sent"
            raise WireError(Failure.UNSENDABLE, reason, maybe_sent=False) from None
        except _UNSENT as error:
            raise WireError(Failure.CONNECT, _cause(error), maybe_sent=False) from error
        except httpx.TransportError as error:
            raise WireError(Failure.BROKEN, _cause(error), maybe_sent=progress.sent) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def _exchange(self, request: httpx.Request, into: Receiver | None) -> WireAnswer:
        response = await self._transport.handle_async_request(request)
        try:
            headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
            kept = _Kept(self._max_body_bytes)
            if request.method != "HEAD":
                receiver = into if into is not None and response.is_success else kept
                receiver.restart()
                await self._body(response, headers, receiver)
            return WireAnswer(response.status_code, headers, kept.content())
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response, headers: Headers, receiver: Receiver) -> None:
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            message = f"the transport gave {type(stream).__name__} instead of an asynchronous stream"
            raise TypeError(message)
        encoding = headers.get("content-encoding", "identity").strip().lower()
        length = headers.get("content-length", "")
        if isinstance(receiver, _Kept) and length.isdecimal() and int(length) > self._max_body_bytes:
            raise receiver.too_large()
        if encoding in {"gzip", "x-gzip", "deflate"}:
            await self._inflated(stream, receiver)
        elif encoding in {"", "identity"}:
            async for chunk in stream:  # the library itself fails when more or fewer bytes come than were announced
                receiver.write(chunk)
        else:
            raise WireError(Failure.MALFORMED, f"unknown content encoding {encoding[:20]!r}", maybe_sent=True)

    async def _inflated(self, stream: httpx.AsyncByteStream, receiver: Receiver) -> None:
        """Hand on the decompressed body; never expands more than a piece at a time, whatever the ratio."""
        inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
        first = True
        async for chunk in stream:
            data, out = chunk, b""
            while data or len(out) == _PIECE:  # what fills a piece may have more behind it
                try:
                    out = inflater.decompress(data, _PIECE)
                except zlib.error as error:
                    if not first:
                        raise WireError(Failure.MALFORMED, "damaged compressed body", maybe_sent=True) from error
                    inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without the zlib wrapper, as some send
                    first = False
                    continue
                first = False
                receiver.write(out)
                data = inflater.unconsumed_tail
                if inflater.eof and inflater.unused_data:  # a gzip body may have several members
                    data = inflater.unused_data
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
        if not first and not inflater.eof:
            raise WireError(Failure.BROKEN, "compressed body cut off", maybe_sent=True)


class _Kept:
    """Keeps a body in memory, up to a limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.restart()

    def restart(self) -> None:
        self._chunks: list[bytes] = []
        self._left = self._most

    def write(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise self.too_large()
        self._chunks.append(piece)

    def content(self) -> bytes:
        return b"".join(self._chunks)

    def too_large(self) -> WireError:
        return WireError(Failure.TOO_LARGE, f"a body of more than {self._most} bytes", maybe_sent=True)


class ExchangeTransport(httpx.AsyncBaseTransport):
    """Lets a function answer every request, with the network at hand; for recordings and their replay.

    Args:
        exchange: Gets method, URL and body of a request, and a function that asks the network; returns the answer.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._network: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        content = await request.aread()
        answer = await self._exchange(request.method, str(request.url), content, lambda: self._forward(request))
        return httpx.Response(answer.status, headers=list(answer.headers.items()), content=answer.content)

    async def aclose(self) -> None:
        """Close the network's connections."""
        if self._network is not None:
            await self._network.aclose()

    async def _forward(self, request: httpx.Request) -> WireAnswer:
        if self._network is None:
            self._network = httpx.AsyncHTTPTransport(verify=tls_context(), trust_env=False)
        response = await self._network.handle_async_request(request)
        try:
            content = await response.aread()  # decoded, so the fields about its form no longer hold
        finally:
            await response.aclose()
        form = {"content-encoding", "content-length", "transfer-encoding"}
        return WireAnswer(
            response.status_code, Headers((k, v) for k, v in response.headers.items() if k.lower() not in form), content
        )


class _Progress:
    """Notes when bytes of a request start to leave; making the connection may have taken until it was too late."""

    def __init__(self, is_too_late: Callable[[], bool] | None, *, sent: bool) -> None:
        self._is_too_late = is_too_late
        self.sent = sent

    async def watch(self, event: str, info: dict[str, Any]) -> None:
        if event == _SEND_STARTED and info["request"].method != b"CONNECT":  # that is for the proxy alone
            if self._is_too_late is not None and self._is_too_late():
                raise WireError(Failure.TOO_LATE, "its time had passed", maybe_sent=False)
            self.sent = True


def _cause(error: Exception) -> str:
    """Return a short reason; the library's texts hold no URL and no header."""
    text = " ".join(str(error).split())[:120]
    return text or type(error).__name__
