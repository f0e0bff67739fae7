"""A stand-in as an ASGI application: the vendor's answers, the fault script, and routes that steer it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from servicedesk_core.sandboxing import faults as script
from servicedesk_core.sandboxing.asgi import (
    Receive,
    Refusal,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from servicedesk_core.sandboxing.clock import VendorClock
from servicedesk_core.sandboxing.shelf import Shelf
from servicedesk_core.sandboxing.steering import Act, steered

_CLOCK = ("clock", "now")


class StandIn:
    """Base of a stand-in; an instance is the ASGI application.

    A vendor's class overrides :meth:`answer` and :meth:`told`; :meth:`seed` and :meth:`live` where it has data; and
    :meth:`routes`, :meth:`intervene` and :meth:`spoil` where it has more to offer. Below ``/sandbox`` it is steered,
    from this machine only: ``GET state``, ``POST faults``, ``POST advance`` with ``hours``, ``POST reset``, and what
    :meth:`routes` adds.

    Args:
        latency_s: Added to every call of the vendor.
        now: The vendor's present instant; its clock then stands still except for :meth:`advance`. ``None`` = the
            machine's.
        state: File that keeps the shelf and the time between two runs; ``None`` forgets them at the end.

    Attributes:
        kinds: Kinds of faults beside those of the transport.
        clock: The vendor's time.
        shelf: What the vendor knows.
        latency_s: Added to every call of the vendor.
        requests: Calls of the vendor, by verb and name; see :meth:`name_of`.
        most_at_once: Most calls of the vendor that were ever open at the same time.
    """

    kinds: frozenset[str] = frozenset()

    def __init__(self, *, latency_s: float = 0.0, now: datetime | None = None, state: Path | None = None) -> None:
        self.latency_s = latency_s
        self.shelf = Shelf(state)
        self._now = now
        self._set_clock()
        self.requests: Counter[str] = Counter()
        self.most_at_once = 0
        self._calls_open = 0
        self.script = script.Script(self.kinds)

    def answer(self, request: Request) -> Response:
        """Return the vendor's answer; may raise :class:`Refusal`."""
        raise Refusal(json_response({"error": f"{request.path} is not played"}, 404))

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it, by the connector's names: address and credentials.

        Args:
            url: Where it is served, without a path.
        """
        return {"url": url}

    def seed(self) -> None:
        """Fill the empty shelf; called by :meth:`reset`, and by whoever finds it empty at the beginning."""

    def live(self) -> dict[str, int]:
        """Do what happens at the vendor by itself until its present instant; return what happened, counted by kind."""
        return {}

    def advance(self, hours: float) -> dict[str, int]:
        """Let time pass, and return what happened meanwhile."""
        self.clock.move(timedelta(hours=hours))
        self.shelf.put(*_CLOCK, self.clock.now())
        return self.live()

    def reset(self) -> Mapping[str, int] | None:
        """Forget everything, the faults and the counters too; time begins again."""
        self.shelf.clear()
        self._set_clock()
        self.requests.clear()
        self.most_at_once = 0
        self.faults([])
        self.seed()
        return None

    def close(self) -> None:
        """Release what it holds, such as a file."""
        self.shelf.close()

    def _set_clock(self) -> None:
        self.clock = VendorClock(self._now)
        if (kept := self.shelf.get(*_CLOCK)) is not None:
            self.clock.move(max(datetime.fromisoformat(kept) - self.clock.now(), timedelta()))

    def routes(self) -> dict[str, Act]:
        """Return further steering routes by verb and path below ``/sandbox``."""
        return {}

    def intervene(self, fault: script.Fault, request: Request) -> Response | None:
        """Do what a fault of the stand-in's own kinds does before the vendor answers, or instead of it.

        Returns:
            The answer; ``None`` lets the vendor answer.
        """
        del fault, request
        return None

    def spoil(self, fault: script.Fault, response: Response) -> Response:
        """Return an answer as a fault of the stand-in's own kinds changes it."""
        del fault
        return response

    def name_of(self, request: Request) -> str:
        """Return the name under which a call is counted."""
        return f"{request.method} {request.path}"

    def state(self) -> dict[str, Any]:
        """Return counters and how far the script is."""
        return {"requests": dict(self.requests), "most_at_once": self.most_at_once, "faults": self.script.state()}

    def faults(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace the fault script; see :class:`servicedesk_core.sandboxing.faults.Fault`."""
        self.script.load(entries)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        request = await read_request(scope, receive)
        if request.segments[:1] == ("sandbox",):
            await send_response(steered(request, {**self._steering(), **self.routes()}), send, self.clock.now())
            return
        self.requests[self.name_of(request)] += 1
        self._calls_open += 1
        self.most_at_once = max(self.most_at_once, self._calls_open)
        try:
            await self._serve(request, receive, send)
        finally:
            self._calls_open -= 1

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        fault = self.script.pick(request)
        if fault is None:
            await send_response(self._play(request), send, self.clock.now())
        else:
            await self._fail(fault, request, receive, send)

    async def _fail(self, fault: script.Fault, request: Request, receive: Receive, send: Send) -> None:
        if fault.kind == "drop_before":
            await script.drop(send)
            return
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        own = self.intervene(fault, request) if fault.kind in self.kinds else None
        response = script.instead(fault) or own or self._play(request)
        at = self.clock.now()
        if not await script.lose(fault, response, receive, send, at):
            await send_response(self.spoil(fault, response) if fault.kind in self.kinds else response, send, at)

    def _play(self, request: Request) -> Response:
        try:
            return self.answer(request)
        except Refusal as refusal:
            return refusal.response

    def _steering(self) -> dict[str, Act]:
        return {
            "GET state": lambda _: self.state(),
            "POST faults": self._load_faults,
            "POST advance": lambda body: self.advance(float((body or {}).get("hours", 1))),
            "POST reset": lambda _: self.reset() or {},
        }

    def _load_faults(self, body: Any) -> dict[str, int]:
        self.faults(body or [])
        return {"faults": len(self.script.faults)}
