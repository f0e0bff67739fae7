"""Routes below ``/sandbox``: they steer the stand-in itself, and only this machine may use them."""

from collections.abc import Callable, Mapping
from typing import Any

from servicedesk_core.sandboxing.asgi import Request, Response, json_response

Act = Callable[[Any], Any]
"""What a route does: takes the decoded body, returns what JSON can hold."""


def steered(request: Request, routes: Mapping[str, Act]) -> Response:
    """Return the answer to a call below ``/sandbox``.

    Args:
        request: The call.
        routes: By verb and path, such as ``POST faults``.
    """
    if not request.is_local:
        return json_response({"error": "only from this machine"}, 403)
    act = routes.get(f"{request.method} {'/'.join(request.segments[1:]).lower()}")
    if act is None:
        return json_response({"error": f"unknown; known are {sorted(routes)}"}, 404)
    try:
        return json_response(act(request.json()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return json_response({"error": str(error)}, 400)
