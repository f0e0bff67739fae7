"""The sandbox as an ASGI application with Python methods for tests."""

import random
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from servicedesk_core.sandboxing import Fault, Refusal, Request, Response, StandIn, VendorClock, json_response
from servicedesk_dell.sandbox import warranty
from servicedesk_dell.sandbox.claims import Claims
from servicedesk_dell.sandbox.dispatch import Dispatch
from servicedesk_dell.sandbox.options import SandboxOptions
from servicedesk_dell.sandbox.tokens import Tokens
from servicedesk_dell.sandbox.wire import action_of, fault

TOKEN = "/auth/oauth/v2/token"  # noqa: S105  # a path
WARRANTY = "/PROD/sbil/eapi/v5/"
DISPATCH = frozenset({"/PROD/support/dispatch/v3/service", "/Sandbox/support/dispatch/v3/service"})
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE_S = 60.0
_STRANGER = {"id": 1, "serviceTag": "STRANG3", "invalid": False, "duplicated": False, "entitlements": []}

_ACCEPTED = (
    "warranty_client_id", "warranty_client_secret", "dispatch_client_id", "dispatch_client_secret", "technician_login",
    "technician_password", "branch", "customer", "track",
)  # fmt: skip


class Sandbox(StandIn):
    """A stand-in of Dell's gateway.

    Faults of its own: ``expired_token`` ends all tokens before the call; ``refuse`` refuses a claim in an HTTP 200,
    with ``reason``; ``shuffle``, ``leave_out``, ``double`` and ``add`` spoil the rows of a batch. ``action`` picks a
    SOAP operation.

    Args:
        options: Credentials and habits.
    """

    kinds = frozenset({"expired_token", "refuse", "shuffle", "leave_out", "double", "add"})

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        super().__init__(latency_s=self.options.latency_s)
        self.claims = Claims(self.options.state)
        self._prepare()
        kept = self.claims.meta("now")
        if kept is not None:
            self.clock.move(max(datetime.fromisoformat(kept) - self.clock.now(), timedelta()))

    def _prepare(self) -> None:
        self.clock = VendorClock(self.options.start)
        self.tokens = Tokens(self.options)
        self.dispatch = Dispatch(self.options, self.claims)
        self.statuses: Counter[str] = Counter()
        self._recent: dict[str, deque[float]] = {}

    def told(self, url: str) -> dict[str, str]:
        """Return the settings of a connection to it."""
        return {"gateway_url": url, **{name: getattr(self.options, name) for name in _ACCEPTED}}

    def now(self) -> datetime:
        """The sandbox's present instant."""
        return self.clock.now()

    def advance(self, hours: float) -> dict[str, int]:
        """Let time pass: claims are approved or denied, parts are shipped and come back.

        Returns:
            What happened, counted by kind.
        """
        if hours <= 0:
            raise ValueError("hours must be above 0")
        self.clock.move(timedelta(hours=hours))
        self.claims.set_meta("now", self.now().isoformat())
        return self.claims.live(self.now())

    def deny(self, code: str, reason: str = "") -> dict[str, str]:
        """Deny a claim; it may be sent again."""
        self.claims.deny(code, reason or "Insufficient evidence of failure.", self.now())
        return {"code": code}

    def say(self, code: str, status: str) -> dict[str, str]:
        """Give a claim any status word."""
        claim = self.claims.get(code)
        if claim is None:
            raise ValueError(f"there is no claim {code}")
        self.claims.move(claim, status, self.now())
        return {"code": code}

    def faults(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace the fault script; ``action`` and ``reason`` may stand beside the kit's own fields."""
        super().faults([_translated(entry) for entry in entries])

    def state(self) -> dict[str, Any]:
        """Counters and the fault script."""
        return super().state() | {
            "now": self.now().isoformat(),
            "claims": self.claims.count(),
            "statuses": dict(self.statuses),
            "tokens": self.tokens.count,
            "logins_refused": self.dispatch.logins_refused,
        }

    def routes(self) -> dict[str, Any]:
        """Claims as they are, time, decisions, and a new beginning."""
        return {
            "GET claims": lambda _: self.claims.since(_BEGINNING),
            "POST deny": lambda body: self.deny(body["code"], body.get("reason", "")),
            "POST say": lambda body: self.say(body["code"], body["status"]),
        }

    def reset(self) -> dict[str, int]:
        """Forget claims, tokens, counters and faults; time begins again."""
        self.claims.clear()
        self.faults([])
        self.requests.clear()
        self.most_at_once = 0
        self._prepare()
        return {"claims": self.claims.count()}

    def close(self) -> None:
        """Release the state file."""
        super().close()
        self.claims.close()

    def name_of(self, request: Request) -> str:
        """The operation, or the resource."""
        return action_of(request) or request.path.rstrip("/").rpartition("/")[2]

    def intervene(self, fault: Fault, request: Request) -> Response | None:
        """End all tokens, or refuse a claim."""
        if fault.kind == "expired_token":
            self.tokens.expire()
        return self._answered(request, fault.more.get("reason")) if fault.kind == "refuse" else None

    def spoil(self, fault: Fault, response: Response) -> Response:
        """Put the rows of a batch into disorder."""
        if response.body[:1] != b"[":
            return response
        rows = orjson.loads(response.body)
        if fault.kind == "shuffle":
            random.Random(7).shuffle(rows)  # noqa: S311  # not a secret
            rows.reverse()
        elif fault.kind == "leave_out":
            rows = rows[1:]
        elif fault.kind == "double":
            rows = [*rows, *rows]
        elif fault.kind == "add":
            rows = [_STRANGER, *rows]
        return json_response(rows)

    def answer(self, request: Request) -> Response:
        """The gateway's answer."""
        return self._answered(request, None)

    def _answered(self, request: Request, refuse: str | None) -> Response:
        try:
            response = self._dispatched(request, refuse)
        except Refusal as refusal:
            response = refusal.response
        self.statuses[str(response.status)] += 1
        return response

    def _dispatched(self, request: Request, refuse: str | None) -> Response:
        now = self.now()
        if request.path == TOKEN and request.method == "POST":
            return self.tokens.issue(request, now)
        if request.path.startswith(WARRANTY):
            self.tokens.check(request, "warranty", now)
            return self._limited("warranty") or warranty.answer(request, now)
        if request.path in DISPATCH and request.method == "POST":
            self.tokens.check(request, "dispatch", now)
            return self._limited("dispatch") or self.dispatch.answer(request, now, refuse=refuse)
        return fault(404, "Not Found", request)

    def _limited(self, api: str) -> Response | None:
        most = self.options.requests_per_minute
        if not most:
            return None
        recent = self._recent.setdefault(api, deque())
        present = time.monotonic()
        while recent and recent[0] <= present - _MINUTE_S:
            recent.popleft()
        if len(recent) >= most:
            wait = str(max(1, round(recent[0] + _MINUTE_S - present)))
            return json_response({}, 429, retry_after=wait)
        recent.append(present)
        return None


def _translated(entry: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in entry.items() if key not in {"action", "reason"}}
    if "action" in entry:
        known["header"] = {"soapaction": rf"/(?:{entry['action']})\"?$"}
    if entry.get("kind") == "refuse":
        known["more"] = {"reason": entry.get("reason", "The request failed validation.")}
    return known
