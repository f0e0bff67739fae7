"""Quotas, concurrency, and what is given back."""

import asyncio

import pytest

from servicedesk_core.errors import RateLimitedError, VendorUnavailableError
from servicedesk_core.http import InMemoryLedger, RetryPolicy
from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse

KEY = BudgetKey("acme", "tenant-1")


class Recorder:
    """A ledger that grants everything and writes down what happens."""

    def __init__(self):
        self.acquired, self.open = [], 0

    async def acquire(self, key, policy, *, reserved=False):
        self.acquired.append((key, reserved))
        return self

    async def __aenter__(self):
        self.open += 1
        return self

    async def __aexit__(self, *exc):
        self.open -= 1


async def test_every_attempt_takes_a_permit_and_gives_it_back(serve, connect):
    async def handler(request, reply):
        assert ledger.open == 1
        await reply.send(503)

    ledger = Recorder()
    with pytest.raises(VendorUnavailableError):
        await connect(await serve(handler), ledger=ledger).get("x", endpoint="Tickets", reserved=True)
    assert ledger.acquired == [(BudgetKey("acme", "tenant-1", "Tickets"), True)] * 3
    assert ledger.open == 0


async def test_a_cancelled_request_gives_its_permit_and_its_connection_back(serve, connect):
    entered, hang = asyncio.Event(), True

    async def handler(request, reply):
        entered.set()
        if hang:
            await asyncio.sleep(60)
        await reply.send(200, [1])

    ledger = Recorder()
    server = await serve(handler)
    client = connect(server, ledger=ledger, max_connections=2)
    for _ in range(6):  # more than there are connections
        entered.clear()
        task = asyncio.create_task(client.get("x"))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ledger.open == 0
    hang = False
    assert (await client.get("x", timeout_s=60)).json() == [1]


async def test_a_request_cancelled_in_the_middle_of_its_body_gives_its_connection_back(serve, connect):
    started = asyncio.Event()

    async def handler(request, reply):
        if request.path == "/api/slow":
            await reply.raw(reply.head(200, {"content-length": "1000"}) + b"x")
            started.set()
            await asyncio.sleep(60)
        await reply.send(200, [1])

    client = connect(await serve(handler), max_connections=1)
    task = asyncio.create_task(client.get("slow"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await client.get("x", timeout_s=60)).json() == [1]


async def test_a_refused_permit_names_the_connection_and_sends_nothing(serve, connect, clock):
    async def handler(request, reply):
        await reply.send(200)

    server = await serve(handler)
    client = connect(
        server, budget=BudgetPolicy(requests=2, reserved=0, slow_at=1, pause_at=1), retry=RetryPolicy(attempts=1)
    )
    await client.get("x")
    await client.get("x")
    with pytest.raises(RateLimitedError, match="quota of acme") as caught:
        await client.get("x")
    assert caught.value.connection == "acme"
    assert len(server.requests) == 2


async def test_concurrency_is_limited_per_endpoint(serve, connect):
    busy, most = {"a": 0, "b": 0}, {"a": 0, "b": 0}

    async def handler(request, reply):
        name = request.path[-1]
        busy[name] += 1
        most[name] = max(most[name], busy[name])
        while most[name] < 2:  # noqa: ASYNC110  # another request fills it
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.005)
        busy[name] -= 1
        await reply.send(200)

    client = connect(await serve(handler), budget=BudgetPolicy(concurrency=2))
    await asyncio.gather(*(client.get(name, endpoint=name) for name in "ab" * 8))
    assert most == {"a": 2, "b": 2}


async def test_the_window_rolls_and_the_share_is_kept(clock):
    ledger = InMemoryLedger(clock, max_wait_s=10_000)
    policy = BudgetPolicy(requests=100, window_s=3600, share=0.2, reserved=0.25, slow_at=1, pause_at=1)
    for _ in range(15):
        await ledger.acquire(KEY, policy)
    assert clock.slept_s == []
    await ledger.acquire(KEY, policy, reserved=True)  # the reserved quarter is still free
    assert clock.slept_s == []
    await ledger.acquire(KEY, policy)
    assert clock.monotonic() == pytest.approx(3600)
    assert (await ledger.use(KEY, policy)).ours == 1


async def test_requests_slow_down_and_pause_with_the_tenants_total_use(clock):
    ledger = InMemoryLedger(clock)
    policy = BudgetPolicy(requests=10_000, window_s=3600)
    await ledger.correct(KEY, BudgetUse(ours=0, total=4_000, allowed=10_000))
    for _ in range(10):
        await ledger.acquire(KEY, policy)
    assert clock.slept_s == []
    await ledger.correct(KEY, BudgetUse(ours=0, total=5_000, allowed=10_000))
    for _ in range(10):
        await ledger.acquire(KEY, policy)
    assert clock.monotonic() == pytest.approx(10 * 0.36)
    await ledger.correct(KEY, BudgetUse(ours=0, total=7_500, allowed=10_000))
    with pytest.raises(RateLimitedError) as caught:
        await ledger.acquire(KEY, policy)
    assert caught.value.retry_after_s > 3000
    await ledger.acquire(KEY, policy, reserved=True)
    assert (await ledger.use(KEY, policy)).total == 7_501
    clock.advance(3600)
    await ledger.acquire(KEY, policy)
    assert (await ledger.use(KEY, policy)).total is None


async def test_connections_on_one_account_share_its_window_but_accounts_do_not(clock):
    ledger = InMemoryLedger(clock, max_wait_s=1)
    policy = BudgetPolicy(requests=1, reserved=0)
    await ledger.acquire(BudgetKey("acme", "a", "x"), policy)
    with pytest.raises(RateLimitedError):
        await ledger.acquire(BudgetKey("acme", "a", "y"), policy)
    await ledger.acquire(BudgetKey("acme", "b", "x"), policy)


async def test_a_place_is_given_back_when_the_quota_says_no(clock):
    ledger = InMemoryLedger(clock, max_wait_s=1)
    policy = BudgetPolicy(requests=1, reserved=0, concurrency=1)
    async with await ledger.acquire(KEY, policy):
        pass
    for _ in range(3):
        with pytest.raises(RateLimitedError):
            await ledger.acquire(KEY, policy)
