"""A budget ledger for one process, when no store shares the quota; also for tests."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Self

from servicedesk_core.errors import RateLimitedError
from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse, Clock

_GRAIN_S = 0.01


class InMemoryLedger:
    """Implements :class:`BudgetLedger`: a rolling window an account, a number of places an endpoint.

    Args:
        clock: Measures and waits.
        max_wait_s: Longest wait for the quota before :class:`RateLimitedError`.
    """

    def __init__(self, clock: Clock, *, max_wait_s: float = 300.0) -> None:
        self._clock = clock
        self._max_wait_s = max_wait_s
        self._accounts: dict[tuple[str, str], _Account] = {}
        self._places: dict[BudgetKey, asyncio.Semaphore] = {}

    async def acquire(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool = False) -> "InMemoryPermit":
        """Wait for a place and for the quota, and count the request.

        Raises:
            RateLimitedError: The quota will not allow it within ``max_wait_s``.
        """
        place: asyncio.Semaphore | None = None
        if policy.concurrency is not None:
            place = self._places.setdefault(key, asyncio.Semaphore(policy.concurrency))
            await place.acquire()
        try:
            await self._wait_for_quota(key, policy, reserved=reserved)
        except BaseException:
            if place is not None:
                place.release()
            raise
        return InMemoryPermit(place)

    async def note(self, key: BudgetKey, policy: BudgetPolicy) -> None:  # noqa: ARG002 - whatever it allows
        """Count what has happened."""
        self._account(key).note(self._clock.monotonic())

    async def correct(self, key: BudgetKey, use: BudgetUse) -> None:
        """Take over the vendor's own count."""
        account = self._account(key)
        account.reported = use
        account.reported_at = self._clock.monotonic()
        account.since_report = 0

    async def use(self, key: BudgetKey, policy: BudgetPolicy) -> BudgetUse:
        """Return the use of the current window."""
        account = self._account(key)
        now = self._clock.monotonic()
        account.forget_before(now - policy.window_s)
        reported = account.reported if account.report_counts(now, policy) else None
        return BudgetUse(
            ours=len(account.sent),
            total=account.total(now, policy) if reported else None,
            allowed=(reported.allowed if reported else None) or policy.requests,
            as_of=reported.as_of if reported else None,
        )

    def _account(self, key: BudgetKey) -> "_Account":
        return self._accounts.setdefault((key.vendor, key.account), _Account())

    async def _wait_for_quota(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool) -> None:
        account = self._account(key)
        if policy.requests is None:
            now = self._clock.monotonic()
            account.forget_before(now - policy.window_s)
            account.note(now)
            return
        deadline = self._clock.monotonic() + self._max_wait_s
        while True:
            now = self._clock.monotonic()
            account.forget_before(now - policy.window_s)
            wait_s = account.wait_s(now, policy, policy.requests, reserved=reserved)
            if wait_s <= 0:
                account.note(now)
                return
            if now + wait_s > deadline:
                raise RateLimitedError(
                    f"The request quota of {key.vendor} is used up for now ({len(account.sent)} sent by this desk).",
                    retry_after_s=wait_s,
                    hint="Work goes on when the window has moved; or raise the connection's budget share.",
                )
            await self._clock.sleep(max(wait_s, _GRAIN_S))


class InMemoryPermit:
    """The right to have one request in flight."""

    def __init__(self, place: asyncio.Semaphore | None) -> None:
        self._place = place

    async def __aenter__(self) -> Self:
        """Enter."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Give the place back."""
        if self._place is not None:
            place, self._place = self._place, None
            place.release()


@dataclass(slots=True)
class _Account:
    """The use of one vendor account."""

    sent: deque[float] = field(default_factory=deque)
    reported: BudgetUse | None = None
    reported_at: float = 0.0
    since_report: int = 0

    def note(self, now: float) -> None:
        self.sent.append(now)
        self.since_report += 1

    def forget_before(self, instant: float) -> None:
        while self.sent and self.sent[0] <= instant:
            self.sent.popleft()

    def report_counts(self, now: float, policy: BudgetPolicy) -> bool:
        return self.reported is not None and now - self.reported_at < policy.window_s

    def total(self, now: float, policy: BudgetPolicy) -> int:
        """Return what all integrations used: the vendor's last count and what we sent since, or just ours."""
        if self.reported is None or self.reported.total is None or not self.report_counts(now, policy):
            return len(self.sent)
        return max(self.reported.total + self.since_report, len(self.sent))

    def wait_s(self, now: float, policy: BudgetPolicy, requests: int, *, reserved: bool) -> float:
        """Return how long the next request has to wait; 0 = it may go."""
        allowed = (self.reported.allowed if self.reported else None) or requests
        ours = max(int(allowed * policy.share), 1)
        limit = ours if reserved else max(int(ours * (1 - policy.reserved)), 1)
        total = self.total(now, policy)
        if len(self.sent) >= limit:
            return self.sent[len(self.sent) - limit] + policy.window_s - now
        if total >= allowed or (total >= policy.pause_at * allowed and not reserved):
            oldest = self.sent[0] if self.sent else self.reported_at
            return max(oldest + policy.window_s - now, _GRAIN_S)
        if total >= policy.slow_at * allowed and self.sent:
            return self.sent[-1] + policy.window_s / allowed - now
        return 0.0
