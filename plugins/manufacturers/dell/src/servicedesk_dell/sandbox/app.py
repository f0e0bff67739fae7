"""The sandbox as an ASGI application with Python methods for tests."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk_dell.sandbox import admin, warranty
from servicedesk_dell.sandbox import faults as script
from servicedesk_dell.sandbox.claims import Claims
from servicedesk_dell.sandbox.dispatch import Dispatch
from servicedesk_dell.sandbox.http import (
    Receive,
    Refusal,
    Request,
    Response,
    Scope,
    Send,
    json_response,
    read_request,
    send_response,
)
from servicedesk_dell.sandbox.options import SandboxOptions
from servicedesk_dell.sandbox.tokens import Tokens

TOKEN = "/auth/oauth/v2/token"  # noqa: S105  # a path
WARRANTY = "/PROD/sbil/eapi/v5/"
DISPATCH = frozenset({"/PROD/support/dispatch/v3/service", "/Sandbox/support/dispatch/v3/service"})
_MINUTE_S = 60.0


class Sandbox:
    """A stand-in of Dell's gateway; the instance is the ASGI application.

    Args:
        options: Credentials and habits.
    """

    beginning = datetime(2000, 1, 1, tzinfo=UTC)

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self.claims = Claims(self.options.state)
        self._origin = time.monotonic()
        self._start = self.options.start
        kept = self.claims.meta("now")
        if kept is not None:
            self._start = max(self._start, datetime.fromisoformat(kept))
        self._script = script.Script()
        self.reset(claims=False)

    def now(self) -> datetime:
        """The sandbox's present instant."""
        elapsed = time.monotonic() - self._origin if self.options.now is None else 0.0
        return self._start + timedelta(seconds=elapsed)

    def advance(self, hours: float) -> dict[str, int]:
        """Let time pass: claims are approved or denied, parts are shipped and come back.

        Returns:
            What happened, counted by kind.
        """
        if hours <= 0:
            raise ValueError("hours must be above 0")
        self._start += timedelta(hours=hours)
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
        """Replace the fault script."""
        self._script.load(entries)

    def state(self) -> dict[str, Any]:
        """Counters and the fault script."""
        return {
            "now": self.now().isoformat(),
            "claims": self.claims.count(),
            "requests": dict(self.requests),
            "statuses": dict(self.statuses),
            "tokens": self.tokens.count,
            "logins_refused": self.dispatch.logins_refused,
            "faults": [{"kind": fault.kind, "seen": fault.seen, "fired": fault.fired} for fault in self._script.faults],
        }

    def reset(self, *, claims: bool = True) -> dict[str, int]:
        """Forget claims, tokens, counters and faults; time begins again."""
        if claims:
            self.claims.clear()
            self._start = self.options.start
            self._origin = time.monotonic()
        self._script.load([])
        self.tokens = Tokens(self.options)
        self.dispatch = Dispatch(self.options, self.claims)
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self._recent: dict[str, deque[float]] = {}
        return {"claims": self.claims.count()}

    def close(self) -> None:
        """Release the state file."""
        self.claims.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        request = await read_request(scope, receive)
        if request.path.startswith("/sandbox/"):
            await send_response(admin.answer(self, request), send)
        else:
            await self._vendor_call(request, receive, send)

    async def _vendor_call(self, request: Request, receive: Receive, send: Send) -> None:
        fault = self._script.pick(request)
        self.requests[_name(request)] += 1
        if self.options.latency_s:
            await asyncio.sleep(self.options.latency_s)
        if fault is None:
            await self._send(self._answer(request), send)
            return
        if fault.kind == "drop_before":
            await script.drop(send)
            return
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "expired_token":
            self.tokens.expire()
        if fault.kind == "status":
            response = script.instead(fault)
        else:
            response = self._answer(request, refuse=fault.reason if fault.kind == "refuse" else None)
        if fault.kind in script.ON_BATCHES and response.body[:1] == b"[":
            response = script.spoil(fault, response)
        if fault.kind == "timeout_after_commit":
            await script.wait_or_hang_up(receive, fault.seconds)
        if fault.kind in {"timeout_after_commit", "drop_after"}:
            await script.drop(send)
        elif fault.kind == "truncate":
            await script.truncate(response, send)
        else:
            await self._send(response, send)

    def _answer(self, request: Request, *, refuse: str | None = None) -> Response:
        now = self.now()
        try:
            if request.path == TOKEN and request.method == "POST":
                return self.tokens.issue(request, now)
            if request.path.startswith(WARRANTY):
                self.tokens.check(request, "warranty", now)
                return self._limited("warranty") or warranty.answer(request, now)
            if request.path in DISPATCH and request.method == "POST":
                self.tokens.check(request, "dispatch", now)
                with self.claims.lock:
                    return self._limited("dispatch") or self.dispatch.answer(request, now, refuse=refuse)
        except Refusal as refusal:
            return refusal.response
        return json_response(
            {"Fault": {"faultcode": "404", "faultstring": "Not Found", "faultactor": request.url}}, 404
        )

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
            return Response(429, b"{}", headers={"Retry-After": wait})
        recent.append(present)
        return None

    async def _send(self, response: Response, send: Send) -> None:
        self.statuses[str(response.status)] += 1
        await send_response(response, send)


def _name(request: Request) -> str:
    return request.action or request.path.rstrip("/").rpartition("/")[2]
