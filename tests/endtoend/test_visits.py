"""Service calls and helpers through the outbox: whole, partly applied and mended, gone when they were taken away."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError

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


async def test_a_visit_is_booked_moved_and_cancelled_and_of_two_on_one_slot_one_is_refused(world):
    await world.sync(streams=STREAMS)
    ((ticket, person),) = world.rows(
        "SELECT number, assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL AND is_open LIMIT 1"
    )
    grants = [*GRANTS, "appointments.cancel"]
    async with world.desk(writes=grants) as desk:
        free = (await desk.appointments.slots(technician=person, minutes=60, day=date(2026, 12, 14), days=5)).items[0]
        first = await desk.appointments.book(ticket, person, free.starts_at)
        assert str(first.state) == "proposed"
        with pytest.raises(WriteError, match="is booked from"):
            await desk.appointments.book(ticket, person, free.starts_at + timedelta(minutes=30))
        double = await desk.appointments.book(ticket, person, free.starts_at, double=True)
        assert any("is booked from" in one for one in double.warnings), "whoever approves it is told"
        await desk.writes.discard([double.id])
        (booked_now,) = await desk.writes.approve([first.id], send=True)
        assert str(booked_now.state) == "confirmed", booked_now
        ref = booked_now.ref
        row = await desk.appointments.show(ref)
        assert (row.tickets, row.starts_at, row.ends_at) == (
            (ticket,),
            free.starts_at,
            free.starts_at + timedelta(hours=1),
        )
        moved = await desk.appointments.move(ref, start_at=free.starts_at + timedelta(hours=1), send=True)
        assert str(moved.state) == "confirmed", moved
        assert (await desk.appointments.show(ref)).ends_at == free.starts_at + timedelta(hours=2), "it lasts as long"
        with pytest.raises(WriteError, match="shows that already"):
            await desk.appointments.move(ref, minutes=60)
        gone = await desk.appointments.cancel(ref, send=True)
        assert (str(gone.state), (await desk.appointments.show(ref)).state) == ("confirmed", "cancelled")
        assert ref not in [one.appointment for one in (await desk.appointments.list(day=date(2026, 12, 14))).items]


async def test_a_visit_that_was_taken_in_part_is_moved_to_what_it_shows_already(world):
    await world.sync(streams=STREAMS)
    ((company,),) = world.rows("SELECT company_ref FROM v_tickets WHERE is_open GROUP BY 1 HAVING count(*) > 1 LIMIT 1")
    on = f"SELECT number FROM v_tickets WHERE is_open AND company_ref = '{company}' ORDER BY number LIMIT 2"
    (first,), (second,) = world.rows(on)
    ((person,),) = world.rows("SELECT assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL LIMIT 1")
    async with world.desk(writes=GRANTS) as desk:
        free = (await desk.appointments.slots(technician=person, day=date(2026, 12, 14), days=5)).items[0].starts_at
        world.sandbox.faults([{**REFUSED, "match": {"method": "POST", "path": ".*/[0-9]+/Resources$"}}])
        visit = await desk.appointments.book(first, person, free, also=(second,), send=True)
        assert str(visit.state) == "partly_applied"
        row = await desk.appointments.show(visit.ref)
        assert (len(row.tickets), len(row.technicians)) == (2, 1), "one of its two tickets has nobody, which it hides"
        mended = await desk.appointments.move(visit.ref, technician=(person,), send=True)
        assert str(mended.state) == "confirmed", mended
        links = world.sandbox.store.select(
            "ServiceCallTickets", '"serviceCallID" = ?', (int(visit.ref.split("-")[-1]),)
        )
        of = [world.sandbox.store.select("ServiceCallTicketResources", '"serviceCallTicketID" = ?', (one["id"],))
              for one in links]  # fmt: skip
        assert [len(each) for each in of] == [1, 1]
        with pytest.raises(WriteError, match="shows that already"):
            await desk.appointments.move(visit.ref, technician=(person,))


async def test_a_visit_is_handed_to_nobody_for_whom_a_booking_waits_meanwhile(world):
    await world.sync(streams=STREAMS)
    ((ticket, person),) = world.rows(
        "SELECT number, assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL AND is_open LIMIT 1"
    )
    async with world.desk(writes=GRANTS) as desk:
        free = (await desk.appointments.slots(technician=person, minutes=60)).items[0].starts_at
        await desk.appointments.book(ticket, person, free, send=True)
        plan = await desk.cover.preview(person, until=free + timedelta(days=1))
        (visit,) = (one for one in plan.pieces if one.visit is not None and one.row.at == free)
        assert visit.taker is not None
        await desk.appointments.book(ticket, visit.taker.key[1], free, double=True)
        done = await desk.cover.hand_over(person, until=free + timedelta(days=1), shown=plan)
        (row,) = (one for one in done if one.external_id == visit.row.external_id)
        assert (row.taker, row.write) == (None, None)
        assert "is booked from" in row.why


async def test_a_days_visits_are_moved_into_the_shortest_order_and_what_moved_meanwhile_stays(world, tmp_path):
    await world.sync(streams=(*STREAMS, "sites"))
    on = world.rows("SELECT number, company_ref FROM v_tickets WHERE is_open AND company_ref IS NOT NULL ORDER BY 2, 1")
    (far, client), (near, other) = on[0], next(one for one in on if one[1] != on[0][1])
    ((person,),) = world.rows("SELECT assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL LIMIT 1")
    lines = [
        f"[technicians.ana]\ntechnician = '{person}'\n[homes.ana]\ntechnician = 'ana'\nlatitude = 0\nlongitude = 0"
    ]
    lines += [f"[places.{name}]\ncompany = '{ref}'\nlatitude = 0\nlongitude = {east}"
              for name, ref, east in (("far", client, 0.3), ("near", other, 0.01))]  # fmt: skip
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text("\n".join(lines))
    day = date(2026, 12, 14)
    async with world.desk(writes=GRANTS) as desk:
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        start = (await desk.appointments.slots(technician=person, day=day, days=1)).items[0].starts_at
        refs = [(await desk.appointments.book(ticket, person, start + timedelta(hours=hours), send=True)).ref
                for ticket, hours in ((far, 0), (near, 2), (far, 4))]  # fmt: skip
        found = await desk.travel.preview(person, day=day)
        assert [one.appointment for one in found.order if one.is_moved], found
        moves = {one.appointment: one.begins_at for one in found.order}
        done = await desk.travel.reorder(person, day=day, shown=found)
        assert {one.state for one in done} == {"confirmed"}, done.items
        shown = {ref: (await desk.appointments.show(ref)) for ref in refs}
        assert {ref: one.starts_at for ref, one in shown.items()} == moves
        assert {one.ends_at - one.starts_at for one in shown.values()} == {timedelta(hours=1)}
        assert [one.why for one in await desk.travel.reorder(person, day=day, shown=found)] == [
            "It was moved meanwhile."] * len(done.items)  # fmt: skip
        assert (await desk.travel.order(person, day=day)).saved_min == 0
        one, other = found.order.items[:2]
        at = moves[one.appointment]
        stale = replace(found.order, items=(
            replace(one, starts_at=at, begins_at=at + timedelta(minutes=10), is_moved=True),
            replace(other, starts_at=at - timedelta(days=1), is_moved=True)))  # fmt: skip
        left = await desk.travel.reorder(person, day=day, shown=replace(found, order=stale))
        assert [(row.write, row.why) for row in left] == [
            (None, "another of these visits was not moved"), (None, "It was moved meanwhile.")]  # fmt: skip
        assert (await desk.appointments.show(one.appointment)).starts_at == at
        assert [row for row in (await desk.writes.list()).items if row.state == "proposed"] == []


async def test_where_one_of_two_swapped_visits_is_refused_the_other_can_be_put_back(world):
    await world.sync(streams=STREAMS)
    on = world.rows("SELECT number, company_ref FROM v_tickets WHERE is_open AND company_ref IS NOT NULL ORDER BY 2, 1")
    one, other = on[0][0], next(each[0] for each in on if each[1] != on[0][1])
    ((person,),) = world.rows("SELECT assignee_ref FROM v_tickets WHERE assignee_ref IS NOT NULL LIMIT 1")
    day = date(2026, 12, 14)
    async with world.desk(writes=GRANTS) as desk:
        start = (await desk.appointments.slots(technician=person, day=day, days=1)).items[0].starts_at
        for ticket, hours in ((one, 0), (other, 2)):
            await desk.appointments.book(ticket, person, start + timedelta(hours=hours), send=True)
        found = await desk.travel.preview(person, day=day)
        first, second = found.order.items
        times = (first, second.starts_at), (second, first.starts_at)
        items = tuple(replace(row, begins_at=at, is_moved=True) for row, at in times)
        swapped = replace(found.order, items=items)
        world.sandbox.faults([{**REFUSED, "match": {"method": "PATCH", "path": "/ServiceCalls$"}, "nth": 2}])
        done = await desk.travel.reorder(person, day=day, shown=replace(found, order=swapped))
        states = [row.state for row in done]
        assert states == ["confirmed", "rejected"], done.items
        (back,) = [each for each in (await desk.writes.list()).items if each.state == "proposed"]
        assert done.items[0].why == f"it is moved although another one was refused: write {back.id} would put it back"
        await desk.writes.approve([back.id], send=True)
        assert (await desk.appointments.show(first.appointment)).starts_at == first.starts_at
