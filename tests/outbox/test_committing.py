"""What attempts side by side want to store: together, and each by itself."""

import asyncio

import pytest

from servicedesk_core.errors import LeaseLostError
from servicedesk_core.outbox.committing import Commits
from servicedesk_core.store import Store, leases, meta


@pytest.fixture
def store(sqlite_url, fake_clock):
    with Store.open(sqlite_url, clock=fake_clock) as store:
        yield store


@pytest.fixture
def fence(store):
    return store.write_blocking(lambda tx: leases.acquire(tx, "writes:psa", "me", 60.0))


def keep(name, *, fails=False):
    def work(tx):
        meta.put(tx, name, "there")
        if fails:
            raise ValueError(name)
        return name

    return work


async def kept(store):
    return {name for name in "abcd" if await store.read(lambda tx, name=name: meta.get(tx, name))}


async def test_what_comes_meanwhile_is_one_transaction_and_each_stands_by_itself(store, fence, monkeypatch):
    transactions = []
    write = store.write

    async def counted(work, **options):
        transactions.append(options["durable"])
        return await write(work, **options)

    monkeypatch.setattr(store, "write", counted)
    commits = Commits(store, fence)
    works = [keep("a"), keep("b", fails=True), keep("c"), keep("d")]
    ends = await asyncio.gather(*map(commits.write, works), return_exceptions=True)
    assert [str(end) for end in ends] == ["a", "b", "c", "d"]
    assert isinstance(ends[1], ValueError)
    assert await kept(store) == {"a", "c", "d"}
    assert transactions == [True]
    assert await commits.write(keep("b")) == "b"


async def test_whoever_is_cancelled_waits_until_it_is_stored(store, fence):
    commits = Commits(store, fence)
    tasks = [asyncio.create_task(commits.write(keep(name))) for name in "ab"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert await tasks[1] == "b"
    assert await kept(store) == {"a", "b"}


async def test_a_lost_lease_stores_nothing_of_any(store, fence):
    await store.write(lambda tx: leases.release(tx, fence))
    commits = Commits(store, fence)
    ends = await asyncio.gather(commits.write(keep("a")), commits.write(keep("b")), return_exceptions=True)
    assert [type(end) for end in ends] == [LeaseLostError] * 2
    assert await kept(store) == set()
