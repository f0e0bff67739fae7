"""The vendor's gateway: a token for an hour, one device a question."""

import re
import uuid
from typing import Any

import orjson

from servicedesk_core.sandboxing import (
    ClientCredentials,
    Fault,
    Refusal,
    Request,
    Response,
    StandIn,
    json_response,
)
from servicedesk_hpe.sandbox.fleet import Fleet
from servicedesk_hpe.sandbox.options import SandboxOptions

_TOKEN = ("apigwext", "services", "oauth", "token")
_CHECK = ("apigwext", "support", "entitlement", "v1", "warrantycheck")
_GRANT = re.compile(rb'(^|&)grant_type=client_credentials(&|$)|name="grant_type"\r\n\r\n"?client_credentials"?\r\n')
_LIST = "entitlementBySnPnInstanceHSLList"


class Sandbox(StandIn):
    """A stand-in of the vendor's Warranty Check; the instance is the ASGI application.

    Args:
        options: Credentials, limits and fleet.
    """

    kinds = frozenset({"missing_row", "doubled_row", "added_row", "expired_token"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {"url": url, "client_id": self.options.client_id, "client_secret": self.options.client_secret}

    def seed(self) -> None:
        """Begin with the fleet, no token and the whole quota."""
        self.fleet = Fleet(self.options, self.clock.now())
        self.tokens = ClientCredentials(
            self.options.client_id, self.options.client_secret, self.options.token_lifetime_s
        )
        self.left = self.options.requests_allowed

    def live(self) -> dict[str, int]:
        """Give the quota back."""
        self.left = self.options.requests_allowed
        return {}

    def state(self) -> dict[str, Any]:
        """Return counters, the vendor's time and how far the script is."""
        return super().state() | {"now": self.clock.now().isoformat(), "devices": len(self.fleet)}

    def name_of(self, request: Request) -> str:
        """Count token requests and questions."""
        return "token" if request.path.lower().endswith("/token") else "warrantyCheck"

    def answer(self, request: Request) -> Response:
        """Return the gateway's answer."""
        lowered = tuple(segment.lower() for segment in request.segments)
        if lowered == _TOKEN:
            return self._token(request)
        if lowered[: len(_CHECK)] != _CHECK or len(lowered) not in {6, 7}:
            return json_response({"message": "no Route matched with those values"}, 404)
        if request.method != "GET":
            return json_response({"message": "Method not allowed"}, 405)
        self._admit(request)
        serial, *product = request.segments[len(_CHECK) :]
        found = self.fleet.find(
            serial,
            product[0] if product else None,
            self.clock.now(),
            country=request.param("cc"),
            with_expired=request.param("includeExpired") == "true",
            with_highest=request.param("hsl") != "false",
        )
        if not found:
            return json_response({"id": "300", "idClass": "DataNotFound", "message": "No data found"}, 404)
        return json_response({_LIST: [{"log_tracking_id": str(uuid.uuid4())} | one for one in found]})

    def intervene(self, fault: Fault, request: Request) -> Response | None:
        """End every token before the call is answered."""
        del request
        if fault.kind == "expired_token":
            self.tokens.expire_all()
        return None

    def spoil(self, fault: Fault, response: Response) -> Response:
        """Leave out the first row of an answer, send it twice, or put a stranger before it."""
        if fault.kind == "expired_token":
            return response
        answer = orjson.loads(response.body)
        rows = answer.get(_LIST)
        if not rows:
            return response
        if fault.kind == "missing_row":
            rows = rows[1:]
        elif fault.kind == "doubled_row":
            rows = [*rows, rows[0]]
        else:
            rows = [{**rows[0], "serialNumber": "CZJSTRAY01"}, *rows]
        return json_response({_LIST: rows})

    def _token(self, request: Request) -> Response:
        # The vendor takes the credentials as Basic only, and the grant in any of the ways of its examples.
        if not self.tokens.knows(request) or not _asks_for_a_token(request):
            return json_response({"error": "invalid_client", "error_description": "Bad client credentials"}, 401)
        token = self.tokens.issue(self.clock.now())
        lasts = self.options.token_lifetime_s
        return json_response(
            {"access_token": token, "token_type": "bearer", "expires_in": lasts, "scope": "read write"}
        )

    def _admit(self, request: Request) -> None:
        if "authorization" not in request.headers:
            problem = {"type": "about:blank", "title": "Unauthorized", "status": 401, "instance": "/entitlements"}
            raise Refusal(json_response(problem | {"detail": "Full authentication is required"}, 401))
        if not self.tokens.is_good(request, self.clock.now()):
            body = {"error": "invalid_token", "error_description": "Access token expired"}
            raise Refusal(json_response(body, 401))
        if self.left is not None:
            if self.left <= 0:
                body = {"id": "429", "idClass": "tooManyRequests", "message": "Too Many Requests"}
                raise Refusal(json_response(body, 429))
            self.left -= 1


def _asks_for_a_token(request: Request) -> bool:
    """Return whether the grant stands in the address, in a form, in a multipart form or in the bare body."""
    return request.param("grant_type") == "client_credentials" or _GRANT.search(request.body) is not None
