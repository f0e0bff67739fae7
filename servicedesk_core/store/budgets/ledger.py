"""The ledger itself: what a process holds of the shared quota."""

import asyncio
import logging
import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from sqlalchemy import Connection

from servicedesk_core.errors import RateLimitedError, StoreError
from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse
from servicedesk_core.processes import this_process
from servicedesk_core.store.budgets import policies, quota, slots
from servicedesk_core.store.cancellation import or_undone
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.store import Store

log = logging.getLogger("servicedesk.store")

SECOND_US = 1_000_000

ASK_AGAIN_S = 0.1
"""How often a process asks for a place that others hold."""

LOOK_AGAIN_S = 15.0
"""Longest sleep before the quota is looked at again: others may give back, the vendor's count may be corrected."""

KEPT_S = 1.0
"""How long a process uses a place without asking the store again; then others get their turn."""

HOUSEKEEPING_S = 0.5
"""How often idle places go back to the store."""

LONG_AGO = float("-inf")

RENEW_S = 15.0
"""How often busy ones are renewed: well before they would expire, and seldom enough to cost nothing."""


class StoreLedger:
    """Implements :class:`servicedesk_core.ports.BudgetLedger` over a store that several processes may share.

    Requests are leased in blocks and places are kept for a moment, so that most requests cost no transaction. All
    decisions take the time from the store's clock; only the housekeeping of idle places uses the event loop's own.
    Close it, so that others need not wait until what it holds expires.

    Args:
        store: Where the quota is shared.
        max_wait_s: Longest wait for the quota or a place before :class:`RateLimitedError`.
    """

    def __init__(self, store: Store, *, max_wait_s: float = 300.0) -> None:
        self._store = store
        self._clock = store.clock
        self._max_wait_s = max_wait_s
        self._owner = f"{this_process()} {uuid.uuid4().hex[:8]}"
        self._accounts: dict[tuple[str, str], _Account] = {}
        self._endpoints: dict[BudgetKey, _Endpoint] = {}
        self._renewed_at = self._clock.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._housekeeping: asyncio.Task[None] | None = None

    async def acquire(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool = False) -> "StorePermit":
        """Wait until a request may be sent, and count it.

        Args:
            key: Whose quota, and which endpoint.
            policy: What the account allows.
            reserved: Whether this request may use the share kept for incremental work.

        Raises:
            RateLimitedError: The quota will not allow it within ``max_wait_s``.
            StoreError: The store could not be used.
        """
        endpoint, slot = None, None
        if policy.concurrency is not None:
            endpoint = self._endpoints.setdefault(key, _Endpoint(asyncio.Semaphore(policy.concurrency)))
            await endpoint.local.acquire()
            try:
                slot = await self._take_place(key, endpoint, policy.concurrency)
            except BaseException:
                endpoint.local.release()
                raise
        permit = StorePermit(self, endpoint, slot)
        try:
            await self._spend(key, policy, reserved=reserved)
        except BaseException:
            permit.give_back()
            raise
        return permit

    async def note(self, key: BudgetKey, policy: BudgetPolicy) -> None:
        """Count what has happened, whatever is left of the quota."""
        now_us = self._now_us()

        def work(tx: Connection) -> None:
            policies.remember(tx, key, policy, now_us)
            quota.note(tx, key, policy, now_us)

        await self._store.write(work)

    async def correct(self, key: BudgetKey, use: BudgetUse) -> None:
        """Take over the vendor's own count.

        Args:
            key: Whose quota.
            use: ``total`` and ``allowed`` as the vendor counts them.
        """
        account = self._account(key)
        now = self._clock.now()
        async with account.lock:
            unspent = sum(block.left for block in account.blocks.values())
            await self._store.write(lambda tx: quota.correct(tx, key, use, now, unspent=unspent))
            await self._return_blocks(key, account)

    async def use(self, key: BudgetKey, policy: BudgetPolicy) -> BudgetUse:
        """Return the use of the current window; what this process has leased and not spent is not counted."""
        now_us = self._now_us()
        use = await self._store.read(lambda tx: quota.use_of(tx, key, policy, now_us))
        unspent = sum(block.left for block in self._account(key).blocks.values())
        total = None if use.total is None else max(use.total - unspent, 0)
        return BudgetUse(max(use.ours - unspent, 0), total, use.allowed, use.as_of)

    async def aclose(self) -> None:
        """Give back everything that was leased and not spent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._housekeeping is not None:
            await self._housekeeping
        for (vendor, name), account in self._accounts.items():
            async with account.lock:
                await self._return_blocks(BudgetKey(vendor, name), account)
        held = {key: sorted(e.held) for key, e in self._endpoints.items() if e.held}

        def free(tx: Connection) -> None:
            for key, numbers in held.items():
                slots.give_back(tx, key, self._owner, numbers)

        if held:
            await self._store.write(free)
        self._endpoints.clear()

    def _now_us(self) -> int:
        return to_us(self._clock.now())

    def _account(self, key: BudgetKey) -> "_Account":
        return self._accounts.setdefault((key.vendor, key.account), _Account())

    async def _return_blocks(self, key: BudgetKey, account: "_Account") -> None:
        blocks = [block for block in account.blocks.values() if block.left]
        account.blocks.clear()
        if blocks:
            await self._store.write(lambda tx: _give_back(tx, key, blocks))

    async def _spend(self, key: BudgetKey, policy: BudgetPolicy, *, reserved: bool) -> None:
        account = self._account(key)
        deadline = self._clock.monotonic() + self._max_wait_s
        while True:
            async with account.lock:
                now_us = self._now_us()
                if account.spend(now_us, policy, reserved=reserved):
                    return
                stale = [account.blocks.pop(reserved)] if reserved in account.blocks else []
                news = policy if account.told != policy else None
                leasing = self._store.write(
                    lambda tx: _lease(tx, key, policy, now_us, stale, reserved=reserved, news=news)  # noqa: B023
                )
                grant = await or_undone(leasing, partial(account.keep, now_us=now_us, reserved=reserved))
                account.told = policy
                if grant.count:
                    account.blocks[reserved] = _Block(grant.bucket, grant.count - 1, now_us)
                    return
            wait_s = grant.wait_us / SECOND_US
            if self._clock.monotonic() + wait_s > deadline:
                message = f"The request quota of {key.vendor} is used up for now."
                hint = "Work goes on when the window has moved; or raise the connection's budget share."
                raise RateLimitedError(message, retry_after_s=wait_s, hint=hint)
            await self._clock.sleep(min(wait_s, LOOK_AGAIN_S))

    async def _take_place(self, key: BudgetKey, endpoint: "_Endpoint", concurrency: int) -> int:
        waited_from = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            usable = [slot for slot in endpoint.idle if now - endpoint.held[slot] < KEPT_S]
            if usable:
                endpoint.idle.discard(usable[0])
                return usable[0]
            now_us, back = self._now_us(), sorted(endpoint.idle)
            endpoint.forget(back)
            taking = self._store.write(
                lambda tx: slots.take(tx, key, concurrency, self._owner, now_us, back=back)  # noqa: B023
            )
            slot = await or_undone(taking, partial(self._keep_place, endpoint))
            if slot is not None:
                endpoint.held[slot] = now
                return slot
            if now - waited_from > self._max_wait_s:
                message = f"Other processes keep all {concurrency} places for requests to {key.vendor} busy."
                raise RateLimitedError(message, retry_after_s=ASK_AGAIN_S, hint="Run fewer jobs at the same time.")
            await self._clock.sleep(ASK_AGAIN_S)

    async def _keep_place(self, endpoint: "_Endpoint", slot: int | None) -> None:
        """Let a place that was taken for a request that was stopped go back with the idle ones."""
        if slot is not None:
            endpoint.held[slot] = LONG_AGO
            endpoint.idle.add(slot)
            self.schedule_housekeeping()

    def schedule_housekeeping(self) -> None:
        """See to it that idle places go back soon."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HOUSEKEEPING_S, self._keep_house)

    def _keep_house(self) -> None:
        self._timer = None
        self._housekeeping = asyncio.get_running_loop().create_task(self._tidy_places())

    async def _tidy_places(self) -> None:
        now, now_us = self._clock.monotonic(), self._now_us()
        back: dict[BudgetKey, list[int]] = {}
        kept: dict[BudgetKey, list[int]] = {}
        for key, endpoint in self._endpoints.items():
            idle = sorted(slot for slot in endpoint.idle if now - endpoint.held[slot] >= HOUSEKEEPING_S)
            endpoint.forget(idle)
            if idle:
                back[key] = idle
            if endpoint.held:
                kept[key] = sorted(endpoint.held)
        renews = bool(kept) and not 0 <= now - self._renewed_at < RENEW_S

        def work(tx: Connection) -> None:
            for key, numbers in back.items():
                slots.give_back(tx, key, self._owner, numbers)
            for key, numbers in kept.items() if renews else ():
                slots.renew(tx, key, self._owner, numbers, now_us)

        try:
            if back or renews:
                await self._store.write(work)
                self._renewed_at = now if renews else self._renewed_at
        except StoreError as error:
            log.warning("places for requests could not be given back: %s", error.code)
        if kept:
            self.schedule_housekeeping()


