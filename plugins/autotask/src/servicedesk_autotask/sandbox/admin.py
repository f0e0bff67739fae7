"""Routes that steer the sandbox itself; only the machine itself may use them."""

from __future__ import annotations

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
        try:
            if act == ("GET", "state"):
                return json_response(self._sandbox.state())
            body: Any = orjson.loads(request.body) if request.body else None
            if act == ("POST", "advance"):
                return json_response(self._sandbox.advance(float((body or {}).get("hours", 1))))
            if act == ("POST", "faults"):
                self._sandbox.faults(body or [])
                return json_response({"faults": len(body or [])})
            if act == ("POST", "reset"):
                self._sandbox.reset(reseed=bool((body or {}).get("reseed", True)))
                return json_response({"tickets": self._sandbox.store.count("Tickets")})
        except (ValueError, TypeError, AttributeError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response({"error": "unknown admin route"}, 404)


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return peer in {"", "testclient"}
