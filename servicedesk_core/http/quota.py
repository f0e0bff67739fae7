"""The quota of a vendor account as one client meets it: several windows at once, dear requests, scarce errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from servicedesk_core.errors import RateLimitedError, SettingsError
from servicedesk_core.ports import BudgetKey, BudgetLedger, BudgetPolicy, Permit


class Quota:
    """Asks the ledger for each request, in each window.

    Args:
        ledger: Counts and shares.
        key: The vendor account.
        policy: What it allows.
    """

    def __init__(self, ledger: BudgetLedger, key: BudgetKey, policy: BudgetPolicy) -> None:
        self._ledger = ledger
        self._key = key
        self._policy = policy
        self._windows = policy.windows()
        self._under_way = 0
        self._asking = asyncio.Lock()
        self._ended = asyncio.Event()

    @asynccontextmanager
    async def permit(self, endpoint: str, *, reserved: bool, cost: int) -> AsyncIterator[None]:
        """Wait until a request may be sent, and count it in each window; it is under way while the block lasts.

        Args:
            endpoint: Whose places count.
            reserved: Whether the share kept for incremental work may be used.
            cost: How many requests it counts for.

        Raises:
            SettingsError: It counts for more than our share of a window: it could never be sent.
            RateLimitedError: A window will not allow it soon, or no request may fail any more.
            StoreError: The store could not be used.
        """
        async with AsyncExitStack() as stack:
            if (errors := self._errors()) is not None:
                await self._spare(errors)
                stack.callback(self._is_over)
            await stack.enter_async_context(await self._acquire(endpoint, reserved=reserved, cost=cost))
            yield

    async def _acquire(self, endpoint: str, *, reserved: bool, cost: int) -> Permit:
        for window in self._windows:
            self._refuse_endless(window, reserved=reserved, cost=cost)
        counts = [window for window in self._windows for _ in range(cost)]
        for window in counts[:-1]:
            await self._ledger.acquire(self._of(window, endpoint), window, reserved=reserved)
        last = replace(counts[-1], concurrency=self._policy.concurrency)
        return await self._ledger.acquire(self._of(last, endpoint), last, reserved=reserved)

    async def failed(self) -> None:
        """Count a request that the vendor answered with an error, where errors are scarce; the answer does not wait."""
        if (errors := self._errors()) is not None:
            await self._ledger.note(self._error_key, errors)

    async def _spare(self, errors: BudgetPolicy) -> None:
        """Wait until one request more may fail, although all of this client that are under way do."""
        most = errors.requests or 0
        while True:
            async with self._asking:
                self._ended.clear()
                under_way = self._under_way  # before it is looked what has failed: what ends between is in one of them
                failed = (await self._ledger.use(self._error_key, errors)).ours
                if failed >= most:
                    raise RateLimitedError(
                        f"{self._key.vendor} locks out whoever fails {most} times in {errors.window_s:g} s; "
                        "so many requests have failed, and nothing more was sent.",
                        retry_after_s=errors.window_s,
                        hint="Look at the errors of before; work goes on when the window has moved.",
                    )
                if failed + under_way < most:
                    self._under_way += 1
                    return
            await self._ended.wait()

    def _is_over(self) -> None:
        self._under_way -= 1
        self._ended.set()

    def _refuse_endless(self, window: BudgetPolicy, *, reserved: bool, cost: int) -> None:
        if window.requests is None or cost == 1:
            return
        ours = int(window.requests * window.share * (1.0 if reserved else 1.0 - window.reserved))
        if cost > ours:
            raise SettingsError(
                f"A request counts for {cost}; {self._key.vendor} allows this desk {ours} in {window.window_s:g} s.",
                hint="Raise the connection's budget.",
            )

    def _errors(self) -> BudgetPolicy | None:
        window = self._policy.errors
        if window is None:
            return None
        return BudgetPolicy(window.requests, window.window_s, slow_at=1.0, pause_at=1.0, reserved=0.0)

    @property
    def _error_key(self) -> BudgetKey:
        return BudgetKey(self._key.vendor, f"{self._key.account} (errors)")

    def _of(self, window: BudgetPolicy, endpoint: str) -> BudgetKey:
        key = replace(self._key, endpoint=endpoint)
        return key if window.window_s == self._policy.window_s else key.of_window(window.window_s)
