"""The little of HTTP that the sandbox needs over raw ASGI."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes
    scheme: str
    peer: str
    target_length: int = 0

    @property
    def segments(self) -> tuple[str, ...]:
        """Path without empty segments: doubled and trailing slashes say nothing."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def origin(self) -> str:
        """Base address as the client sees it."""
        return f"{self.scheme}://{self.headers.get('host', '127.0.0.1')}"


@dataclass
class Response:
    """One answer; `stream` replaces `body` when given."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None


def json_response(value: Any, status: int = 200) -> Response:
    """An answer with a JSON body."""
    return Response(status, orjson.dumps(value))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a request completely."""
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    query = scope["query_string"].decode("latin-1")
    return Request(
        method=scope["method"].upper(),
        path=scope["path"],
        headers={key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]},
        params={key.lower(): value for key, value in parse_qsl(query, keep_blank_values=True)},
        body=b"".join(chunks),
        scheme=scope.get("scheme", "http"),
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
        target_length=len(scope.get("raw_path") or scope["path"]) + 1 + len(query),
    )


async def send_response(response: Response, send: Send) -> None:
    """Send an answer."""
    headers = [(b"content-type", response.content_type.encode())]
    headers += [(key.lower().encode(), value.encode()) for key, value in response.headers.items()]
    if response.stream is None and "content-length" not in response.headers:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.stream is not None:
        async for chunk in response.stream:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": response.body})
