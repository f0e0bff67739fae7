"""A major incident at Autotask: our own ticket, the problem that others stand under, and one note for each."""

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.errors import WriteError

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["tickets.create", "tickets.update", "notes.create_public", "notes.create_internal"]
STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "notes")


@pytest.fixture
async def desk(world):
    open_rows = world.sandbox.store.select("Tickets", '"status" <> 5 AND "companyID" <> 0')
    by_client = {row["companyID"]: row for row in open_rows}
    world.rows = list(by_client.values())[:2]
    await world.sync(connection={"writes": GRANTS}, streams=STREAMS)
    settings = world.settings(writes=GRANTS)
    async with ServiceDesk(
        settings, store=f"sqlite:///{world.file}", clock=world.clock, actor=Actor("user:ana")
    ) as opened:
        yield opened


async def test_it_stands_under_a_problem_of_our_own_and_each_client_has_its_note(world, desk):
    numbers = [row["ticketNumber"] for row in world.rows]
    done = await desk.incidents.declare("Mail is down", tickets=numbers)
    assert [(row.state, row.why) for row in done.items[1:]] == [("confirmed", "")] * 2, done
    parent = (await desk.writes.show(done.items[0].write)).write.ref
    row = world.sandbox.store.get("Tickets", int(parent))
    first = world.sandbox.store.get("Tickets", world.rows[0]["id"])
    assert (row["companyID"], row["title"], row["queueID"]) == (0, "Mail is down", first["queueID"])
    ids = [one["id"] for one in world.rows]
    assert {world.sandbox.store.get("Tickets", one)["problemTicketId"] for one in ids} == {int(parent)}
    await desk.incidents.update(1, "We are working on it.")
    notes = [one for one in world.sandbox.store.select("TicketNotes") if one["description"].startswith("We are wor")]
    assert sorted(one["ticketID"] for one in notes) == sorted(ids)
    assert {one["publish"] for one in notes} == {1}, "for everybody"
    closed = await desk.incidents.close(1)
    await desk.writes.approve([one.write for one in closed], send=True)
    assert {(await desk.writes.show(one.write)).write.state for one in closed} == {"confirmed"}


async def test_without_a_ticket_to_take_a_queue_from_it_says_how_to_name_one(desk):
    with pytest.raises(WriteError, match="needs a queue") as caught:
        await desk.incidents.declare("Mail is down")
    assert "--queue" in caught.value.hint
    assert not (await desk.incidents.list(everything=True)).items
