"""The sandbox as an ASGI application with Python methods for tests."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from servicedesk_autotask.sandbox import faults
from servicedesk_autotask.sandbox.callouts import Callouts
from servicedesk_autotask.sandbox.clock import DeskClock
from servicedesk_autotask.sandbox.desk import Desk
from servicedesk_autotask.sandbox.life import Life
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_autotask.sandbox.recorder import Recorder
from servicedesk_autotask.sandbox.seed import seed_desk
from servicedesk_autotask.sandbox.store import Store
from servicedesk_autotask.sandbox.values import format_instant, parse_instant
from servicedesk_autotask.sandbox.vendor import Vendor
from servicedesk_autotask.sandbox.web import ticket_page
from servicedesk_core.sandboxing import Request, Response, Script
from servicedesk_core.sandboxing import faults as kit
from servicedesk_core.sandboxing.asgi import Receive, Scope, Send, read_request, send_response
from servicedesk_core.sandboxing.steering import Act, steered


class Sandbox:
    """A stand-in of the vendor's REST API; the instance is the ASGI application.

    Args:
        options: Credentials, limits and seed; the desk is seeded at once.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self.store = Store(self.options.state)
        self.recorder = Recorder()
        self._script = Script(faults.KINDS)
        self._prepare()
        if self.store.meta("now") is None:
            self.seed()
        else:
            self.desk.clock.catch_up(parse_instant(self.store.meta("now") or ""))

    def _prepare(self) -> None:
        self.desk = Desk(self.store, DeskClock(self.options.now), self.options)
        self.callouts = Callouts(self.desk)
        self.life = Life(self.desk)
        self.vendor = Vendor(self.desk, self.options, self.recorder)

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {
            "zone_url": url,
            "username": self.options.username,
            "secret": self.options.secret,
            "integration_code": self.options.integration_code,
        }

    def seed(self) -> None:
        """Forget every row and seed the desk again."""
        with self.store.lock:
            self.store.clear()
            seed_desk(self.store, self.options, self.desk.clock.now())
            self._note_time()

    def advance(self, hours: float) -> dict[str, int]:
        """Let the desk live on: new tickets, changes, notes, time and completions.

        Returns:
            What happened, counted by kind.
        """
        with self.store.lock:
            counts = self.life.advance(hours)
            self._note_time()
        return counts

    def change_list(self, name: str, value: int, label: str | None) -> None:
        """Let the tenant change one of its lists.

        Args:
            name: The list, for example ``Tickets.status``.
            value: The value.
            label: Its new word; ``None`` takes the value away, ``(retired)`` keeps it for old records only.
        """
        self.store.lists.setdefault(name, {})[str(value)] = label

    def faults(self, entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Replace the fault script; return how many entries it has."""
        self._script.load(faults.entries_of(entries))
        return {"faults": len(self._script.faults)}

    def state(self) -> dict[str, Any]:
        """Counters, limits and the log of writes."""
        return {
            "now": format_instant(self.desk.clock.now()),
            "tickets": self.store.count("Tickets"),
            "requests": dict(self.recorder.requests),
            "statuses": dict(self.recorder.statuses),
            "max_concurrency": dict(self.vendor.threads.highest),
            "threshold": self.vendor.threshold.count,
            "auth_failures": self.vendor.gate.failures,
            "writes": [{k: v for k, v in one.items() if k != "before"} for one in self.recorder.writes],
            "faults": [
                {"kind": fault.kind, "path": fault.path, "seen": fault.seen, "fired": fault.fired}
                for fault in self._script.faults
            ],
        }

    def reset(self, *, reseed: bool = True) -> None:
        """Forget faults, counters and limits; seed the desk again unless told otherwise."""
        self._script.load([])
        self.recorder.forget()
        self.store.lists.clear()
        if reseed:
            self.callouts.close()
            self._prepare()
            self.seed()
        else:
            self.vendor = Vendor(self.desk, self.options, self.recorder)

    def now(self) -> datetime:
        """The desk's present instant."""
        return self.desk.clock.now()

    def close(self) -> None:
        """Call nobody any more, and release the state file."""
        self.callouts.close()
        self.store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        request = await read_request(scope, receive)
        first = request.segments[0].lower() if request.segments else ""
        if first == "sandbox":
            await send_response(steered(request, self._routes()), send, self.now())
        elif first == "mvc":
            await send_response(ticket_page(self.store, request), send, self.now())
        else:
            await self._vendor_call(request, receive, send)

    def _routes(self) -> dict[str, Act]:
        return {
            "GET state": lambda _: self.state(),
            "POST advance": lambda body: self.advance(float((body or {}).get("hours", 1))),
            "POST faults": lambda body: self.faults(body or []),
            "POST callouts": self._play,
            "POST reset": self._reset,
        }

    def _play(self, body: Any) -> dict[str, int]:
        self.callouts.play(str((body or {}).get("kind")), int((body or {}).get("times", 1)))
        return {"callouts": len(self.callouts.delivered)}

    def _reset(self, body: Any) -> dict[str, int]:
        self.reset(reseed=bool((body or {}).get("reseed", True)))
        return {"tickets": self.store.count("Tickets")}

    async def _vendor_call(self, request: Request, receive: Receive, send: Send) -> None:
        fault = self._script.pick(request)
        if fault is None:
            await self._send(await self.vendor.handle(request), send)
            return
        if fault.kind == "drop_before":
            await kit.drop(send)
            return
        if fault.kind == "noisy_client":
            self.vendor.threshold.add(fault.more.get("requests", 1000))
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = faults.instead(fault, self._last_page(request))
        if response is None:
            response = await self.vendor.handle(request, rule=faults.workflow(fault))
        if not await kit.lose(fault, response, receive, send, self.now()):
            await self._send(response, send)

    async def _send(self, response: Response, send: Send) -> None:
        self.recorder.statuses[str(response.status)] += 1
        await send_response(response, send, self.now())

    def _last_page(self, request: Request) -> bytes | None:
        lowered = [segment.lower() for segment in request.segments]
        pages = {name.lower(): page for name, page in self.recorder.last_page.items()}
        return next((pages[segment] for segment in lowered if segment in pages), None)

    def _note_time(self) -> None:
        self.store.set_meta("now", format_instant(self.desk.clock.now()))
