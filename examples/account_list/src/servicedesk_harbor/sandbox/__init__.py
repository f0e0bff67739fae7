"""A stand-in of the portal: one account, 25 products a page. It shares no code with the connector."""

import secrets
from dataclasses import dataclass
from typing import Any

import orjson

from servicedesk_core.sandboxing import Fault, Launch, Refusal, Request, Response, StandIn, json_response

HARDWARE = {"kind": "hardware", "name": "Return and replace", "from": "2025-01-01", "to": "2027-12-31"}
SIGNATURES = {"kind": "signatures", "name": "Signatures", "from": "2025-01-01", "to": "2030-12-31"}
SPECIAL: dict[str, list[dict[str, str]]] = {
    "HB0001": [HARDWARE, SIGNATURES],
    "HB0002": [HARDWARE | {"to": "2025-06-30"}],
    "HB0003VM": [SIGNATURES],
    "HB0004": [],
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the stand-in can be told; each is an option of ``servicedesk sandbox harbor``.

    Attributes:
        username: User that is accepted.
        password: Password that is accepted.
        products: Products of the account, a few special ones among them.
        latency_s: Added to every call.
    """

    username: str = "api@example.com"
    password: str = "letmein"
    products: int = 60
    latency_s: float = 0.0


class Sandbox(StandIn):
    """The portal's API. Its own fault ``cut`` leaves the last product of a page out, without a word."""

    kinds = frozenset({"cut"})

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        super().__init__(latency_s=self.options.latency_s)
        self.tokens: set[str] = set()
        made = (f"HB{number:04}" for number in range(5, self.options.products + 1))
        self.products = SPECIAL | {serial: [HARDWARE] for serial in made}

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {"url": f"{url}/", "username": self.options.username, "password": self.options.password}

    def answer(self, request: Request) -> Response:
        """Return the portal's answer."""
        match request.method, *request.segments:
            case "POST", "login":
                return self._log_in(request)
            case "GET", "account":
                self._admit(request)
                return json_response({"number": 4711, "company": "Example MSP"})
            case "GET", "products":
                self._admit(request)
                return json_response(self._page(int(request.param("page") or 1), int(request.param("size") or 25)))
        return json_response({"error": "no such place"}, 404)

    def spoil(self, fault: Fault, response: Response) -> Response:
        """Leave a product out."""
        page = orjson.loads(response.body)
        del fault
        return json_response(page | {"products": page["products"][:-1]})

    def _log_in(self, request: Request) -> Response:
        if request.json() != {"user": self.options.username, "password": self.options.password}:
            return json_response({"error": "unknown user or password"}, 401)
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return json_response({"access_token": token, "expires_in": 3600})

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refusal(json_response({"error": "log in"}, 401))

    def _page(self, number: int, size: int) -> dict[str, Any]:
        rows = [{"serial": one, "model": "Gateway 60", "services": has} for one, has in self.products.items()]
        start = size * (number - 1)
        return {"total": len(rows), "products": rows[start : start + min(size, 25)]}


launch = Launch(Sandbox, Options)
