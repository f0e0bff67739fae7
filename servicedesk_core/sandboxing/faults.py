"""The fault script: what goes wrong, on which call."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from servicedesk_core.sandboxing.asgi import JSON, XML, Receive, Request, Response, Send, send_response

TRANSPORT = frozenset({"status", "html", "drop_before", "drop_after", "timeout_after_commit", "truncate", "slow"})
"""Faults that every stand-in knows: they need no word of the vendor's."""


@dataclass
class Fault:
    """One entry of the script.

    Attributes:
        kind: One of :data:`TRANSPORT`, or of the kinds that the stand-in adds.
        method: Pattern for the whole verb.
        path: Pattern searched in the path, in any case of letters.
        header: Names of header fields in lower case, each with a pattern searched in its value.
        nth: First matching call that fails, counted from 1.
        times: How many calls fail from there; ``None`` means all.
        status: Status of ``status`` and ``html``.
        body: Body of ``status``: a JSON value, or a text sent as it is (as XML when it begins like one).
        headers: Fields of the answer of ``status``.
        seconds: Duration of ``slow`` and ``timeout_after_commit``.
        more: What only the stand-in's own kinds need.
        seen: Matching calls so far.
        fired: Calls that failed so far.
    """

    kind: str
    method: str = ".*"
    path: str = ""
    header: Mapping[str, str] = field(default_factory=dict)
    nth: int = 1
    times: int | None = 1
    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    more: Mapping[str, Any] = field(default_factory=dict)
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def due(self, request: Request) -> bool:
        """Count a call that matches, and return whether it fails."""
        if not re.fullmatch(self.method, request.method, re.IGNORECASE):
            return False
        if not re.search(self.path, request.path, re.IGNORECASE):
            return False
        if not all(re.search(value, request.headers.get(name, "")) for name, value in self.header.items()):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Script:
    """The faults still to come.

    Args:
        kinds: Kinds that the stand-in knows beside :data:`TRANSPORT`.
    """

    def __init__(self, kinds: Collection[str] = ()) -> None:
        self.faults: list[Fault] = []
        self._kinds = TRANSPORT | set(kinds)

    def load(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace the script.

        Args:
            entries: Fields of :class:`Fault`; ``match`` may hold some of them.

        Raises:
            ValueError: A kind is not known.
            TypeError: A field is not known.
        """
        loaded = []
        for entry in entries:
            plain = {key: value for key, value in entry.items() if key != "match"}
            fault = Fault(**plain, **entry.get("match", {}))
            if fault.kind not in self._kinds:
                known = ", ".join(sorted(self._kinds))
                message = f"unknown fault kind {fault.kind!r}; known are {known}"
                raise ValueError(message)
            loaded.append(fault)
        self.faults = loaded

    def pick(self, request: Request) -> Fault | None:
        """Return the fault that a call meets; every matching entry counts the call."""
        due = [fault for fault in self.faults if fault.due(request)]
        return due[0] if due else None

    def state(self) -> list[dict[str, Any]]:
        """Return how far the script is."""
        return [{"kind": fault.kind, "seen": fault.seen, "fired": fault.fired} for fault in self.faults]


def instead(fault: Fault) -> Response | None:
    """Return the answer that a fault gives without asking the vendor, if it is of that sort."""
    if fault.kind == "status":
        raw = fault.body.encode() if isinstance(fault.body, str) else orjson.dumps(fault.body or {})
        return Response(fault.status, raw, XML if raw.lstrip()[:1] == b"<" else JSON, dict(fault.headers))
    if fault.kind == "html":
        page = b"<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>"
        return Response(fault.status, page, "text/html; charset=utf-8")
    return None


async def lose(fault: Fault, response: Response, receive: Receive, send: Send, at: datetime) -> bool:
    """Lose an answer or cut it off, if that is what a fault does.

    Args:
        fault: The fault.
        response: What the vendor answered; what it did stays done.
        receive: Of the call.
        send: Of the call.
        at: The vendor's present instant, in UTC.

    Returns:
        Whether nothing is left to be sent.
    """
    if fault.kind == "timeout_after_commit":
        await wait_or_hang_up(receive, fault.seconds)
    if fault.kind in {"timeout_after_commit", "drop_after"}:
        await drop(send)
        return True
    if fault.kind == "truncate":
        await send_response(response, send, at, cut=True)
        await drop(send, flush=True)
        return True
    return False


async def wait_or_hang_up(receive: Receive, seconds: float) -> None:
    """Wait, but no longer than the client does."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return


async def drop(send: Send, *, flush: bool = False) -> None:
    """Cut the connection.

    Args:
        send: Of the call.
        flush: Let go out what was sent so far.

    Raises:
        ConnectionResetError: The server is not one whose connection can be cut.
    """
    # ASGI has no way to hang up, so take the transport of the server's own request object.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        message = "the sandbox dropped the connection"
        raise ConnectionResetError(message)
    if flush:
        transport.close()
    else:
        transport.abort()
    await asyncio.sleep(0.01)
