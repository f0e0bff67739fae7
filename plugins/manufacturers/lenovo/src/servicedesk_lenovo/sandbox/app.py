"""The sandbox: the vendor's interface, its fault script, and routes that steer it."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import orjson

from servicedesk_lenovo.sandbox import faults as script
from servicedesk_lenovo.sandbox.http import (
    Receive,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from servicedesk_lenovo.sandbox.options import SandboxOptions
from servicedesk_lenovo.sandbox.vendor import Vendor


class Sandbox:
    """A stand-in of the vendor's Support API; the instance is the ASGI application.

    Args:
        options: Credentials, limits and fleet.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self.vendor = Vendor(self.options)
        self._script = script.Script()

    def faults(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace the fault script."""
        self._script.load(entries)

    def advance(self, hours: float) -> dict[str, int]:
        """Let time pass: hidden cases show up, parts are sent, old cases are closed.

        Returns:
            What happened, counted by kind.
        """
        self.vendor.clock.move(timedelta(hours=hours))
        self.vendor.left = self.options.requests_allowed
        return self.vendor.cases.live(self.vendor.clock.now())

    def state(self) -> dict[str, Any]:
        """Counters, cases and what is left of the script."""
        return {
            "now": self.vendor.clock.now().isoformat(),
            "devices": len(self.vendor.fleet),
            "requests": dict(self.vendor.requests),
            "cases": [case.record for case in self.vendor.cases.cases],
            "faults": [{"kind": one.kind, "seen": one.seen, "fired": one.fired} for one in self._script.faults],
        }

    def reset(self) -> None:
        """Forget cases, counters and faults."""
        self.vendor = Vendor(self.options)
        self._script.load([])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        request = await read_request(scope, receive)
        if request.segments[:1] == ("sandbox",):
            await send_response(self._steer(request), send)
            return
        if self.options.latency_s:
            await asyncio.sleep(self.options.latency_s)
        fault = self._script.pick(request)
        if fault is None:
            await send_response(self.vendor.handle(request), send)
            return
        if fault.kind == "drop_before":
            await script.drop(send)
            return
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = script.instead(fault) or self.vendor.handle(request)
        if fault.kind == "timeout_after_commit":
            await script.wait_or_hang_up(receive, fault.seconds)
        if fault.kind in {"timeout_after_commit", "drop_after"}:
            await script.drop(send)
        elif fault.kind == "truncate":
            await script.truncate(response, send)
        else:
            if fault.kind in script.ROWS:
                response.body = script.spoil_rows(fault.kind, response.body)
            await send_response(response, send)

    def _steer(self, request: Request) -> Response:
        if not _is_loopback(request.peer):
            return json_response({"error": "only on loopback"}, 403)
        try:
            body = orjson.loads(request.body) if request.body else {}
            done = self._act((request.method, *request.segments[1:]), body)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response(
            {"error": "there is nothing of that kind"} if done is None else done, 404 if done is None else 200
        )

    def _act(self, route: tuple[str, ...], body: Any) -> dict[str, Any] | None:
        done: dict[str, Any] | None = None
        match route:
            case ("GET", "state"):
                done = self.state()
            case ("POST", "advance"):
                done = self.advance(float(body.get("hours", 1)))
            case ("POST", "faults"):
                self.faults(body or [])
                done = {"faults": len(body)}
            case ("POST", "reset"):
                self.reset()
                done = {"devices": len(self.vendor.fleet)}
            case ("POST", "cases", number):
                changed = self.vendor.cases.set_status(number, str(body["status"]), self.vendor.clock.now())
                done = {"status": body["status"]} if changed else None
            case _:
                pass
        return done


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
