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
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    headers: dict[str, str]
    params: list[tuple[str, str]]
    body: bytes
    peer: str
    url: str

    def param(self, name: str) -> str:
        """One parameter of the query; empty when it is missing."""
        return next((value for key, value in self.params if key == name), "")

    @property
    def action(self) -> str:
        """The operation that SOAPAction names."""
        return self.headers.get("soapaction", "").strip('"').rpartition("/")[2]


@dataclass
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818  the word of the trade
    """Ends a call with an answer.

    Args:
        response: The answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(str(response.status))
        self.response = response


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
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return Request(
        method=scope["method"].upper(),
        path=scope["path"],
        headers=headers,
        params=parse_qsl(query, keep_blank_values=True),
        body=b"".join(chunks),
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
        url=f"http://{headers.get('host', '127.0.0.1')}{scope['path']}",
    )


async def send_response(response: Response, send: Send) -> None:
    """Send an answer."""
    headers = [(b"content-type", response.content_type.encode())]
    headers += [(key.lower().encode(), value.encode()) for key, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