class StorePermit:
    """The right to have one request in flight."""

    def __init__(self, ledger: StoreLedger, endpoint: "_Endpoint | None", slot: int | None) -> None:
        self._ledger = ledger
        self._endpoint = endpoint
        self._slot = slot

    async def __aenter__(self) -> Self:
        """Enter."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Give the place back."""
        self.give_back()

    def give_back(self) -> None:
        """Give the place back; a second time does nothing."""
        endpoint, slot = self._endpoint, self._slot
        if endpoint is None or slot is None:
            return
        self._endpoint = None
        if slot in endpoint.held:
            endpoint.idle.add(slot)
        endpoint.local.release()
        self._ledger.schedule_housekeeping()


@dataclass(slots=True)
class _Block:
    """Requests leased and not yet spent."""

    bucket: int
    left: int
    leased_us: int


@dataclass(slots=True)
class _Account:
    """What this process holds of one account; blocks by whether they are reserved."""

    blocks: dict[bool, _Block] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    told: BudgetPolicy | None = None

    async def keep(self, grant: quota.Grant, *, now_us: int, reserved: bool) -> None:
        """Keep for later what was leased for a request that was stopped."""
        if grant.count:
            self.blocks[reserved] = _Block(grant.bucket, grant.count, now_us)

    def spend(self, now_us: int, policy: BudgetPolicy, *, reserved: bool) -> bool:
        """Use one leased request; a block older than a bucket is stale."""
        block = self.blocks.get(reserved)
        age_us = now_us - block.leased_us if block is not None else 0
        if block is None or not block.left or not 0 <= age_us < policy.window_s * SECOND_US / quota.BUCKETS:
            return False
        block.left -= 1
        return True


@dataclass(slots=True)
class _Endpoint:
    """What this process holds of one endpoint's places.

    Attributes:
        local: Keeps the process itself within the limit.
        held: Places held, with when each was taken.
        idle: Those that no request uses.
    """

    local: asyncio.Semaphore
    held: dict[int, float] = field(default_factory=dict)
    idle: set[int] = field(default_factory=set)

    def forget(self, numbers: list[int]) -> None:
        """Hold places no longer."""
        for slot in numbers:
            self.idle.discard(slot)
            self.held.pop(slot, None)


def _give_back(tx: Connection, key: BudgetKey, blocks: list[_Block]) -> None:
    for block in blocks:
        if block.left:
            quota.give_back(tx, key, block.bucket, block.left)


def _lease(
    tx: Connection,
    key: BudgetKey,
    policy: BudgetPolicy,
    now_us: int,
    stale: list[_Block],
    *,
    reserved: bool,
    news: BudgetPolicy | None,
) -> quota.Grant:
    _give_back(tx, key, stale)
    if news is not None:
        policies.remember(tx, key, news, now_us)
    return quota.lease(tx, key, policy, now_us, reserved=reserved)
