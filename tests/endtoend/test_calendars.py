"""What is booked stands in the technicians' own calendars: approved with the booking, or later by the job."""

from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.domain.calendars import CANCEL, PUT
from servicedesk_core.sandboxing.serving import serve
from tests.calendars.standin import Server

pytestmark = pytest.mark.slow

STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "appointments", "secondary_resources")
GRANTS = ["appointments.create", "appointments.change", "appointments.cancel"]
DAY = date(2026, 12, 14)


@pytest.fixture
def calendars():
    server = Server()
    with serve(server) as url:
        yield server, url


@pytest.fixture
async def booking(world, calendars, tmp_path):
    """A desk with the calendars of two technicians; yields it with an open ticket and both."""
    await world.sync(streams=STREAMS)
    ((ticket, ana),) = world.rows(
        "SELECT number, assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL AND is_open LIMIT 1"
    )
    ((ben,),) = world.rows(f"SELECT external_id FROM v_technicians WHERE external_id <> '{ana}' AND is_active LIMIT 1")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(
        f'[technicians.ana]\ntechnician = "{ana}"\n[technicians.ben]\ntechnician = "{ben}"\n'
    )
    settings = world.settings(writes=GRANTS)
    settings["connections"]["cal"] = {
        "connector": "caldav", "environment": "sandbox", "url": calendars[1], "username": "desk", "password": "pw-1",
        "calendars": {"ana": "ana", "ben": "ben"}, "writes": [PUT, CANCEL],
    }  # fmt: skip

    @asynccontextmanager
    async def opened():
        async with ServiceDesk(settings, store=f"sqlite:///{world.file}", clock=world.clock) as desk:
            yield desk

    async with opened() as desk:
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        await run(desk, "calendars")
        yield desk, ticket, ana, ben


async def run(desk, job):
    (outcome,) = await desk.run_jobs(job)
    assert outcome.error is None, outcome


async def test_an_approved_booking_stands_there_at_once_and_follows_what_becomes_of_it(booking, calendars):
    desk, ticket, ana, ben = booking
    server = calendars[0]
    at = (await desk.appointments.slots(technician=ana, minutes=180, day=DAY, days=5)).items[0].starts_at
    visit = await desk.appointments.book(ticket, ana, at, send=True)
    assert str(visit.state) == "confirmed", visit
    assert server.of("SUMMARY") == [f"Appointment {ticket}"]
    assert server.of("DTSTART") == [f"{at:%Y%m%dT%H%M%SZ}"]
    await desk.appointments.move(visit.ref, start_at=at + timedelta(hours=1), send=True)
    assert server.of("DTSTART") == [f"{at + timedelta(hours=1):%Y%m%dT%H%M%SZ}"]
    await desk.appointments.move(visit.ref, technician=(ben,), send=True)
    assert (server.of("DTSTART", "/ana/"), len(server.of("DTSTART", "/ben/"))) == ([], 1)
    await desk.appointments.cancel(visit.ref, send=True)
    assert server.objects == {}


async def test_a_process_that_ends_between_both_writes_loses_nothing_and_a_calendar_that_refuses_no_booking(
    booking, calendars
):
    desk, ticket, ana, _ = booking
    server = calendars[0]
    free = (await desk.appointments.slots(technician=ana, minutes=60, day=DAY, days=9)).items
    made = await desk.appointments.book(ticket, ana, free[0].starts_at)
    (sent,) = await desk.writes.approve([made.id], send=True)  # and nothing after it, as when the process ended here
    assert (str(sent.state), server.objects) == ("confirmed", {})
    await run(desk, "appointments")
    await run(desk, "appointments")
    (waiting,) = [one for one in (await desk.writes.list()).items if one.kind == PUT]
    assert str(waiting.state) == "proposed", "nobody has approved this one"
    await desk.writes.approve([waiting.id], send=True)
    assert server.of("SUMMARY") == [f"Appointment {ticket}"]
    server.faults([{"kind": "status", "status": 403, "match": {"method": "PUT"}}])
    again = await desk.appointments.book(ticket, ana, free[0].starts_at + timedelta(days=1), send=True, double=True)
    assert str(again.state) == "confirmed"
    assert [str(one.state) for one in (await desk.writes.list()).items if one.kind == PUT] == ["rejected"]


async def test_whoever_covers_has_it_in_their_calendar_and_who_is_out_has_not(booking, calendars):
    desk, ticket, ana, _ = booking
    server = calendars[0]
    at = (await desk.appointments.slots(technician=ana, minutes=60)).items[0].starts_at
    await desk.appointments.book(ticket, ana, at, send=True)
    assert len(server.of("UID", "/ana/")) == 1
    plan = await desk.cover.preview(ana, until=at + timedelta(days=1))
    (visit,) = (one for one in plan.pieces if one.visit is not None and one.row.at == at)
    assert visit.taker is not None
    await desk.cover.hand_over(ana, until=at + timedelta(days=1), shown=plan)
    assert server.of("UID", "/ana/") == []
