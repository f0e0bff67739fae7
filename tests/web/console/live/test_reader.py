"""One reader for each process says what moved in the store, to everybody who waits for it."""

import asyncio
from datetime import UTC, datetime

import pytest

from servicedesk_core.domain import Ticket
from servicedesk_core.errors import StoreBusyError
from servicedesk_core.store import Store, audit, changes
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.live.reader import Reader, State
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)


def ticket(tx):
    stored.put(tx, [Ticket(external_id="1", title="Printer")], now=NOW)


def act(tx):
    audit.append(tx, at=NOW, actor="user:ana", action="signin.ended", entity="signin:1")


def judged(tx):
    changes.advance(tx, "sla", 3, NOW)


@pytest.fixture
def store(store_url):
    with Store.open(store_url, clock=FakeClock(NOW)) as store:
        yield store


@pytest.mark.parametrize("what", [ticket, act, judged])
async def test_all_who_wait_hear_what_moved(store, what):
    reader = Reader(store, every_s=0.01)
    async with reader.followed(), reader.followed():
        known = reader.now
        waiting = [asyncio.create_task(reader.other_than(known, within_s=60)) for _ in range(3)]
        await store.write(what)
        heard = await asyncio.gather(*waiting)
    assert heard[0] != known
    assert set(heard) == {reader.now}


async def test_nothing_moved_is_said_in_the_end(store):
    reader = Reader(store, every_s=0.01)
    async with reader.followed():
        assert await reader.other_than(reader.now, within_s=0.05) == State()


async def test_it_looks_while_somebody_waits_only(store):
    before = asyncio.all_tasks()
    reader = Reader(store, every_s=0.001)
    async with reader.followed():
        async with reader.followed():
            (looking,) = asyncio.all_tasks() - before
        assert not looking.cancelling()
    await asyncio.wait([looking])
    assert asyncio.all_tasks() == before


async def test_a_store_that_does_not_answer_is_a_state_from_which_it_comes_back(store, monkeypatch, caplog):
    reader = Reader(store, every_s=0.01)
    read = store.read

    async def busy(_):
        raise StoreBusyError("The store is locked by another process.", hint="Wait.")

    await store.write(act)
    async with reader.followed():
        monkeypatch.setattr(store, "read", busy)
        lost = await reader.other_than(reader.now, within_s=60)
        assert (lost.is_reachable, lost.acts) == (False, reader.now.acts)
        monkeypatch.setattr(store, "read", read)
        assert (await reader.other_than(lost, within_s=60)).is_reachable
    assert [record.message for record in caplog.records if "not live" in record.message] != []
