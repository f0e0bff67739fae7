"""Guessing passwords: each failure makes the next try wait longer, by name and by address, and none for ever."""

import asyncio

import pytest

from servicedesk_core.features.signins import Browser, tries
from tests.signins.conftest import RIGHT

THERE = Browser("198.51.100.9")


@pytest.mark.parametrize(("failures", "pause"), [(0, 0), (4, 0), (5, 10), (20, 900), (500, 900)])
def test_the_pause_grows_to_a_quarter_of_an_hour(failures, pause):
    assert tries.pause_s(failures) == pytest.approx(pause)
    assert tries.pause_s(failures) <= tries.pause_s(failures + 1)


async def fail(enter, times, **given):
    for _ in range(times):
        assert (await enter(**{"password": "wrong horse battery"} | given)).cookie is None


async def test_after_five_a_name_waits_wherever_it_is_tried_from_and_then_gets_in(desk, enter, clock):
    await fail(enter, 5)
    entry = await enter(browser=THERE)
    assert (entry.cookie, entry.wait_s) == (None, 10)
    assert len((await desk.audit.list()).items) == 5  # what was not tried is not told
    clock.advance(9)
    assert (await enter()).wait_s == 1
    clock.advance(1)
    assert (await enter()).cookie
    await fail(enter, 4)
    assert (await enter()).cookie  # who got in begins anew


async def test_an_address_waits_whichever_names_it_tries(enter):
    for number in range(5):
        await fail(enter, 1, name=f"name{number}", browser=Browser(f"2001:db8::{number}"))
    assert (await enter(browser=Browser("2001:db8::ffff"))).wait_s == 10
    assert (await enter(browser=THERE)).cookie


async def test_a_success_forgives_its_person_and_not_the_others_of_the_address(enter):
    await fail(enter, 2)
    for number in range(2):
        await fail(enter, 1, name=f"name{number}")
    assert (await enter()).cookie
    assert (await enter()).cookie, "a success is no failure"
    await fail(enter, 3, name="name9")
    assert (await enter()).wait_s == 10


async def test_failures_are_forgotten_after_a_day(enter, clock):
    await fail(enter, 5)
    clock.advance(86_400)
    await fail(enter, 4)
    assert (await enter()).cookie


async def test_many_at_the_same_time_are_no_way_around_it(enter):
    entries = await asyncio.gather(*(enter(password=f"wrong horse {number}") for number in range(8)))
    assert sorted(one.wait_s > 0 for one in entries) == [False] * 5 + [True] * 3
    assert (await enter(password=RIGHT)).wait_s > 0
