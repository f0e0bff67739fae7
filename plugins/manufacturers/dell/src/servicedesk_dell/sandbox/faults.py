"""The fault script: what goes wrong, on which call."""

import asyncio
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from servicedesk_dell.sandbox.http import JSON, XML, Receive, Request, Response, Send

KINDS = frozenset(
    """
    status drop_before drop_after timeout_after_commit truncate slow expired_token refuse
    shuffle leave_out double add
    """.split()  # noqa: SIM905
)
ON_BATCHES = frozenset({"shuffle", "leave_out", "double", "add"})


@dataclass
class Fault:
    """One entry of the script.

    Attributes:
        kind: One of `KINDS`.
        path: Pattern searched in the path, in any casing.
        action: Pattern for the whole SOAP operation; empty matches every call.
        nth: First matching call that fails, counted from 1.
        times: How many calls fail from there; None means all.
        status: Status of `status`.
        body: Body of `status`: a JSON value, or a string sent as it is (as XML when it begins with one).
        headers: Headers of `status`.
        seconds: Duration of `slow` and `timeout_after_commit`.
        reason: Words of `refuse`, which answers 200 with a ValidationError.
    """

    kind: str
    path: str = ""
    action: str = ""
    nth: int = 1
    times: int | None = 1
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    reason: str = "The request failed validation."
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known are {', '.join(sorted(KINDS))}")

    def due(self, request: Request) -> bool:
        """Count a call and say whether it fails."""
        if not re.search(self.path, request.path, re.IGNORECASE):
            return False
        if self.action and not re.fullmatch(self.action, request.action, re.IGNORECASE):
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
        """Replace the script."""
        self.faults = [Fault(**entry) for entry in entries]

    def pick(self, request: Request) -> Fault | None:
        """The fault that this call meets; every matching entry counts the call."""
        due = [fault for fault in self.faults if fault.due(request)]
        return due[0] if due else None


def instead(fault: Fault) -> Response:
    """The answer of `status`."""
    raw = fault.body.encode() if isinstance(fault.body, str) else orjson.dumps(fault.body or {})
    kind = XML if raw.lstrip()[:1] == b"<" else JSON
    return Response(fault.status, raw, kind, headers=dict(fault.headers))


def spoil(fault: Fault, response: Response) -> Response:
    """A batch answer with its rows in disorder, missing, doubled or with a stranger."""
    rows = orjson.loads(response.body)
    if fault.kind == "shuffle":
        random.Random(7).shuffle(rows)  # noqa: S311  not a secret
        rows.reverse()
    elif fault.kind == "leave_out":
        rows = rows[1:]
    elif fault.kind == "double":
        rows = [*rows, *rows]
    else:
        rows = [{"id": 1, "serviceTag": "STRANG3", "invalid": False, "duplicated": False, "entitlements": []}, *rows]
    return Response(response.status, orjson.dumps(rows))


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
    await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
    await drop(send, flush=True)
