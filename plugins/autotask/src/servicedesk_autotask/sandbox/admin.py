"""Routes that steer the sandbox itself; only the machine itself may use them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson

from servicedesk_autotask.sandbox.http import Request, Response, json_response

if TYPE_CHECKING:
    from servicedesk_autotask.sandbox.app import Sandbox


class Admin:
    """Answers below `/sandbox`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Response:
        """Answer one call."""
        if not _is_loopback(request.peer):
            return json_response({"error": "only on loopback"}, 403)
        act = (request.method, *(segment.lower() for segment in request.segments[1:]))
        routes: dict[tuple[str, ...], Callable[[Any], Any]] = {
            ("GET", "state"): lambda _: self._sandbox.state(),
            ("POST", "advance"): lambda body: self._sandbox.advance(float((body or {}).get("hours", 1))),
            ("POST", "faults"): self._faults,
            ("POST", "reset"): self._reset,
        }
        if act not in routes:
            return json_response({"error": f"unknown; known are {[' '.join(route) for route in routes]}"}, 404)
        try:
            return json_response(routes[act](orjson.loads(request.body) if request.body else None))
        except (ValueError, TypeError, AttributeError) as error:
            return json_response({"error": str(error)}, 400)

    def _faults(self, body: Any) -> dict[str, int]:
        self._sandbox.faults(body or [])
        return {"faults": len(body or [])}

    def _reset(self, body: Any) -> dict[str, int]:
        self._sandbox.reset(reseed=bool((body or {}).get("reseed", True)))
        return {"tickets": self._sandbox.store.count("Tickets")}


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return peer in {"", "testclient"}
