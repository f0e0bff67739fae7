"""How patiently requests are tried again."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.errors import RateLimitedError, VendorUnavailableError
from servicedesk_core.http import Outcome, RetryPolicy, Route, Rule, parse_retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("1.5", 1.5),
        ("-3", 0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sun Mar  1 12:00:30 2026", 30),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30),
        ("Sun, 01 Mar 2020 12:00:30 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("999999999999999999999", 86_400),
        ("inf", 86_400),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_forms_of_retry_after(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text(alphabet="0123456789 :-+.,eEinfatSunMrGT\0é", max_size=40))
def test_retry_after_never_fails_and_stays_in_bounds(text):
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_retry_after_dates_mean_the_time_until_then(offset):
    seconds = parse_retry_after(format_datetime(NOW + timedelta(seconds=offset), usegmt=True), NOW)
    assert seconds == min(max(offset, 0), 86_400)


def failing(times, status=503, headers=None):
    left = times

    async def handler(request, reply):
        nonlocal left
        left -= 1
        if left >= 0:
            await reply.send(status, b"", headers)
        else:
            await reply.send(200, [1])

    return handler


async def test_waits_double_with_jitter_up_to_the_maximum(serve, connect, clock):
    server = await serve(failing(5))
    await connect(server, retry=RetryPolicy(attempts=6, first_wait_s=1, max_wait_s=5)).get("x")
    assert len(clock.slept_s) == 5
    for wait_s, base_s in zip(clock.slept_s, (1, 2, 4, 5, 5), strict=True):
        assert base_s <= wait_s <= min(base_s + 1, 5)


@pytest.mark.parametrize(("asked", "least"), [("7", 7), ("0", 0.5), ("Sun, 01 Mar 2026 12:00:09 GMT", 9)])
async def test_retry_after_is_honoured_and_zero_is_floored(serve, connect, clock, asked, least):
    server = await serve(failing(1, 429, {"retry-after": asked}))
    await connect(server).get("x")
    assert least <= clock.monotonic() <= least + 1


async def test_a_longer_wait_than_we_are_willing_is_handed_to_the_caller(serve, connect, clock):
    server = await serve(failing(1, 429, {"retry-after": "3600"}))
    client = connect(server)
    with pytest.raises(RateLimitedError) as caught:
        await client.get("x")
    assert caught.value.retry_after_s == 3600
    with pytest.raises(RateLimitedError) as caught:
        await client.get("y")  # not sent either: the vendor wants quiet
    assert caught.value.retry_after_s == 3600
    assert len(server.requests) == 1
    clock.advance(3600)
    assert (await client.get("y")).status == 200


async def test_a_rule_can_name_the_wait(serve, connect, clock):
    server = await serve(failing(1, 500))
    rule = Rule(outcome=Outcome.TRANSIENT, status=500, error=RateLimitedError, retry_after_s=20)
    await connect(server, rules=(rule,)).get("x")
    assert clock.monotonic() >= 20


async def test_during_a_429_storm_parallel_requests_wait_together(serve, connect, clock):
    async def handler(request, reply):
        if clock.monotonic() < 30:
            await reply.send(429, b"", {"retry-after": "30"})
        else:
            await reply.send(200, [1])

    server = await serve(handler)
    client = connect(server)
    with pytest.raises(RateLimitedError):
        await connect(server, retry=RetryPolicy(attempts=1)).get("x")
    answers = await asyncio.gather(client.get("first"), *(client.get(f"t/{number}") for number in range(10)))
    assert all(answer.status == 200 for answer in answers)
    assert len(server.requests) <= 1 + 2 * 11


async def test_one_attempt_means_no_retry(serve, connect, clock):
    server = await serve(failing(1))
    with pytest.raises(VendorUnavailableError):
        await connect(server, retry=RetryPolicy(attempts=1)).get("x")
    assert clock.slept_s == []


async def test_reads_by_post_are_tried_again_and_repeat_their_body(serve, connect):
    server = await serve(failing(2))
    client = connect(server, routes=(Route("POST", "/t/query", None),))
    assert (await client.post("t/query", json={"filter": 1})).json() == [1]
    assert [request.json() for request in server.requests] == [{"filter": 1}] * 3


async def test_an_attempt_waiting_to_be_repeated_can_be_cancelled(serve, connect, clock):
    server = await serve(failing(9))
    waiting = asyncio.Event()

    async def sleep(seconds):
        waiting.set()
        await asyncio.Event().wait()

    clock.sleep = sleep
    task = asyncio.create_task(connect(server).get("x"))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(server.requests) == 1
