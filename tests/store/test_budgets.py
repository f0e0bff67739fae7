"""The quota of a vendor account, shared by everybody who uses the store."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from servicedesk_core.errors import RateLimitedError
from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger, slots
from servicedesk_core.store.budgets import ledger as ledger_module

KEY = BudgetKey("acme", "tenant-1", "Tickets")
HOUR = 3600.0


@pytest.fixture
def ledgers(store):
    """Several ledgers, as several processes would have them."""
    made = []

    @asynccontextmanager
    async def ledgers(count=1, **options):
        made.extend(StoreLedger(store, **options) for _ in range(count))
        try:
            yield made[0] if count == 1 else tuple(made)
        finally:
            for ledger in made:
                await ledger.aclose()

    return ledgers


async def spend(ledger, policy, count, *, key=KEY, reserved=False):
    """Send requests until the quota says no; return how many went."""
    for sent in range(count):
        try:
            async with await ledger.acquire(key, policy, reserved=reserved):
                pass
        except RateLimitedError:
            return sent
    return count


def plain(requests, **options):
    return BudgetPolicy(**{"requests": requests, "slow_at": 1.0, "pause_at": 1.0, "reserved": 0.0} | options)


async def test_no_more_than_the_share_is_used(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        assert await spend(ledger, plain(1000, share=0.1), 500) == 100
        assert (await ledger.use(KEY, plain(1000))).ours == 100


async def test_the_window_moves_on(ledgers, clock):
    async with ledgers(max_wait_s=1) as ledger:
        policy = plain(100)
        assert await spend(ledger, policy, 60) == 60
        clock.advance(HOUR / 2)
        assert await spend(ledger, policy, 60) == 40
        clock.advance(HOUR / 2 + 120)
        assert await spend(ledger, policy, 100) == 60


async def test_waiting_ends_when_the_window_has_moved(ledgers, clock):
    async with ledgers(max_wait_s=2 * HOUR) as ledger:
        before = clock.monotonic()
        assert await spend(ledger, plain(10), 11) == 11
        assert HOUR - 60 <= clock.monotonic() - before <= HOUR + 120


async def test_the_error_says_when_to_come_back(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        await spend(ledger, plain(10), 10)
        with pytest.raises(RateLimitedError, match="quota of acme") as caught:
            await ledger.acquire(KEY, plain(10))
        assert HOUR - 60 <= caught.value.retry_after_s <= HOUR + 60


async def test_incremental_work_has_its_reserved_part(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        policy = plain(100, reserved=0.2)
        assert await spend(ledger, policy, 200) == 80
        assert await spend(ledger, policy, 200, reserved=True) == 20


async def test_from_half_of_the_use_on_requests_are_spaced_out(ledgers, clock):
    async with ledgers(max_wait_s=HOUR) as ledger:
        policy = plain(100, slow_at=0.5)
        assert await spend(ledger, policy, 50) == 50
        assert clock.monotonic() == 0
        assert await spend(ledger, policy, 11) == 11
        assert clock.monotonic() == pytest.approx(10 * HOUR / 100, abs=1)


async def test_from_three_quarters_on_only_reserved_work_goes_on(ledgers):
    async with ledgers(max_wait_s=40) as ledger:
        policy = BudgetPolicy(requests=100, reserved=0.0)
        assert await spend(ledger, policy, 100) == 75
        assert await spend(ledger, policy, 5, reserved=True) == 5


async def test_the_use_of_others_counts_as_the_vendor_says(ledgers, clock):
    async with ledgers(max_wait_s=1) as ledger:
        policy = BudgetPolicy(requests=1000)
        await ledger.correct(KEY, BudgetUse(0, total=800, allowed=1000, as_of=clock.now()))
        assert await spend(ledger, policy, 1) == 0, "paused"
        use = await ledger.use(KEY, policy)
        assert (use.ours, use.total, use.allowed, use.as_of) == (0, 800, 1000, clock.now())
        clock.advance(HOUR / 2)
        assert (await ledger.use(KEY, policy)).total == 400, "half of it has left the window"
        assert await spend(ledger, policy, 5) == 5


async def test_our_own_requests_are_not_counted_twice_after_a_correction(ledgers, clock):
    async with ledgers(max_wait_s=1) as ledger:
        policy = plain(1000)
        await spend(ledger, policy, 33)
        await ledger.correct(KEY, BudgetUse(0, total=40, allowed=1000, as_of=clock.now()))
        use = await ledger.use(KEY, policy)
        assert (use.ours, use.total) == (33, 40)


async def test_the_vendor_may_allow_less_than_we_thought(ledgers, clock):
    async with ledgers(max_wait_s=1) as ledger:
        await ledger.correct(KEY, BudgetUse(0, total=0, allowed=10, as_of=clock.now()))
        assert await spend(ledger, plain(1000), 50) == 10


async def test_what_was_leased_and_not_spent_is_given_back(store, clock):
    first, policy = StoreLedger(store, max_wait_s=1), plain(3000)
    await spend(first, policy, 1)
    second = StoreLedger(store, max_wait_s=1)
    assert (await second.use(KEY, policy)).ours > 1, "a block is counted when it is leased"
    await first.aclose()
    assert (await second.use(KEY, policy)).ours == 1
    await second.aclose()


async def test_most_requests_cost_no_transaction(store, ledgers, monkeypatch):
    writes = []
    write = store.write
    monkeypatch.setattr(store, "write", lambda *args, **options: writes.append(1) or write(*args, **options))
    async with ledgers() as ledger:
        await spend(ledger, plain(10_000, concurrency=3), 200)
        assert len(writes) <= 12


async def test_two_processes_share_one_quota(ledgers):
    async with ledgers(2, max_wait_s=1) as (one, other):
        policy = plain(200)
        sent = await asyncio.gather(spend(one, policy, 200), spend(other, policy, 200))
        assert 150 < sum(sent) <= 200


async def test_accounts_do_not_share(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        await spend(ledger, plain(10), 10)
        assert await spend(ledger, plain(10), 20, key=BudgetKey("acme", "tenant-2")) == 10


async def test_without_a_limit_requests_are_only_counted(ledgers):
    async with ledgers() as ledger:
        assert await spend(ledger, BudgetPolicy(), 77) == 77
        use = await ledger.use(KEY, BudgetPolicy())
        assert (use.ours, use.total, use.allowed) == (77, None, None)


async def test_a_clock_that_goes_back_neither_blocks_nor_forgets(ledgers, clock):
    async with ledgers(max_wait_s=1) as ledger:
        policy = plain(100)
        assert await spend(ledger, policy, 60) == 60
        clock.advance(-86400)
        assert await spend(ledger, policy, 100) == 40
        clock.advance(HOUR + 120)
        assert await spend(ledger, policy, 100) == 100


async def test_places_are_shared_by_processes(ledgers, clock):
    async with ledgers(2, max_wait_s=5) as (one, other):
        policy = BudgetPolicy(concurrency=3)
        held = [await one.acquire(KEY, policy), await one.acquire(KEY, policy), await other.acquire(KEY, policy)]
        with pytest.raises(RateLimitedError, match="all 3 places"):
            await other.acquire(KEY, policy)
        async with await other.acquire(BudgetKey("acme", "tenant-1", "Notes"), policy):
            pass
        held[2].give_back()
        async with await other.acquire(KEY, policy):
            pass


async def test_within_a_process_no_more_run_at_once_than_there_are_places(store):
    from servicedesk_core.clock import SystemClock

    store.clock = SystemClock()
    ledger, policy = StoreLedger(store), BudgetPolicy(concurrency=3)
    running = most = 0

    async def one():
        nonlocal running, most
        async with await ledger.acquire(KEY, policy):
            running += 1
            most = max(most, running)
            while most < 3:  # noqa: ASYNC110  # the others fill it
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(one() for _ in range(30)))
    await ledger.aclose()
    assert most == 3
    assert store.read_blocking(lambda tx: tx.execute(text("SELECT COUNT(*) FROM budget_slots")).scalar_one()) == 0


@pytest.mark.slow
async def test_places_of_a_dead_process_come_free(store, clock):
    dead, alive = StoreLedger(store, max_wait_s=1), StoreLedger(store, max_wait_s=120)
    policy = BudgetPolicy(concurrency=1)
    await dead.acquire(KEY, policy)
    async with await alive.acquire(KEY, policy):
        assert 50 < clock.monotonic() < 70
    await alive.aclose()
    await dead.aclose()


async def test_idle_places_go_back_so_that_others_need_not_wait(ledgers):
    async with ledgers(2, max_wait_s=0.0) as (one, other):
        policy = BudgetPolicy(concurrency=1)
        async with await one.acquire(KEY, policy):
            pass
        one._clock.advance(1)
        await one._tidy_places()
        async with await other.acquire(KEY, policy):
            pass


async def test_who_waits_longest_comes_next(store, clock):
    first, second, third = (StoreLedger(store, max_wait_s=0.0) for _ in range(3))
    policy = BudgetPolicy(concurrency=1)
    permit = await first.acquire(KEY, policy)
    for waiting in (second, third):
        with pytest.raises(RateLimitedError):
            await StoreLedger.acquire(_one_try(waiting), KEY, policy)
        clock.advance(0.1)
    permit.give_back()
    clock.advance(1.0)
    await first._tidy_places()
    with pytest.raises(RateLimitedError):
        await _one_try(third).acquire(KEY, policy)
    async with await second.acquire(KEY, policy):
        pass
    for ledger in (first, second, third):
        await ledger.aclose()


def _one_try(ledger):
    ledger._max_wait_s = -1.0
    return ledger


async def test_a_failed_wait_for_the_quota_gives_the_place_back(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        policy = plain(5, concurrency=1)
        assert await spend(ledger, policy, 5) == 5
        for _ in range(3):
            with pytest.raises(RateLimitedError, match="quota"):
                await ledger.acquire(KEY, policy)


@pytest.mark.parametrize(("where", "what"), [(slots, "take"), (ledger_module, "_lease")])
async def test_a_request_stopped_while_it_takes_place_or_quota_keeps_neither(ledgers, monkeypatch, where, what):
    loop, usual = asyncio.get_running_loop(), getattr(where, what)

    def stopped(*args, **options):
        loop.call_soon_threadsafe(asking.cancel)
        return usual(*args, **options)

    async with ledgers(2, max_wait_s=0.0) as (one, other):
        policy = plain(5, concurrency=1)
        monkeypatch.setattr(where, what, stopped)
        asking = asyncio.create_task(one.acquire(KEY, policy))
        with pytest.raises(asyncio.CancelledError):
            await asking
        monkeypatch.undo()
        assert (await one.use(KEY, policy)).ours == 0
        await one.aclose()
        assert await spend(other, policy, 6) == 5


async def test_a_permit_given_back_twice_frees_one_place(ledgers):
    async with ledgers(max_wait_s=1) as ledger:
        policy = BudgetPolicy(concurrency=1)
        permit = await ledger.acquire(KEY, policy)
        permit.give_back()
        permit.give_back()
        async with await ledger.acquire(KEY, policy):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(ledger.acquire(KEY, policy), 0.05)


async def test_two_stores_on_one_database_share(store_url, clock):
    with Store.open(store_url, clock=clock) as a, Store.open(store_url, clock=clock) as b:
        one, other = StoreLedger(a, max_wait_s=1), StoreLedger(b, max_wait_s=1)
        assert await spend(one, plain(10), 10) == 10
        assert await spend(other, plain(10), 10) == 0
        await one.aclose()
        await other.aclose()
