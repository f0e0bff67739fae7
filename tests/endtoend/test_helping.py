"""Help wanted and steps at Autotask: who takes a call up becomes a secondary resource, and a step is ticked."""

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.errors import WriteError

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = [
    "secondary_resources.create",
    "secondary_resources.delete",
    "checklist_items.create",
    "checklist_items.update",
]
STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "secondary_resources", "checklist_items")


@pytest.fixture
async def desk(world):
    store = world.sandbox.store
    pairs = store.select("ResourceServiceDeskRoles", tail="ORDER BY id")
    once = [one for one in pairs if [two["resourceID"] for two in pairs].count(one["resourceID"]) == 1]
    world.holder, world.helper = (one["resourceID"] for one in once[:2])
    row = store.select("Tickets", '"status" <> 5')[-1]
    store.put(
        "Tickets",
        [row | {"status": 1, "assignedResourceID": world.holder, "assignedResourceRoleID": once[0]["roleID"]}],
    )
    world.ticket, world.number = row["id"], row["ticketNumber"]
    await world.sync(connection={"writes": GRANTS}, streams=STREAMS)
    settings = world.settings(writes=GRANTS)
    url = f"sqlite:///{world.file}"
    async with ServiceDesk(settings, store=url, clock=world.clock, actor=Actor("user:ana")) as opened:
        yield opened


def secondary(world):
    rows = world.sandbox.store.select("TicketSecondaryResources", '"ticketID" = ?', (world.ticket,))
    return [one["resourceID"] for one in rows]


async def test_whoever_takes_a_call_up_becomes_a_secondary_resource_and_is_taken_away_again(world, desk):
    asked = await desk.helpers.ask(world.number, "Two hands for the rack.")
    before = secondary(world)
    write = await desk.helpers.give(asked.number, technician=str(world.helper), send=True)
    assert (str(write.state), secondary(world)) == ("confirmed", [*before, world.helper])
    known = {one.technician_ref for one in await desk.helpers.list(world.number)}
    assert str(world.helper) in known, "it shows at once, without a sync"
    with pytest.raises(WriteError, match="has ended"):
        await desk.helpers.give(asked.number, technician=str(world.helper), send=True)
    await desk.helpers.remove(world.number, str(world.helper), send=True)
    assert secondary(world) == before
    assert str(world.helper) not in {one.technician_ref for one in await desk.helpers.list(world.number)}


async def test_what_autotask_refuses_leaves_the_call_open(world, desk):
    asked = await desk.helpers.ask(world.number, "Two hands for the rack.")
    refused = {"kind": "status", "status": 500, "body": {"errors": ["The role is not active."]}}
    world.sandbox.faults([{**refused, "match": {"method": "POST", "path": "/SecondaryResources$"}}])
    write = await desk.helpers.give(asked.number, technician=str(world.helper), send=True)
    assert (str(write.state), "The role is not active" in write.error) == ("rejected", True)
    assert [one.number for one in await desk.helpers.calls()] == [asked.number]


async def test_a_step_is_added_and_ticked_and_shows_at_once(world, desk):
    before = len(await desk.checklist.list(world.number))
    await desk.checklist.add(world.number, "Look at the log", send=True)
    await desk.checklist.tick(world.number, "look at", send=True)
    step = (await desk.checklist.list(world.number)).items[-1]
    assert (step.place, step.is_done, step.done_at is not None) == (before + 1, True, True)
    (row,) = world.sandbox.store.select("TicketChecklistItems", "id = ?", (int(step.step),))
    assert row["isCompleted"] is True
