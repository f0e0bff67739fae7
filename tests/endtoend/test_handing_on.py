"""A ticket is handed on to another tier at Autotask: queue, note and helper, and what becomes of it."""

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.escalate.model import Mood

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["tickets.update", "notes.create_internal", "secondary_resources.create"]
STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "notes", "secondary_resources")
SAID = {"tried": "New cable.", "findings": "The switch drops packets.", "mood": Mood.WORRIED}


@pytest.fixture(params=[GRANTS, GRANTS[:2]], ids=["helper", "named"])
async def desk(world, tmp_path, request):
    roles = world.sandbox.store.select("ResourceServiceDeskRoles", tail="ORDER BY id")
    world.who, role = str(roles[0]["resourceID"]), roles[0]["roleID"]
    row = world.sandbox.store.select("Tickets", '"status" <> 5')[-1]
    theirs = {"status": 1, "assignedResourceID": int(world.who), "assignedResourceRoleID": role}
    world.sandbox.store.put("Tickets", [row | theirs])
    world.number, world.grants = row["ticketNumber"], request.param
    await world.sync(connection={"writes": world.grants}, streams=STREAMS)
    settings = world.settings(writes=world.grants)
    folder = tmp_path / "service"
    folder.mkdir()
    async with ServiceDesk(
        settings, store=f"sqlite:///{world.file}", clock=world.clock, actor=Actor("user:ana")
    ) as opened:
        before = (await opened.tickets.get(world.number)).row.queue
        query = "SELECT name FROM queues WHERE name IS NOT NULL ORDER BY name"
        queues = await opened.store.read(lambda tx: [one[0] for one in tx.exec_driver_sql(query)])
        world.before, world.queue = before, next(name for name in queues if name != before)
        (folder / "tiers.toml").write_text(f'[tiers.tier2]\nqueue = "{world.queue}"\nwithin = "1 h"\n')
        await opened.definitions.apply(reason="agreed", folder=folder)
        yield opened


async def test_it_goes_to_the_tiers_queue_with_what_is_known_and_whoever_had_it_stays_a_helper(world, desk):
    write = await desk.escalate(world.number, to="tier2", **SAID)
    await desk.writes.approve([write.id, *write.followed_by], send=True)
    found = await desk.tickets.get(world.number)
    assert (found.row.queue, found.row.assignee_ref) == (world.queue, None)
    body = found.notes[-1].body
    assert body.startswith("Tried: New cable.\nFound: The switch drops packets.\nClient: worried")
    helpers = world.sandbox.store.select("TicketSecondaryResources")
    keeps = "secondary_resources.create" in world.grants
    assert [str(one["resourceID"]) for one in helpers if str(one["ticketID"]) == found.row.external_id] == (
        [world.who] if keeps else []
    )
    assert ("First technician:" in body) is not keeps
    [row] = (await desk.escalate.handoffs()).items
    assert (row.tier, row.mood, row.is_bounced, row.is_late) == ("tier2", "worried", False, False)


async def test_what_was_tried_and_found_has_to_be_said(world, desk):
    with pytest.raises(WriteError, match="has to know more"):
        await desk.escalate(world.number, to="tier2", **SAID | {"tried": " "})
    with pytest.raises(NotFoundLocallyError, match='Did you mean "tier2"'):
        await desk.escalate(world.number, to="tier3", **SAID)
    assert (await desk.escalate.handoffs()).items == ()
