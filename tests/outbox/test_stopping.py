"""When sending stops and asks: too much at once, or somebody who keeps setting the same field back."""

import pytest

from servicedesk_core.outbox.policy import WritePolicy
from tests.outbox.conftest import QUICK

pytestmark = pytest.mark.slow  # over real HTTP; the commands send always


async def test_twenty_writes_in_ten_minutes_stop_and_ask(desk, vendor, clock):
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"stop_after": 3})
    numbers = [(await desk.tickets.note(f"T{n}", "hello")).id for n in range(1, 6)]
    ends = await desk.writes.approve(numbers, send=True)
    assert [str(w.state) for w in ends].count("confirmed") == 3
    assert {w.error_code for w in ends if str(w.state) == "queued"} == {"write_stopped"}
    assert len(vendor.commits) == 3
    (still,) = await desk.writes.run()
    assert still.error.code == "write_stopped"
    clock.advance(1)
    (more,) = await desk.writes.run("psa", allow=1)
    assert len(more.confirmed) == 1
    clock.advance(601)
    (rest,) = await desk.writes.run()
    assert len(rest.confirmed) == 1
    assert len(vendor.commits) == 5


async def test_sending_does_not_stop_among_writes_that_somebody_agreed_to_at_once(desk, vendor, clock):
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"stop_after": 3})
    numbers = [(await desk.tickets.note(f"T{n}", "hello")).id for n in range(1, 6)]
    ends = await desk.outbox.approve_own(numbers, send=True, agreed=True)
    assert [str(end.state) for end in ends] == ["confirmed"] * 5
    (other,) = await desk.writes.approve([(await desk.tickets.note("T1", "more")).id], send=True)
    assert (str(other.state), other.error_code) == ("queued", "write_stopped")


async def test_a_field_that_somebody_keeps_setting_back_is_given_to_a_person(desk, vendor):
    for attempt in range(2):
        write = await desk.tickets.update("T1", status="In Progress")
        (end,) = await desk.writes.approve([write.id], send=True)
        if attempt:
            assert (str(end.state), end.error_code) == ("proposed", "loop_suspected")
        vendor.put("tickets", "1", status="New")
        await desk.sync("psa", mode="full")
    assert len(vendor.commits) == 1
    (told,) = await desk.writes.approve([write.id], send=True)
    assert str(told.state) == "confirmed", "somebody who was told may send it nevertheless"
