"""Service calls and helpers through the outbox: whole, partly applied and mended, gone when they were taken away."""

import pytest

from servicedesk_core.domain.writing import Intent

pytestmark = pytest.mark.slow

STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "appointments", "secondary_resources")
GRANTS = ["appointments.create", "appointments.change", "secondary_resources.delete"]
SLOT = {"start_at": "2026-12-01T09:00:00Z", "end_at": "2026-12-01T11:00:00Z"}
REFUSED = {"kind": "status", "status": 500, "body": {"errors": ["The ticket is complete."]}}


async def sent(desk, intent):
    made = await desk.outbox.propose(intent)
    (done,) = await desk.writes.approve([made.id], send=True)
    return done


def booked(world, ref):
    return world.rows(f"SELECT ticket_refs, technician_refs FROM v_appointments WHERE external_id = '{ref}'")


async def test_a_refused_link_ends_as_partly_applied_and_a_change_mends_it(world):
    await world.sync(streams=STREAMS)
    ((ticket, company, person),) = world.rows(
        "SELECT external_id, company_ref, assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL LIMIT 1"
    )
    wanted = {"ticket_refs": [ticket], "technician_refs": [person]}
    async with world.desk(writes=GRANTS) as desk:
        world.sandbox.faults([{**REFUSED, "match": {"method": "POST", "path": "/ServiceCalls/[0-9]+/Tickets$"}}])
        values = {"company_ref": company, **SLOT, **wanted}
        visit = await sent(desk, Intent("psa", "appointments.create", "appointments:new:1", "Visit", values))
        assert (str(visit.state), visit.error_code) == ("partly_applied", "partly_applied")
        assert "The ticket is complete" in visit.error
        assert visit.ref in visit.hint, "what mends it names the service call"
        assert booked(world, visit.ref) == [("[]", "[]")]
        change = Intent(
            "psa", "appointments.change", f"appointments:{visit.ref}", "Visit", wanted, target=visit.ref,
            base={"ticket_refs": [], "technician_refs": []},
        )  # fmt: skip
        assert str((await sent(desk, change)).state) == "confirmed"
        assert booked(world, visit.ref) == [(f'["{ticket}"]', f'["{person}"]')]


async def test_a_helper_that_was_taken_away_is_gone_here_without_a_sync(world):
    await world.sync(streams=STREAMS)
    ((ref, person),) = world.rows("SELECT external_id, technician_ref FROM v_secondary_resources LIMIT 1")
    act = Intent(
        "psa", "secondary_resources.delete", f"secondary_resources:{ref}", "Helper", {"technician_ref": None},
        target=ref, base={"technician_ref": person},
    )  # fmt: skip
    async with world.desk(writes=GRANTS) as desk:
        assert str((await sent(desk, act)).state) == "confirmed"
    assert world.rows(f"SELECT external_id FROM v_secondary_resources WHERE external_id = '{ref}'") == []
