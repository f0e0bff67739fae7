"""One request and its answer over one connection, which is closed then: nobody keeps a place that he does not use.

h11 takes the bytes apart. What is no HTTP, or larger than it may be, is answered with a status and nothing else.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qsl, urlsplit

import h11

MOST_HEADER_BYTES: Final = 16_384
MOST_HEADERS: Final = 100
MOST_BODY_BYTES: Final = 1_048_576
_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What came. Its text shows none of it.

    Attributes:
        method: HTTP method.
        path: Path, as it was sent.
        query: Parameters, decoded.
        headers: Header fields by lower-case name; several of one name are joined with ``, ``.
        body: The raw body; ``None`` when it was larger than :data:`MOST_BODY_BYTES`, or nothing
            answers there.
        client: Address of whoever sent it, as far as it is known.
    """

    method: str
    path: str = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    client: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        status: HTTP status.
        body: The body.
        content_type: Its media type.
        headers: Further header fields.
    """

    status: HTTPStatus
    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND: Final = Answer(HTTPStatus.NOT_FOUND)


class Route(Protocol):
    """Answers requests below one prefix; what it raises is answered with 500."""

    async def expects(self, path: str) -> bool:
        """Whether something answers at a path; else no body is read for it, and nothing is held of it."""

    async def answer(self, request: Request) -> Answer:
        """Answer a request."""


async def exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    route: Route,
    client: Callable[[Mapping[str, str]], str],
) -> None:
    """Read one request, answer it, and say that the connection ends.

    Args:
        reader: Where it comes from.
        writer: Where the answer goes.
        route: Answers it.
        client: Returns whose request it is, given its header fields.

    Raises:
        OSError: Whoever called is gone.
    """
    wire = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEADER_BYTES)
    try:
        request = await _request(wire, reader, writer, route, client)
        if request is None:
            return
        found = await route.answer(request)
    except h11.RemoteProtocolError as error:
        if wire.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        found = Answer(HTTPStatus(error.error_status_hint))
    await _send(wire, writer, found)


async def _request(
    wire: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    route: Route,
    client: Callable[[Mapping[str, str]], str],
) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    is_larger = False
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            if head is not None and wire.they_are_waiting_for_100_continue:
                writer.write(wire.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            wire.receive_data(await reader.read(_PIECE))
        elif isinstance(event, h11.Request):
            head = event
            if len(head.headers) > MOST_HEADERS:
                raise h11.RemoteProtocolError("too many header fields", error_status_hint=431)
            is_larger = _declared(head) > MOST_BODY_BYTES or not await route.expects(_target(head).path)
        elif isinstance(event, h11.Data):
            body += event.data
            is_larger = is_larger or len(body) > MOST_BODY_BYTES
        elif isinstance(event, h11.ConnectionClosed):
            return None
        if head is not None and (is_larger or isinstance(event, h11.EndOfMessage)):
            return _made(head, None if is_larger else bytes(body), client)


def _declared(head: h11.Request) -> int:
    value = next((value for name, value in head.headers if name == b"content-length"), b"0")
    return int(value)


def _target(head: h11.Request) -> SplitResult:
    try:
        return urlsplit(head.target.decode("ascii"))
    except ValueError:
        raise h11.RemoteProtocolError("no target") from None


def _made(head: h11.Request, body: bytes | None, client: Callable[[Mapping[str, str]], str]) -> Request:
    headers: dict[str, str] = {}
    for name, value in ((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    parts = _target(head)
    try:
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_HEADERS)
    except ValueError:
        raise h11.RemoteProtocolError("too many parameters") from None
    return Request(head.method.decode("ascii"), parts.path, tuple(query), headers, body, client(headers))


async def _send(wire: h11.Connection, writer: asyncio.StreamWriter, found: Answer) -> None:
    headers = {
        "Content-Length": str(len(found.body)),
        "Connection": "close",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Type": found.content_type} if found.body else {}),
        **found.headers,
    }
    head = h11.Response(status_code=found.status, headers=list(headers.items()), reason=found.status.phrase.encode())
    for event in (head, h11.Data(data=found.body), h11.EndOfMessage()):
        writer.write(wire.send(event) or b"")
    await writer.drain()
