"""Triage of a ticket at Autotask: one act, one write, and who comes second is told."""

import pytest

from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError, WriteError
from servicedesk_core.features.triage.kinds import Level
from servicedesk_core.features.triage.rules import NextStep

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["tickets.update", "notes.create_internal"]
RULES = '[intake.all.questions]\nsince = "Since when?"\nwho = "Who else has it?"\n'
STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "notes", "contracts", "products", "assets")


@pytest.fixture
async def desk(world):
    async with world.desk(writes=GRANTS) as opened:
        await opened.sync_all(streams=STREAMS)
        (world.folder / "service").mkdir()
        (world.folder / "service" / "triage.toml").write_text(RULES)
        await opened.definitions.apply(folder=world.folder / "service", reason="begin")
        yield opened


def ticket_of(world, more="TRUE"):
    (found,) = world.rows(
        f"SELECT t.external_id, t.number, t.company_ref FROM tickets t WHERE t.is_open AND {more} "
        "ORDER BY t.external_id LIMIT 1"
    )
    return found


def sent(world):
    return [(one["entity"], one["kind"]) for one in world.sandbox.state()["writes"]]


async def test_everything_is_said_in_one_write_and_the_answers_follow_as_one_internal_note(world, desk):
    has = "EXISTS (SELECT 1 FROM {0} x WHERE x.company_ref = t.company_ref AND x.gone_at IS NULL)"
    ref, number, company = ticket_of(world, f"{has.format('contracts')} AND {has.format('assets')}")
    own = f"WHERE company_ref = '{company}' AND gone_at IS NULL ORDER BY external_id LIMIT 1"
    ((contract,),) = world.rows(f"SELECT external_id FROM contracts {own}")
    ((device, serial),) = world.rows(f"SELECT external_id, COALESCE(serial_number, external_id) FROM assets {own}")
    done = await desk.triage(
        number, kind="problem", impact=Level.HIGH, urgency=Level.HIGH, queue="Level II Support", contract=contract,
        device=serial, estimated_s=5400, next_step=NextStep.ASK_CLIENT, answers={"since": "Monday", "who": "Nobody"},
        send=True,
    )  # fmt: skip
    assert str(done.state) == "confirmed", done
    (follows,) = done.followed_by
    assert str((await desk.writes.show(follows)).write.state) == "confirmed"
    assert sent(world) == [("Tickets", "patch"), ("TicketNotes", "create")]
    shown = world.rows(
        "SELECT kind, priority, contract_ref, asset_ref, estimated_s, status_category FROM tickets "
        f"WHERE external_id = '{ref}'"
    )
    assert shown == [("problem", "P1", contract, device, 5400, "waiting_customer")]
    assert world.rows(f"SELECT visibility, body FROM notes WHERE ticket_ref = '{ref}' AND title = 'Intake'") == [
        ("internal", "Since when?\nMonday\n\nWho else has it?\nNobody")
    ]
    assert (await desk.triage.open(ticket=number)).items == ()


async def test_of_two_coordinators_on_one_ticket_the_second_is_refused_with_both_versions(world, desk):
    _, number, _ = ticket_of(world, "t.priority NOT IN ('P1', 'P4')")
    first = await desk.triage(number, impact=Level.HIGH, urgency=Level.HIGH)
    second = await desk.triage(number, impact=Level.LOW, urgency=Level.MEDIUM, estimated_s=3600)
    first, second = await desk.writes.approve([first.id, second.id], send=True)
    assert [str(first.state), str(second.state)] == ["confirmed", "rejected"]
    assert second.error_code == "write_conflict"
    assert sent(world) == [("Tickets", "patch")]


async def test_a_ticket_that_is_closed_is_not_triaged_neither_before_nor_after_it_was_proposed(world, desk):
    ref, number, _ = ticket_of(world)
    proposed = await desk.triage(number, estimated_s=3600)
    row = world.sandbox.store.get("Tickets", int(ref))
    world.sandbox.store.put("Tickets", [row | {"status": 5}])
    (refused,) = await desk.writes.approve([proposed.id], send=True)
    assert (str(refused.state), refused.error_code) == ("rejected", "write_conflict")
    ((done,),) = world.rows("SELECT number FROM tickets WHERE NOT is_open ORDER BY external_id LIMIT 1")
    with pytest.raises(WriteError, match="nothing to triage"):
        await desk.triage(done, estimated_s=7200)
    assert sent(world) == []


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"issue": "Fax from the moon"}, ServiceDeskError, "Fax from the moon"),
        ({"queue": "Nowhere"}, NotFoundLocallyError, "no queue"),
        ({"device": "no-such-serial"}, NotFoundLocallyError, "no device"),
        ({"impact": Level.HIGH}, WriteError, "together"),
        ({"impact": Level.HIGH, "urgency": Level.LOW, "priority": "P1"}, WriteError, "twice"),
        ({"answers": {"sinse": "x"}, "kind": "problem"}, WriteError, "since"),
        ({}, WriteError, "Nothing is said"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_proposed(world, desk, given, error, told):
    _, number, _ = ticket_of(world)
    with pytest.raises(error, match=told):
        await desk.triage(number, **given)
    assert (await desk.writes.list()).items == ()
