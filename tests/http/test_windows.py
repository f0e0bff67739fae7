"""Several windows of one quota, requests that count for more, errors that are scarce, and bodies that are arrays."""

import asyncio
from collections import Counter

import pytest

from servicedesk_core.errors import NotFoundError, RateLimitedError, SettingsError, WriteNotGrantedError
from servicedesk_core.http import Field, RetryPolicy, Route
from servicedesk_core.http.quota import Quota
from servicedesk_core.ports import BudgetKey, BudgetPolicy, Window
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger
from servicedesk_core.store.budgets.policies import standings
from servicedesk_core.store.fields import to_us

PLAIN = {"slow_at": 1.0, "pause_at": 1.0, "reserved": 0.0}
TWO = BudgetPolicy(12, 100.0, further=(Window(5, 10.0),), **PLAIN)
KEY = BudgetKey("acme", "tenant-1")


def most_in(instants, window_s):
    return max(sum(start <= at < start + window_s for at in instants) for start in instants)


@pytest.fixture
def shared(tmp_path, clock):
    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=clock) as store:
        yield store


@pytest.mark.parametrize("in_store", [False, True])
async def test_no_window_is_ever_exceeded(ledger, shared, clock, in_store):
    used = StoreLedger(shared) if in_store else ledger
    quotas = [Quota(used, KEY, TWO), Quota(used, KEY, TWO)]
    sent = []
    for number in range(30):
        async with quotas[number % 2].permit("", reserved=True, cost=1):
            sent.append(clock.monotonic())
    assert most_in(sent, 10.0) <= 5
    assert most_in(sent, 100.0) <= 12
    assert sent[-1] - sent[0] < 320  # and nothing waits for longer than the windows ask
    if in_store:
        await used.aclose()
        told = shared.read_blocking(lambda tx: standings(tx, to_us(clock.now())))
        assert [(one.key.tenant, one.policy.window_s) for one in told] == [("tenant-1", 100.0), ("tenant-1", 10.0)]


async def test_a_dear_request_counts_for_what_it_costs(serve, connect, clock):
    async def handler(request, reply):
        await reply.send(200, [])

    server = await serve(handler)
    client = connect(server, budget=TWO, routes=(Route("GET", "/search", cost=4),))
    began = clock.monotonic()
    for _ in range(3):
        await client.get("search")
    assert clock.monotonic() - began < 100  # 12 of 12
    await client.get("cheap")
    assert clock.monotonic() - began >= 100


async def test_when_failures_are_used_up_nothing_is_sent_until_their_window_has_moved(serve, connect, clock):
    async def handler(request, reply):
        await reply.send(404 if request.path.endswith("gone") else 200, [])

    server = await serve(handler)
    policy = BudgetPolicy(None, errors=Window(3, 3600.0))
    client = connect(server, budget=policy, retry=RetryPolicy(attempts=1))
    for _ in range(3):
        await client.get("there")
        with pytest.raises(NotFoundError):
            await client.get("gone")
    with pytest.raises(RateLimitedError, match="3 times in 3600 s") as caught:
        await client.get("there")
    assert caught.value.retry_after_s == 3600
    assert len(server.requests) == 6
    clock.advance(3700)
    await client.get("there")


async def test_of_one_connection_no_more_are_under_way_than_may_still_fail(serve, connect):
    under_way, most, go = 0, 0, asyncio.Event()

    async def handler(request, reply):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 3:
            go.set()
        await go.wait()
        under_way -= 1
        await reply.send(404 if request.path.endswith("gone") else 200, [])

    server = await serve(handler)
    client = connect(server, budget=BudgetPolicy(None, errors=Window(3, 3600.0)), retry=RetryPolicy(attempts=1))
    paths = [*["there"] * 6, *["gone"] * 8]
    outcomes = await asyncio.gather(*map(client.get, paths), return_exceptions=True)
    assert most == 3
    failed = Counter(type(one) for one in outcomes if isinstance(one, Exception))
    assert failed[NotFoundError] == 3
    assert len(server.requests) + failed[RateLimitedError] == len(paths)


@pytest.mark.parametrize("in_store", [False, True])
async def test_of_requests_that_fail_together_each_gets_its_answer(serve, connect, ledger, shared, in_store):
    """One that had to wait, or was told that nothing was sent, would hide what became of a write."""
    all_there = asyncio.Barrier(4)

    async def handler(request, reply):
        await all_there.wait()
        await reply.send(404)

    server = await serve(handler)
    used = StoreLedger(shared) if in_store else ledger
    options = {"budget": BudgetPolicy(None, errors=Window(2, 3600.0)), "retry": RetryPolicy(attempts=1)}
    clients = [connect(server, ledger=used, **options) for _ in range(4)]
    outcomes = await asyncio.gather(*(client.get("gone") for client in clients), return_exceptions=True)
    assert {type(one) for one in outcomes} == {NotFoundError}
    with pytest.raises(RateLimitedError, match="so many requests have failed"):
        await clients[0].get("gone")


async def test_a_request_that_no_window_could_ever_hold_is_refused_at_once(serve, connect, clock):
    server = await serve(None)
    client = connect(server, budget=TWO, routes=(Route("GET", "/search", cost=6),))
    with pytest.raises(SettingsError, match="counts for 6; acme allows this desk 5 in 10 s"):
        await client.get("search")
    with pytest.raises(ValueError, match="one at least"):
        Route("GET", "/free", cost=0)


BULK = (
    Route("POST", "/tickets", "tickets.update", body={"id": Field.PRESENT}),
    Route("POST", "/tickets", "tickets.create", body={"id": Field.ABSENT}),
)


@pytest.mark.parametrize(
    ("grant", "body", "passes"),
    [
        ("tickets.update", [{"id": 1}, {"id": 2}], True),
        ("tickets.update", {"id": None}, True),
        ("tickets.update", [{"id": 1}, {"title": "x"}], False),
        ("tickets.update", [{"title": "x"}], False),
        ("tickets.create", [{"title": "x"}, {"title": "y"}], True),
        ("tickets.create", [{"id": 1}], False),
        ("tickets.create", [], False),
        ("tickets.create", [[]], False),
    ],
)
async def test_every_item_of_an_array_decides_what_it_is(serve, connect, grant, body, passes):
    async def handler(request, reply):
        await reply.send(200, [])

    server = await serve(handler)
    client = connect(server, routes=BULK, grants=frozenset({grant}))
    if passes:
        await client.post("tickets", json=body)
    else:
        with pytest.raises(WriteNotGrantedError):
            await client.post("tickets", json=body)
    assert len(server.requests) == passes
