"""Routes that steer the sandbox itself; only the machine itself may use them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson

from servicedesk_dell.sandbox.http import Request, Response, json_response

if TYPE_CHECKING:
    from servicedesk_dell.sandbox.app import Sandbox


def answer(sandbox: Sandbox, request: Request) -> Response:
    """Answer one call below `/sandbox`."""
    if not _is_loopback(request.peer):
        return json_response({"error": "only on loopback"}, 403)
    routes: dict[str, Callable[[Any], Any]] = {
        "GET state": lambda _: sandbox.state(),
        "GET claims": lambda _: sandbox.claims.since(sandbox.beginning),
        "POST advance": lambda body: sandbox.advance(float((body or {}).get("hours", 1))),
        "POST faults": lambda body: _faults(sandbox, body),
        "POST deny": lambda body: sandbox.deny(body["code"], body.get("reason", "")),
        "POST say": lambda body: sandbox.say(body["code"], body["status"]),
        "POST reset": lambda _: sandbox.reset(),
    }
    act = f"{request.method} {request.path.strip('/').partition('/')[2].lower()}"
    if act not in routes:
        return json_response({"error": f"unknown; known are {sorted(routes)}"}, 404)
    try:
        return json_response(routes[act](orjson.loads(request.body) if request.body else None))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return json_response({"error": str(error)}, 400)


def _faults(sandbox: Sandbox, body: Any) -> dict[str, int]:
    sandbox.faults(body or [])
    return {"faults": len(body or [])}


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return peer in {"", "testclient"}
