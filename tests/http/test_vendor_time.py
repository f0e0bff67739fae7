"""The vendor's time, by the ``Date`` of its answers."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from servicedesk_core.errors import NotFoundError, RateLimitedError
from servicedesk_core.http.retry import LONGEST_RETRY_AFTER_S
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.testing.clock import FakeClock

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def told(clock, date, *, elapsed_s=0.0, **fields):
    time = VendorTime(clock)
    time.note({"date": date if isinstance(date, str) else format_datetime(date, usegmt=True), **fields}, elapsed_s)
    return time


@pytest.mark.parametrize("hours", [-48, -2, 2, 48])
def test_a_difference_of_hours_is_told_by_its_sign(hours):
    time = told(FakeClock(TEN + timedelta(hours=hours)), TEN)
    assert time.ahead_s() == pytest.approx(hours * 3600, abs=1)
    assert time.now() == TEN


def test_the_vendors_time_runs_on_although_our_clock_is_set():
    clock = FakeClock(TEN)
    time = told(clock, TEN)
    clock.advance(600)
    clock.advance(-86_400)
    assert time.now() == TEN + timedelta(minutes=10)


def test_what_whole_seconds_and_the_way_explain_is_no_difference():
    clock = FakeClock(TEN + timedelta(seconds=0.9))
    assert told(clock, TEN).ahead_s() == 0
    clock = FakeClock(TEN + timedelta(minutes=5))
    assert told(clock, TEN, elapsed_s=300).ahead_s() == 0


@pytest.mark.parametrize("date", ["", "tomorrow", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_answer_without_a_usable_date_says_nothing(date):
    time = told(FakeClock(TEN), date)
    assert time.now() is None
    assert time.ahead_s() is None


def test_an_answer_that_somebody_had_kept_says_nothing():
    assert told(FakeClock(TEN), TEN, age="3600").now() is None
    assert told(FakeClock(TEN), TEN, age="0").now() == TEN


def test_a_date_of_another_zone_or_without_one_is_read():
    assert told(FakeClock(TEN), "Mon, 02 Mar 2026 11:00:00 +0100").now() == TEN
    assert told(FakeClock(TEN), "Mon, 02 Mar 2026 10:00:00 -0000").now() == TEN


async def test_a_client_learns_the_vendors_time_from_whatever_it_answers(serve, connect):
    async def elsewhen(_request, reply):
        await reply.send(404, {}, {"Date": format_datetime(TEN, usegmt=True)})

    client = connect(await serve(elsewhen))
    with pytest.raises(NotFoundError):
        await client.get("x")
    assert client.vendor_now() - TEN < timedelta(minutes=1)


async def test_a_pause_until_an_instant_is_counted_by_the_clock_that_named_it(serve, connect):
    async def busy(_request, reply):
        until = format_datetime(TEN + timedelta(seconds=90), usegmt=True)
        await reply.send(429, {}, {"Date": format_datetime(TEN, usegmt=True), "Retry-After": until})

    with pytest.raises(RateLimitedError) as caught:
        await connect(await serve(busy)).get("x")
    assert 85 < caught.value.retry_after_s <= 90 < LONGEST_RETRY_AFTER_S


def test_a_vendors_clock_is_believed_as_far_as_anybody_may_have_set_it():
    clock = FakeClock(TEN)
    assert told(clock, TEN.replace(year=2035)).now() == TEN.replace(year=2035)
    for year in (2999, 2037, 2015):
        time = told(clock, TEN)
        time.note({"date": format_datetime(TEN.replace(year=year), usegmt=True)}, 0.0)
        assert time.now() == TEN, year
    for date in ("Fri, 31 Dec 9999 23:59:59 -0100", "Sat, 01 Jan 0001 00:00:00 +0100"):
        assert told(clock, date).now() is None


def test_a_machine_that_slept_knows_no_new_difference_until_the_vendor_answers():
    class Slept(FakeClock):
        def monotonic(self):
            return 0.0

    clock = Slept(TEN)
    time = told(clock, TEN)
    clock.advance(8 * 3600)
    assert time.ahead_s() == 0
    time.compare_anew()
    assert time.ahead_s() is None
    time.note({"date": format_datetime(clock.now(), usegmt=True)}, 0.0)
    assert time.ahead_s() == 0
