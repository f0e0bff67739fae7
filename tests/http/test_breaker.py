"""The circuit breaker."""

import asyncio
import logging

import pytest

from servicedesk_core.errors import NotFoundError, VendorUnavailableError
from servicedesk_core.http import BreakerPolicy, RetryPolicy
from servicedesk_core.ports import BudgetPolicy

ONCE = {"retry": RetryPolicy(attempts=1), "breaker": BreakerPolicy(failures=3, open_s=60)}


@pytest.fixture
async def shaky(serve):
    """A server whose status can be set."""

    async def handler(request, reply):
        await server.gate.wait()
        await reply.send(server.status)

    server = await serve(handler)
    server.status, server.gate = 503, asyncio.Event()
    server.gate.set()
    return server


async def fail(client, times, error=VendorUnavailableError):
    for _ in range(times):
        with pytest.raises(error):
            await client.get("x")


async def test_consecutive_failures_hold_requests_back_until_a_probe_succeeds(shaky, connect, clock, caplog):
    caplog.set_level(logging.INFO, "servicedesk.http")
    client = connect(shaky, **ONCE)
    await fail(client, 6)
    assert len(shaky.requests) == 3
    with pytest.raises(VendorUnavailableError, match="held back") as caught:
        await client.get("x")
    assert caught.value.retry_after_s == 60
    assert "The last time: The vendor" in caught.value.message
    clock.advance(60)
    await fail(client, 3)
    assert len(shaky.requests) == 4  # one probe, which failed
    clock.advance(60)
    shaky.status = 200
    await client.get("x")
    await client.get("x")
    assert len(shaky.requests) == 6
    messages = [record.getMessage() for record in caplog.records if record.name == "servicedesk.http"]
    held = "acme: 3 failures in a row; holding requests back for 60 s at a time. The last one: The vendor cannot serve"
    assert [message[: len(held)] for message in messages] == [held, "acme: the vendor answers again"]


async def test_only_one_probe_at_a_time(shaky, connect, clock):
    client = connect(shaky, **ONCE)
    await fail(client, 3)
    clock.advance(60)
    shaky.status = 200
    shaky.gate.clear()
    probe = asyncio.create_task(client.get("x"))
    await shaky.wait_for(4)
    with pytest.raises(VendorUnavailableError, match="held back"):
        await client.get("x")
    shaky.gate.set()
    assert (await probe).status == 200
    assert (await client.get("x")).status == 200


async def test_a_cancelled_probe_leaves_the_way_free_for_another(shaky, connect, clock):
    client = connect(shaky, **ONCE)
    await fail(client, 3)
    clock.advance(60)
    shaky.status = 200
    shaky.gate.clear()
    probe = asyncio.create_task(client.get("x"))
    await shaky.wait_for(4)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    shaky.gate.set()
    assert (await client.get("x")).status == 200


async def test_answers_that_blame_the_request_do_not_count_as_failures(shaky, connect):
    client = connect(shaky, **ONCE)
    await fail(client, 2)
    shaky.status = 404
    await fail(client, 5, NotFoundError)
    shaky.status = 503
    await fail(client, 2)
    assert len(shaky.requests) == 9


async def test_retries_stop_when_the_circuit_opens(shaky, connect):
    client = connect(shaky, retry=RetryPolicy(attempts=10), breaker=BreakerPolicy(failures=3))
    with pytest.raises(VendorUnavailableError, match="held back"):
        await client.get("x")
    assert len(shaky.requests) == 3


async def test_what_waits_for_a_place_is_not_sent_to_a_vendor_that_was_found_to_be_down(shaky, connect):
    client = connect(shaky, budget=BudgetPolicy(concurrency=1), **ONCE)
    outcomes = await asyncio.gather(*(client.get(f"x/{number}") for number in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, VendorUnavailableError) for outcome in outcomes)
    assert len(shaky.requests) == 3
