"""Attempts of which nobody knows what became of them: looked up, found, proven absent, or given to a person."""

import asyncio

import pytest
from sqlalchemy import text

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import WriteStateError
from servicedesk_core.outbox.policy import WritePolicy
from tests.outbox.conftest import QUICK, settings_for, settled, state_of

pytestmark = pytest.mark.slow  # over real HTTP with broken answers


@pytest.mark.parametrize("fault", ["hang_after", "reset_after"])
async def test_an_answer_lost_after_the_vendor_accepted_is_found_and_not_sent_again(desk, vendor, fault):
    vendor.faults.append(fault)
    write = await desk.tickets.note("T1", "once", send=True)
    vendor.release.set()
    assert (state_of(write), write.attempts) == ("confirmed", 1)
    assert len(vendor.commits) == 1


async def test_a_connection_that_breaks_before_the_first_byte_is_looked_up_before_it_is_sent_again(desk, vendor):
    vendor.faults.append("reset_before")
    write = await desk.tickets.note("T1", "once", send=True)
    assert state_of(write) == "queued"
    history = [(e.before, e.after) for e in (await desk.writes.show(write.id)).history]
    assert ("sending", "in_doubt") in history
    assert ("in_doubt", "queued") in history
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


async def test_what_only_its_content_can_find_waits_for_a_person(desk, vendor):
    vendor.faults.append("reset_before")
    write = await desk.tickets.log_time("T1", worked_s=900, technician="Ana Diaz", send=True)
    assert state_of(write) == "in_doubt"
    with pytest.raises(WriteStateError, match="Settle the doubt first"):
        await desk.writes.discard([write.id])
    await desk.writes.run()
    assert len(vendor.writes) == 1
    await desk.writes.resolve(write.id, WriteState.QUEUED, reason="not on the timesheet")
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


async def test_a_doubtful_entry_that_looks_like_another_of_ours_is_not_taken_for_it(desk, vendor):
    first = await desk.tickets.log_time("T1", worked_s=900, technician="t1", send=True)
    vendor.faults.append("reset_before")
    second = await desk.tickets.log_time("T1", worked_s=900, technician="t1", send=True)
    assert (state_of(first), state_of(second)) == ("confirmed", "in_doubt")


async def test_a_doubtful_update_is_found_though_others_changed_the_same_record(desk, vendor):
    await desk.tickets.update("T1", title="First", send=True)
    vendor.faults.append("reset_after")
    second = await desk.tickets.update("T1", title="Second", send=True)
    assert (state_of(second), second.attempts) == ("confirmed", 1)


async def test_absence_is_believed_only_after_the_settling_time(desk, vendor, clock):
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"shortest_settle_s": 60.0})
    vendor.faults.append("reset_before")
    write = await desk.tickets.note("T1", "once", send=True)
    assert state_of(write) == "in_doubt"
    clock.advance(59)
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "in_doubt"
    clock.advance(2)
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


async def test_a_doubt_holds_back_what_comes_after_it_on_the_same_ticket(desk, vendor):
    vendor.faults.append("reset_before")
    doubt = await desk.tickets.log_time("T1", worked_s=900, technician="t1", send=True)
    after = await desk.tickets.update("T1", title="Later", send=True)
    other = await desk.tickets.update("T2", title="Beside", send=True)
    assert (state_of(after), after.waits_for, state_of(other)) == ("queued", doubt.id, "confirmed")


async def test_an_overtaken_sender_stores_nothing_and_its_attempt_becomes_a_doubt(desk, vendor, store_url, clock):
    """While one process waits for the answer, its lease is taken over; what it learns is refused."""
    write = await desk.tickets.note("T1", "once")
    vendor.faults.append("hang_after")
    first = asyncio.create_task(desk.writes.approve([write.id], send=True))
    assert await asyncio.to_thread(vendor.committed.wait, 30)
    steal = text("UPDATE leases SET owner = 'another', fence = fence + 1 WHERE name = 'writes:psa'")
    await desk.store.write(lambda tx: tx.execute(steal) and None)
    vendor.release.set()
    (end,) = await first
    assert (state_of(end), end.error_code) == ("sending", None)
    expire = text("UPDATE leases SET expires_at = 0 WHERE name = 'writes:psa'")
    await desk.store.write(lambda tx: tx.execute(expire) and None)
    await desk.store.write(lambda tx: tx.execute(text("UPDATE outbox SET not_after = 0")) and None)
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as other:
        await other.writes.run()
        assert state_of(await settled(other, write.id)) == "confirmed"
    assert len(vendor.commits) == 1
