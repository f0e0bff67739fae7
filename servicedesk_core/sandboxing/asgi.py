"""The little of HTTP that a stand-in needs over raw ASGI."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its body read.

    Attributes:
        method: Verb in upper case.
        path: Decoded path, as it was sent else.
        headers: Fields by name in lower case.
        params: The query's names and values, in its order.
        body: The whole body.
        peer: Address of the client.
        scheme: ``http`` or ``https``.
        target_length: Length of path and query as they were sent, in characters.
    """

    method: str
    path: str
    headers: dict[str, str]
    params: tuple[tuple[str, str], ...]
    body: bytes
    peer: str
    scheme: str = "http"
    target_length: int = 0

    @property
    def segments(self) -> tuple[str, ...]:
        """Path without empty segments: doubled and trailing slashes say nothing."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def origin(self) -> str:
        """Base address as the client sees it, without a path."""
        return f"{self.scheme}://{self.headers.get('host', '127.0.0.1')}"

    @property
    def is_local(self) -> bool:
        """Whether the client is on this machine."""
        try:
            return ip_address(self.peer).is_loopback
        except ValueError:
            return False

    def param(self, name: str) -> str | None:
        """Return one parameter of the query, whatever the case of its name; ``None`` when it is missing."""
        return next((value for key, value in self.params if key.lower() == name.lower()), None)

    def form(self) -> dict[str, str] | None:
        """Return the fields of a form by name in lower case; ``None`` when the body is something else."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return None
        fields = parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name.lower(): value for name, value in fields}

    def json(self) -> Any:
        """Return the body as JSON; ``None`` when it is empty.

        Raises:
            ValueError: It is something else.
        """
        return orjson.loads(self.body) if self.body else None


@dataclass(slots=True)
class Response:
    """One answer.

    Attributes:
        status: Status code.
        body: The whole body.
        content_type: What it is.
        headers: Further fields.
        stream: The body in pieces, of a length that nobody is told; replaces ``body``.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None


class Refusal(Exception):  # noqa: N818  # the word of the trade
    """Ends a call with an answer.

    Args:
        response: The answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(str(response.status))
        self.response = response


def json_response(value: Any, status: int = 200, **headers: str) -> Response:
    """Return an answer with a JSON body.

    Args:
        value: What orjson can write.
        status: Status code.
        headers: Further fields; underscores in their names stand for hyphens.
    """
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
        params=tuple(parse_qsl(query, keep_blank_values=True)),
        body=b"".join(chunks),
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
        scheme=scope.get("scheme", "http"),
        target_length=len(scope.get("raw_path") or scope["path"]) + 1 + len(query),
    )


async def send_response(response: Response, send: Send, at: datetime, *, cut: bool = False) -> None:
    """Send an answer.

    Args:
        response: The answer.
        send: Where to.
        at: The vendor's present instant in UTC: the ``date`` of an answer that has none of its own.
        cut: Promise the whole body, and send half of it.
    """
    fields = {"content-type": response.content_type, "date": format_datetime(at, usegmt=True)}
    if response.stream is None:
        fields["content-length"] = str(len(response.body))
    fields |= {key.lower(): value for key, value in response.headers.items()}
    headers = [(key.encode(), value.encode()) for key, value in fields.items()]
    body = response.body[: len(response.body) // 2] if cut else response.body
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.stream is not None:
        async for piece in response.stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": body, "more_body": cut})
