"""The sandbox: the vendor's interface, and routes that steer it."""

from collections.abc import Callable
from typing import Any

import orjson

from servicedesk_core.sandboxing import Fault, Request, Response, StandIn, json_response
from servicedesk_lenovo.sandbox.cases import Cases
from servicedesk_lenovo.sandbox.options import SandboxOptions
from servicedesk_lenovo.sandbox.vendor import Vendor


class Sandbox(StandIn):
    """A stand-in of the vendor's Support API; the instance is the ASGI application.

    Args:
        options: Credentials, limits and fleet.
    """

    kinds = frozenset({"missing_row", "doubled_row", "added_row"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s, now=self.options.now, state=self.options.state)
        self.seed()

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {"url": url, "client_id": self.options.client_id}

    def seed(self) -> None:
        """Begin with the fleet, and with the cases that are kept."""
        self.vendor = Vendor(self.options, Cases(self.shelf), self.clock)

    def live(self) -> dict[str, int]:
        """Let hidden cases show up, parts be sent, old cases be closed; the quota is fresh."""
        self.vendor.left = self.options.requests_allowed
        return self.vendor.cases.live(self.clock.now())

    def state(self) -> dict[str, Any]:
        """Return counters, cases, the vendor's time and how far the script is."""
        return super().state() | {
            "now": self.vendor.clock.now().isoformat(),
            "devices": len(self.vendor.fleet),
            "cases": [case.record for case in self.vendor.cases.cases],
        }

    def routes(self) -> dict[str, Callable[[Any], Any]]:
        """Return further steering routes."""

        def status(body: Any) -> dict[str, bool]:
            case, word = str(body["case"]), str(body["status"])
            return {"changed": self.vendor.cases.set_status(case, word, self.vendor.clock.now())}

        return {"POST status": status}

    def name_of(self, request: Request) -> str:
        """Count calls by verb and interface."""
        return f"{request.method} {request.segments[1].lower() if len(request.segments) > 1 else ''}"

    def answer(self, request: Request) -> Response:
        """Return the vendor's answer."""
        return self.vendor.handle(request)

    def spoil(self, fault: Fault, response: Response) -> Response:
        """Leave out the first row of a list, send it twice, or put one before it that nobody asked for."""
        rows = orjson.loads(response.body)
        if not isinstance(rows, list) or not rows:
            return response
        if fault.kind == "missing_row":
            rows = rows[1:]
        elif fault.kind == "doubled_row":
            rows = [*rows, rows[0]]
        else:
            rows = [{**rows[0], "Serial": "PF9STRAY"}, *rows]
        return json_response(rows)
