"""What is hard on the write path: restored stores, overlapping doubts, late vendors, faults in hooks, lost power."""

import asyncio
import threading

import pytest

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import StoreBusyError
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import Store, location, outbox
from servicedesk_core.store.outbox import changing, propose
from tests.outbox.conftest import QUICK
from tests.outbox.test_sending import settled, state_of

pytestmark = pytest.mark.slow  # faults between two steps; the usual ones run always


async def restore(desk, clock):
    """Do to the open store what a restore does, and adopt it."""
    now = clock.now()
    await desk.store.write(lambda tx: location.suspect(tx, "restored", now) and None)
    await desk.store.write(lambda tx: location.adopt(tx, desk.store.url, actor="user:ana", now=now) and None)


@pytest.mark.parametrize("by_a_person", [False, True])
async def test_a_restore_never_approves_what_nobody_approved(desk, vendor, clock, by_a_person):
    write = await desk.tickets.note("T1", "only proposed")
    await restore(desk, clock)
    if by_a_person:
        await desk.writes.resolve(write.id, WriteState.QUEUED, reason="it is not there")
    for _ in range(2):
        clock.advance(1_000)
        await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "proposed"
    assert vendor.writes == []
    (done,) = await desk.writes.approve([write.id], send=True)
    assert state_of(done) == "confirmed"


async def test_a_restore_keeps_an_approval(desk, vendor, clock):
    write = await desk.tickets.note("T1", "approved")
    await desk.writes.approve([write.id])
    await restore(desk, clock)
    for _ in range(2):
        clock.advance(1_000)
        await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


async def test_two_doubts_never_share_one_record(desk, vendor, clock):
    """Two equal entries in doubt, one of which the vendor has: the other one must not be taken for done."""
    first = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    second = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    await desk.writes.approve([first.id, second.id])
    await restore(desk, clock)
    vendor.put("time_entries", "77", ticket="1", worked_s=900, technician_ref="t1")
    clock.advance(1_000)
    await desk.writes.run()
    ends = [await settled(desk, one.id) for one in (first, second)]
    assert sorted((state_of(one), one.ref) for one in ends) == [("confirmed", "77"), ("in_doubt", None)]


async def test_a_doubt_holds_back_an_older_proposal_that_is_approved_later(desk, vendor):
    older = await desk.tickets.note("T1", "older")
    newer = await desk.tickets.log_time("T1", worked_s=60, technician="t1")
    vendor.faults.append("reset_before")
    (newer,) = await desk.writes.approve([newer.id], send=True)
    assert state_of(newer) == "in_doubt"
    (older,) = await desk.writes.approve([older.id], send=True)
    assert state_of(older) == "queued"
    assert vendor.commits == []


async def test_absence_is_counted_from_the_end_of_the_attempt(desk, vendor, clock):
    """The vendor may still be at work when our patience ends: a long wait is no settling time."""
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"shortest_settle_s": 60.0})
    vendor.faults.append("reset_before")
    vendor.on_write = lambda _path: clock.advance(100)  # the attempt lasts longer than the time to settle
    write = await desk.tickets.note("T1", "once", send=True)
    vendor.on_write = None
    assert state_of(write) == "in_doubt"
    clock.advance(59)
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "in_doubt"
    clock.advance(2)
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


def spoil(monkeypatch, desk, hook, number):
    """Let a sender's hook fail for one write."""
    sender = desk.outbox.sending.senders.of("notes.create_internal")
    usual = getattr(type(sender), hook)

    def failing(self, *args):
        write = next(one for one in args if isinstance(one, outbox.StoredWrite))
        if write.id == number:
            raise KeyError(hook)
        return usual(self, *args)

    monkeypatch.setattr(type(sender), hook, failing)


@pytest.mark.parametrize(("hook", "end"), [("check", "queued"), ("settled", "confirmed"), ("confirmed", "confirmed")])
async def test_a_fault_in_a_hook_concerns_only_its_own_write(desk, vendor, monkeypatch, hook, end):
    bad = await desk.tickets.note("T1", "bad")
    good = [await desk.tickets.note(f"T{n}", "good") for n in (2, 3, 4, 5)]
    spoil(monkeypatch, desk, hook, bad.id)
    await desk.writes.approve([bad.id, *(one.id for one in good)])
    await desk.writes.run()
    await desk.writes.run()
    assert [state_of(await settled(desk, one.id)) for one in good] == ["confirmed"] * 4
    assert state_of(await settled(desk, bad.id)) == end


async def test_a_locked_store_does_not_lose_a_confirmation(desk, vendor, monkeypatch):
    """The vendor has confirmed; the store is locked at that moment; it is tried again, not forgotten."""
    usual, failures = outbox.move, []

    def busy(tx, write, state, **options):
        if state is WriteState.CONFIRMED and len(failures) < 2:
            failures.append(write.id)
            message = "locked"
            raise StoreBusyError(message)
        return usual(tx, write, state, **options)

    monkeypatch.setattr(outbox, "move", busy)
    write = await desk.tickets.log_time("T1", worked_s=900, technician="t1", send=True)
    assert (state_of(write), len(failures)) == ("confirmed", 2)


