"""Each form does its work once: pressed twice, at once or later, by whoever; and what is asked first is asked again
when it is no longer what was shown."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import pytest

from servicedesk_core.web.console.acting import requests
from tests.other_process import ended_process
from tests.web.console.acting import levers
from tests.web.console.acting.conftest import followed, opened

pytestmark = pytest.mark.slow  # each opens a desk and its console


@pytest.fixture
def features(desk):
    levers.PULLED.clear()
    levers.GATES.clear()
    levers.WEIGHTS.clear()
    return (*desk.features, levers.FEATURE)


def hidden(page):
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found}


async def test_two_presses_at_once_do_it_once_and_both_find_the_result(browser):
    ana = await browser("ana")
    entered, gate = asyncio.Event(), asyncio.Event()

    async def wait():
        entered.set()
        await gate.wait()

    levers.GATES.append(wait)
    _, action = await opened(ana, "/acts/levers/count")
    first = asyncio.create_task(ana.post(action, {"lever": "red", "_do": "do"}))
    await entered.wait()
    second = await ana.post(action, {"lever": "red", "_do": "do"})
    waiting = await ana.get(second.headers["location"], 202)
    assert "It is being done." in waiting.text
    assert waiting.headers["refresh"] == "2"
    gate.set()
    assert (await first).headers["location"] == second.headers["location"]
    page = await followed(ana, second)
    assert levers.PULLED == ["red"]
    assert "red" in page.text
    max_ = await browser("max")
    await max_.get(second.headers["location"], 404)
    await max_.post(action, {"lever": "blue", "_do": "do"})
    assert levers.PULLED == ["red", "blue"], "somebody else's form is another one, though it was made with the same id"


async def test_what_was_refused_can_be_mended_and_sent_again(browser):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/levers/count")
    told = await ana.post(action, {"lever": "stuck", "_do": "do"}, 409)
    assert "It is stuck. Take another one." in told.text
    await ana.post(action, {"lever": "red", "_do": "do"})
    assert levers.PULLED == ["red"]


async def test_of_a_killed_process_nobody_can_say_whether_it_had_done_it(browser, desk, clock, monkeypatch):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/levers/count")
    key = requests.id_of("user:ana", "levers.count", action.partition("_request=")[2])
    monkeypatch.setattr(requests, "this_process", ended_process)
    await desk.store.write(lambda tx: requests.begin(tx, key, "user:ana", "levers.count", clock.now()))
    told = await followed(ana, await ana.post(action, {"lever": "red", "_do": "do"}))
    assert "Nobody can say whether it was done" in told.text
    assert levers.PULLED == []
    clock.advance(timedelta(days=2).total_seconds())
    await desk.store.write(lambda tx: requests.begin(tx, "another", "user:ana", "levers.count", clock.now()))
    assert await desk.store.read(lambda tx: requests.sent(tx, key)) is None


async def test_what_cannot_be_taken_back_is_asked_first(browser):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/levers/break")
    asked = await ana.post(action, {"lever": "red", "_do": "look"}, 200)
    assert "Break red?" in asked.text
    assert levers.PULLED == []
    await followed(ana, await ana.post(action, hidden(asked.text) | {"_do": "agreed"}))
    assert levers.PULLED == ["red"]
    _, action = await opened(ana, "/acts/levers/break")
    again = await ana.post(action, {"lever": "blue", "_do": "agreed"}, 200)
    assert "Break blue?" in again.text, "nobody agrees to what they were not asked"


async def test_what_is_previewed_is_done_only_when_it_is_still_what_was_shown(browser):
    ana = await browser("ana")
    levers.WEIGHTS["red"] = 7
    _, action = await opened(ana, "/acts/levers/pull")
    asked = await ana.post(action, {"lever": "red", "_do": "look"}, 200)
    assert "Pull red of 7 kg?" in asked.text
    levers.WEIGHTS["red"] = 9
    told = await ana.post(action, hidden(asked.text) | {"_do": "agreed"}, 200)
    assert "Nothing was done" in told.text
    assert "<code>- Weight: 7</code>" in told.text
    assert "<code>+ Weight: 9</code>" in told.text
    assert levers.PULLED == []
    await followed(ana, await ana.post(action, hidden(told.text) | {"_do": "agreed"}))
    assert levers.PULLED == ["red"]
