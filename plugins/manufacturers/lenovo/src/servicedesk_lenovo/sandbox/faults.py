"""The fault script: what goes wrong, on which call."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from servicedesk_lenovo.sandbox.http import Receive, Request, Response, Send

ROWS = frozenset({"missing_row", "doubled_row", "added_row"})
KINDS = ROWS | {"status", "html", "drop_before", "drop_after", "timeout_after_commit", "truncate", "slow"}


@dataclass
class Fault:
    """One entry of the script.

    Attributes:
        kind: One of `KINDS`. Faults of rows change an answer that is a list.
        method: Pattern for the whole verb.
        path: Pattern searched in the path, in any casing.
        nth: First matching call that fails, counted from 1.
        times: How many calls fail from there; None means all.
        status: Status of `status` and `html`.
        body: Body of `status`: a JSON value, or a string sent as it is.
        headers: Headers of `status`.
        seconds: Duration of `slow` and `timeout_after_commit`.
    """

    kind: str
    method: str = ".*"
    path: str = ""
    nth: int = 1
    times: int | None = 1
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known are {', '.join(sorted(KINDS))}")

    def due(self, request: Request) -> bool:
        """Count a call and say whether it fails."""
        if not re.fullmatch(self.method, request.method, re.IGNORECASE):
            return False
        if not re.search(self.path, request.path, re.IGNORECASE):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Script:
    """The faults still to come."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def load(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace the script; `match` may hold `method` and `path`."""
        loaded = []
        for entry in entries:
            plain = {key: value for key, value in entry.items() if key != "match"}
            loaded.append(Fault(**plain, **entry.get("match", {})))
        self.faults = loaded

    def pick(self, request: Request) -> Fault | None:
        """The fault that this call meets; every matching entry counts the call."""
        due = [fault for fault in self.faults if fault.due(request)]
        return due[0] if due else None


def instead(fault: Fault) -> Response | None:
    """The answer that a fault gives without asking the vendor, if it is of that sort."""
    if fault.kind == "status":
        raw = fault.body.encode() if isinstance(fault.body, str) else orjson.dumps(fault.body or {})
        return Response(fault.status, raw, headers=dict(fault.headers))
    if fault.kind == "html":
        page = b"<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>"
        return Response(fault.status, page, "text/html; charset=utf-8")
    return None


def spoil_rows(kind: str, body: bytes) -> bytes:
    """A list with its first row left out, sent twice, or followed by one that nobody asked for."""
    rows = orjson.loads(body)
    if not isinstance(rows, list) or not rows:
        return body
    if kind == "missing_row":
        rows = rows[1:]
    elif kind == "doubled_row":
        rows = [*rows, rows[0]]
    else:
        rows = [{**rows[0], "Serial": "PF9STRAY"}, *rows]
    return orjson.dumps(rows)


async def wait_or_hang_up(receive: Receive, seconds: float) -> None:
    """Wait, but no longer than the client does."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return


async def drop(send: Send, *, flush: bool = False) -> None:
    """Cut the connection without an answer."""
    # ASGI has no way to hang up, so take the transport of the server's own request object.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox dropped the connection")
    if flush:
        transport.close()
    else:
        transport.abort()
    await asyncio.sleep(0.01)


async def truncate(response: Response, send: Send) -> None:
    """Send half of an answer and cut the connection."""
    size = str(len(response.body)).encode()
    headers = [(b"content-type", response.content_type.encode()), (b"content-length", size)]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    half = response.body[: len(response.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await drop(send, flush=True)
