"""A write that waits for another one: sent once that is there, never without it, over whichever connection."""

from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.outbox.policy import WritePolicy
from tests.outbox.conftest import GRANTS, QUICK, settings_for

FIRST, SECOND = "stock", "psa"  # in the order of their names the one that waits comes first


@pytest.fixture
async def desk(vendor, store_url, clock):
    settings = settings_for(vendor, store_url)
    connector = f"{Path(__file__).parent / 'acme.py'}:Acme"
    settings["connections"][FIRST] = {"connector": connector, "url": vendor.url, "writes": GRANTS, "timeout_s": 2.0}
    async with ServiceDesk(settings, clock=clock) as opened:
        opened.outbox.sending.policy = WritePolicy(**QUICK)
        yield opened


def note(connection, text, after=None):
    kind = "notes.create_internal"
    return Intent(connection, kind, "tickets:1", "T1", {"body": text, "ticket_ref": "1"}, parent="1", after=after)


async def proposed(desk):
    first = await desk.outbox.propose(note(FIRST, "taken"))
    second = await desk.outbox.propose(note(SECOND, "charged", after=first.id))
    return first.id, second.id


async def test_it_goes_in_the_same_run_once_the_other_is_there(desk, vendor):
    first, second = await proposed(desk)
    await desk.outbox.approve([second], send=True)
    waiting = (await desk.writes.show(second)).write
    assert (waiting.state, waiting.waits_for) == ("queued", first)
    assert (await desk.writes.show(first)).write.followed_by == (second,)
    await desk.outbox.approve([first])
    await desk.outbox.run()
    assert [(await desk.writes.show(one)).write.state for one in (first, second)] == ["confirmed", "confirmed"]
    bodies = [one["body"] for one in vendor.records["notes"].values()][-2:]
    assert [body.split("\n")[0] for body in bodies] == ["taken", "charged"]


async def test_what_was_refused_is_not_followed_and_what_is_discarded_takes_it_along(desk, vendor):
    first, second = await proposed(desk)
    vendor.faults.append("422")
    await desk.outbox.approve([first, second])
    await desk.outbox.run()
    assert (await desk.writes.show(first)).write.state == "rejected"
    assert (await desk.writes.show(second)).write.state == "queued", "the first may be tried again"
    await desk.outbox.discard([first], reason="not needed")
    shown = await desk.writes.show(second)
    assert (shown.write.state, shown.history[-1].why) == (
        "discarded",
        f"write {first}, which goes first, was discarded",
    )
    assert not vendor.added("notes")


async def test_a_lost_answer_holds_it_back_until_the_doubt_is_settled(desk, vendor):
    first, second = await proposed(desk)
    vendor.faults.append("reset_after")
    await desk.outbox.approve([first, second])
    await desk.outbox.run()
    states = [(await desk.writes.show(one)).write.state for one in (first, second)]
    assert states == ["confirmed", "confirmed"], "it was found, and then the other one went"
    assert len(vendor.added("notes")) == 2, "and nothing twice"


async def test_what_waits_over_another_connection_keeps_nothing_else_of_its_record_waiting(desk, vendor):
    first, second = await proposed(desk)
    later = (await desk.outbox.propose(note(SECOND, "the client called"))).id
    vendor.faults.append("422")
    await desk.outbox.approve([first, second])
    await desk.outbox.run()
    await desk.outbox.approve([later], send=True)
    states = [(await desk.writes.show(one)).write.state for one in (first, second, later)]
    assert states == ["rejected", "queued", "confirmed"]
