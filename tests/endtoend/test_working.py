"""What a technician does with a ticket at Autotask: takes it, starts, cannot."""

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, WriteError
from servicedesk_core.features.tickets.working import Cannot

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["tickets.update", "notes.create_internal"]
STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "notes")


@pytest.fixture
async def desk(world):
    row = world.sandbox.store.select("Tickets", '"status" <> 5')[-1]
    nobodys = {"status": 1, "assignedResourceID": None, "assignedResourceRoleID": None}
    world.sandbox.store.put("Tickets", [row | nobodys])
    world.number = row["ticketNumber"]
    await world.sync(connection={"writes": GRANTS}, streams=STREAMS)
    roles = world.sandbox.store.select("ResourceServiceDeskRoles", tail="ORDER BY id")
    world.who = sorted({str(one["resourceID"]) for one in roles})[:2]
    settings = world.settings(writes=GRANTS)
    settings["people"] = {
        "ana": {"roles": ["service-manager"]},
        "ben": {"roles": ["technician"], "technician": world.who[0], "connection": "psa"},
        "cho": {"roles": ["technician"], "technician": world.who[1], "connection": "psa"},
    }
    store = f"sqlite:///{world.file}"
    async with ServiceDesk(settings, store=store, clock=world.clock, actor=Actor("user:ana")) as opened:
        yield opened


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}"))


async def test_of_two_who_take_one_ticket_the_second_is_refused(world, desk):
    number = world.number
    first = await of(desk, "ben").tickets.take(number)
    second = await of(desk, "cho").tickets.take(number)
    first, second = await desk.writes.approve([first.id, second.id], send=True)
    assert [str(first.state), str(second.state), second.error_code] == ["confirmed", "rejected", "write_conflict"]
    (sent,) = world.sandbox.state()["writes"]
    assert str(sent["body"]["assignedResourceID"]) == world.who[0]
    assert sent["body"]["assignedResourceRoleID"], "Autotask takes a technician with their role only"
    with pytest.raises(NotPermittedError):
        await of(desk, "cho").tickets.take(number)
    with pytest.raises(WriteError, match="already"):
        await of(desk, "ben").tickets.take(number)
    with pytest.raises(NotFoundLocallyError, match="no technician"):
        await desk.tickets.take(number)


async def test_starting_what_nobody_has_makes_it_ones_own_and_who_cannot_gives_it_back_with_the_reason(world, desk):
    number, ben = world.number, of(desk, "ben")
    started = await ben.tickets.start(number)
    await desk.writes.approve([started.id], send=True)
    row = (await desk.tickets.get(number)).row
    assert (row.status_category, row.assignee_ref) == ("in_progress", world.who[0])
    with pytest.raises(NotPermittedError):
        await of(desk, "cho").tickets.cannot(number, Cannot.NO_TIME)
    with pytest.raises(WriteError, match="Nobody can tell"):
        await ben.tickets.cannot(number, Cannot.OTHER)
    given = await ben.tickets.cannot(number, Cannot.NO_SKILL, comment="It is a firewall.")
    await desk.writes.approve([given.id, *given.followed_by], send=True)
    found = await desk.tickets.get(number)
    assert (found.row.status_category, found.row.assignee_ref) == ("triaged", None)
    assert found.notes[-1].body == "Cannot go on: it takes a skill that I do not have.\nIt is a firewall."
    assert found.notes[-1].visibility == "internal"


async def test_who_waits_for_a_part_keeps_the_ticket(world, desk):
    number, ben = world.number, of(desk, "ben")
    started = await ben.tickets.start(number)
    await desk.writes.approve([started.id], send=True)
    waits = await ben.tickets.cannot(number, Cannot.PART_MISSING)
    await desk.writes.approve([waits.id, *waits.followed_by], send=True)
    row = (await desk.tickets.get(number)).row
    assert (row.status_category, row.assignee_ref) == ("waiting_parts", world.who[0])
