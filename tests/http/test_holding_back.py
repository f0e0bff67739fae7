"""What one request was told holds for those that already wait: for a place, or for a token."""

import asyncio

import pytest

from servicedesk_core.http import OAuth2ClientCredentials, RetryPolicy
from servicedesk_core.ports import BudgetPolicy
from servicedesk_core.testing import FakeClock

MANY = 20


class StandingClock(FakeClock):
    """Lets sleepers sleep until the test moves it."""

    def __init__(self):
        super().__init__()
        self.asleep = 0
        self.moved = asyncio.Condition()

    async def sleep(self, seconds):
        until = self.monotonic() + seconds
        async with self.moved:
            self.asleep += 1
            self.moved.notify_all()
            await self.moved.wait_for(lambda: self.monotonic() >= until)
            self.asleep -= 1

    async def wait_for_sleepers(self, count):
        async with self.moved:
            await self.moved.wait_for(lambda: self.asleep >= count)

    async def move(self, seconds):
        async with self.moved:
            self.advance(seconds)
            self.moved.notify_all()


@pytest.fixture
async def clock():
    return StandingClock()


async def first(*events):
    """Wait for the first of some events; the others are given up."""
    tasks = [asyncio.ensure_future(event) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


@pytest.mark.parametrize(("headers", "pause_s"), [({"retry-after": "30"}, 30), ({"retry-after": "0"}, 0.5), ({}, 1)])
async def test_a_429_holds_back_requests_that_wait_for_a_place(serve, connect, clock, headers, pause_s):
    async def handler(request, reply):
        await reply.send(429 if len(server.requests) == 1 else 200, [1], headers)

    server = await serve(handler)
    client = connect(server, budget=BudgetPolicy(concurrency=1), retry=RetryPolicy(min_wait_s=0.5))
    asked = asyncio.gather(*(client.get(f"t/{number}") for number in range(MANY)))
    await first(clock.wait_for_sleepers(2), server.wait_for(2))  # who was refused, and who has the place
    assert len(server.requests) == 1
    await clock.move(pause_s)
    await server.wait_for(MANY)
    await clock.move(60)
    await asked
    assert len(server.requests) == MANY + 1


async def test_a_429_of_the_token_endpoint_holds_back_who_waits_for_the_token(serve, connect, clock):
    async def handler(request, reply):
        if len(server.requests) == 1:
            await reply.send(429, b"", {"retry-after": "30"})
        else:
            await reply.send(200, {"access_token": "t" * 20})

    server = await serve(handler)
    client = connect(server, auth=OAuth2ClientCredentials(f"{server.url}/token", "id", "secret-secret"))
    asked = asyncio.gather(*(client.get(f"t/{number}") for number in range(MANY)))
    await first(clock.wait_for_sleepers(2), server.wait_for(2))
    assert len(server.requests) == 1
    await clock.move(60)
    await asked
    assert [request.path for request in server.requests].count("/token") == 2