async def test_a_person_who_settles_while_it_is_looked_up_stops_nothing_else(desk, vendor, monkeypatch):
    vendor.faults.extend(["reset_before", "reset_before"])
    doubts = [await desk.tickets.log_time(t, worked_s=900, technician="t1", send=True) for t in ("T1", "T2")]
    other = await desk.tickets.note("T3", "other")
    await desk.writes.approve([other.id])
    vendor.faults.clear()  # the second one waited for its lane, and a fault that is left could meet any of the three
    vendor.put("time_entries", "77", ticket="1", worked_s=900, technician_ref="t1")
    sender = type(desk.outbox.sending.senders.of("time_entries.create"))
    usual = sender.find

    async def find(self, calls, write, taken):
        result = await usual(self, calls, write, taken)
        if write.id == doubts[0].id:
            await desk.writes.resolve(write.id, WriteState.DISCARDED)
        return result

    monkeypatch.setattr(sender, "find", find)
    await desk.writes.retry([one.id for one in doubts])
    (outcome,) = await desk.writes.run()
    assert outcome.error is None
    assert state_of(await settled(desk, doubts[0].id)) == "discarded"
    assert state_of(await settled(desk, other.id)) == "confirmed"


async def test_what_sending_relies_on_outlasts_a_loss_of_power(desk, vendor, store_url, monkeypatch):
    """SQLite and PostgreSQL may forget the last commits unless they are told to wait for the disk."""
    asks = "PRAGMA synchronous" if store_url.startswith("sqlite") else "SHOW synchronous_commit"
    usual, waits = changing._change, []

    def change(tx, write, standing, **options):
        waits.append((standing.state, str(tx.exec_driver_sql(asks).scalar_one()) in {"2", "on"}))
        return usual(tx, write, standing, **options)

    monkeypatch.setattr(changing, "_change", change)
    await desk.tickets.note("T1", "once", send=True)
    assert waits == [(WriteState.QUEUED, True), (WriteState.SENDING, True), (WriteState.CONFIRMED, True)]
    if store_url.startswith("sqlite"):
        assert await desk.store.write(lambda tx: tx.exec_driver_sql(asks).scalar_one()) == 1, "others do not wait"


@pytest.mark.parametrize("stream", ["tickets/nowhere", "me"])
async def test_a_look_that_fails_after_the_vendor_took_the_write_proves_nothing(desk, vendor, monkeypatch, stream):
    """A connector reads back what it wrote and lets the error of that look escape: 404, or 503."""
    opened = await desk._host.open("psa")
    http = opened.http._clients[0]
    usual = http.post

    async def post(*args, **options):
        await usual(*args, **options)
        vendor.down = stream == "me"
        try:
            return await http.get(stream)
        finally:
            vendor.down = False

    monkeypatch.setattr(http, "post", post)
    write = await desk.tickets.note("T1", "once", send=True)
    monkeypatch.undo()
    assert (state_of(write), write.attempts) == ("confirmed", 1)
    assert ("sending", "in_doubt") in [(e.before, e.after) for e in (await desk.writes.show(write.id)).history]
    assert len(vendor.commits) == 1


async def test_a_sender_stopped_as_it_begins_leaves_no_doubt_about_what_it_never_sent(desk, vendor, clock, monkeypatch):
    loop, begin = asyncio.get_running_loop(), outbox.begin

    def stopped(tx, *about, **more):
        loop.call_soon_threadsafe(sending.cancel)
        return begin(tx, *about, **more)

    write = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    await desk.writes.approve([write.id])
    monkeypatch.setattr(outbox, "begin", stopped)
    sending = asyncio.create_task(desk.writes.run())
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (state_of(await settled(desk, write.id)), vendor.writes) == ("queued", [])
    monkeypatch.undo()
    clock.advance(60)
    await desk.writes.run()
    assert (state_of(await settled(desk, write.id)), len(vendor.commits)) == ("confirmed", 1)


@pytest.mark.postgres
async def test_two_who_propose_one_request_at_once_get_one_write(clock, new_postgres_url):
    """Each proposal waits for the other's commit, and then is the other's."""
    url = new_postgres_url()
    with Store.open(url, clock=clock) as one, Store.open(url, clock=clock) as other:
        intent = Intent("psa", "notes.create_internal", "tickets:1", "x", {"body": "x"}, request_id="r-1")
        inside, go_on = threading.Event(), threading.Event()

        def slow(tx):
            write = propose(tx, intent, actor="user:ana", now=clock.now())
            inside.set()
            assert go_on.wait(120)
            return write.id

        first = asyncio.create_task(one.write(slow))
        assert await asyncio.to_thread(inside.wait, 120)
        second = asyncio.create_task(other.write(lambda tx: propose(tx, intent, actor="user:dana", now=clock.now()).id))
        await one.read(lambda tx: None)
        go_on.set()
        assert await first == await second


async def test_a_vendor_that_takes_nothing_while_it_can_be_read_is_asked_ever_more_seldom(desk, vendor, clock):
    vendor.faults.extend(["reset_before"] * 100)
    await desk.tickets.note("T1", "once", send=True)
    for _ in range(30):
        clock.advance(120)
        await desk.writes.run()
    assert 3 <= len(vendor.writes) <= 12
    vendor.faults.clear()
    clock.advance(1_000)
    await desk.writes.run()
    assert len(vendor.commits) == 1


async def test_the_words_of_a_vendor_are_not_in_the_chain(desk, vendor):
    """The vendor quotes the record in its refusal; the desk shows that, and the audit trail has the code."""
    vendor.faults.append("422")
    write = await desk.tickets.note("T1", "a secret about the client", send=True)
    assert (state_of(write), write.error_code) == ("rejected", "rejected")
    (record,) = [one for one in await desk.audit.list() if one.action == "write.rejected"]
    assert record.reason == "rejected"
    assert (await desk.writes.show(write.id)).history[-1].why == write.error
