"""Code that does not come back is reported with connection, hook and place."""

import asyncio
import threading

import pytest

from servicedesk_core.hooks import watchdog as watching
from servicedesk_core.hooks.watchdog import Watchdog, log_stall, still_working

PATIENCE_S = 0.05


class Time:
    """The watchdog's time: it stands still but for what a test moves it, however busy the machine is.

    Attributes:
        now_s: The present.
        told: To which threads it was told.
    """

    def __init__(self):
        self.now_s, self.told = 100.0, set()

    def monotonic(self):
        self.told.add(threading.current_thread().name)
        return self.now_s

    def move(self, seconds):
        self.told.clear()
        self.now_s += seconds


@pytest.fixture(autouse=True)
def moments(monkeypatch):
    found = Time()
    monkeypatch.setattr(watching, "time", found)
    return found


@pytest.fixture
def stalls():
    return []


@pytest.fixture
def watchdog(stalls, moments):
    reported = threading.Event()

    def report(stall):
        stalls.append(stall)
        reported.set()

    dog = Watchdog(patience_s=PATIENCE_S, report=report)
    dog.reported, dog.moments = reported, moments
    yield dog
    dog.close()


def blocking_code(watchdog, until):
    watchdog.moments.move(2 * PATIENCE_S)
    assert until.wait(60)


async def test_a_step_that_blocks_the_loop_is_named_once_with_its_place(watchdog, stalls, caplog):
    with watchdog.on_loop("[psa] pull"):
        await asyncio.sleep(0)
        blocking_code(watchdog, watchdog.reported)
    (stall,) = stalls
    assert (stall.label, stall.on_loop) == ("[psa] pull", True)
    assert any("blocking_code" in line for line in stall.stack)
    log_stall(stall)
    assert "[psa] pull has not come back" in caplog.text
    assert "holds up everything else" in caplog.text


async def test_the_guilty_one_of_several_steps_is_named(watchdog, stalls):
    waiting = asyncio.Event()

    async def patient():
        with watchdog.on_loop("[other] pull"):
            await waiting.wait()

    async def guilty():
        with watchdog.on_loop("[psa] count"):
            await asyncio.sleep(0)
            blocking_code(watchdog, watchdog.reported)
        waiting.set()

    await asyncio.gather(patient(), guilty())
    assert [stall.label for stall in stalls] == ["[psa] count"]


async def test_waiting_is_not_blocking(watchdog, stalls, moments):
    with watchdog.on_loop("[psa] pull"):
        for _ in range(6):
            moments.move(PATIENCE_S / 2)
            while len(moments.told) < 2:  # noqa: ASYNC110  # the loop has proved that it turns, and the watchdog looked
                await asyncio.sleep(0.001)
    assert stalls == []


async def test_a_hung_blocking_call_is_reported_while_others_go_on(watchdog, stalls):
    release = threading.Event()
    hung = asyncio.create_task(watchdog.run_blocking("[psa] a blocking call", blocking_code, watchdog, release))
    assert await asyncio.to_thread(watchdog.reported.wait, 60)
    assert await watchdog.run_blocking("[other] a blocking call", sum, [1, 2]) == 3
    release.set()
    await hung
    assert [(stall.label, stall.on_loop) for stall in stalls] == [("[psa] a blocking call", False)]
    assert any("blocking_code" in line for line in stalls[0].stack)


async def test_a_slow_call_that_says_that_it_goes_on_is_not_reported(watchdog, stalls, moments):
    def slow():
        for _ in range(6):
            moments.move(PATIENCE_S * 0.6)
            still_working()
            while "servicedesk-watchdog" not in moments.told:
                assert not stalls

    await watchdog.run_blocking("[psa] a blocking call", slow)
    still_working()
    assert stalls == []


async def test_an_error_of_a_blocking_call_reaches_the_caller(watchdog):
    with pytest.raises(ZeroDivisionError):
        await watchdog.run_blocking("x", lambda: 1 / 0)


def test_a_second_loop_is_watched_too(watchdog, stalls):
    async def step(block):
        with watchdog.on_loop("[psa] pull"):
            await asyncio.sleep(0)
            if block:
                blocking_code(watchdog, watchdog.reported)

    asyncio.run(step(block=False))
    asyncio.run(step(block=True))
    assert [stall.label for stall in stalls] == ["[psa] pull"]


def test_nothing_is_left_behind_when_it_closes():
    dog = Watchdog(patience_s=PATIENCE_S)

    async def step():
        with dog.on_loop("x"):
            await asyncio.sleep(0)

    asyncio.run(step())
    before = threading.active_count()
    dog.close()
    assert threading.active_count() == before - 1
    dog.close()
