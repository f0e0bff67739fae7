"""The little of HTTP that the sandbox needs over raw ASGI."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes
    peer: str

    @property
    def segments(self) -> tuple[str, ...]:
        """Path without empty segments: doubled and trailing slashes say nothing."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def form(self) -> dict[str, str] | None:
        """Fields of a form body by name in lower case; None when the body is something else."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return None
        return {name.lower(): value for name, value in parse_qsl(self.body.decode("utf-8", "replace"))}


@dataclass
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """An answer with a JSON body; underscores in names of header fields stand for hyphens."""
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status, orjson.dumps(value), headers=fields)


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
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


async def send_response(response: Response, send: Send) -> None:
    """Send an answer."""
    headers = [(b"content-type", response.content_type.encode())]
    headers += [(key.lower().encode(), value.encode()) for key, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
