"""What goes wrong while tickets are given away: proofs that end, nights in which clocks are set, a clock set back."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import Actor, Way
from tests.assign.conftest import applied

LEAVE = "[leave.{0}]\ntechnician = '{0}'\nfirst_day = 2026-03-01\nlast_day = {1}\n"


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))


async def why(desk, ticket="T1"):
    return {one.technician: one.why for one in await desk.assign.candidates(ticket)}


async def test_a_certification_that_ends_before_the_work_could_begin_is_none(desk, clock, tmp_path):
    today = clock.now().date()
    later = f"[shifts.later]\ntechnicians = ['ana']\ndays = {{ {today + timedelta(days=1)} = '08:00-16:00' }}\n"
    folder = tmp_path / "service" / "all.toml"
    proof = f"certifications.CCNA = {{ valid_to = {today} }}\n"
    folder.write_text(folder.read_text().replace("[technicians.dana]", f"{proof}[technicians.dana]"))
    await applied(desk, tmp_path, later + "[requirements.all]\ncertifications = ['CCNA']\n")
    clock.advance(1)
    assert (await why(desk))["Ana Diaz"] == f"CCNA ends on {today}", "she begins tomorrow, when it is over"


async def test_when_all_but_one_are_out_the_one_gets_all_and_when_all_are_nobody_does(desk, tmp_path):
    await applied(desk, tmp_path, LEAVE.format("dana", "2026-03-20"))
    rows = await desk.assign.preview(("T1", "T2", "T3"))
    assert [one.technician for one in rows.rows] == ["Ana Diaz"] * 3
    await applied(desk, tmp_path, LEAVE.format("dana", "2026-03-20") + LEAVE.format("ana", "2026-03-20"))
    done = await desk.assign.give(("T1", "T2", "T3"))
    assert [(one.technician, one.write) for one in done] == [(None, None)] * 3
    assert len(await desk.writes.list()) == 0


async def test_two_coordinators_at_the_very_same_time_give_a_ticket_away_once(desk):
    one, other = of(desk, "coo"), of(desk, "mia")
    first, second = await asyncio.gather(one.assign.preview(("T1",)), other.assign.preview(("T1",), to="Dana Wolf"))
    done = await asyncio.gather(
        one.assign.give(("T1",), shown=first), other.assign.give(("T1",), shown=second, to="Dana Wolf")
    )
    assert sum(row.write is not None for each in done for row in each) == 1
    assert len(await desk.writes.list(everything=True)) == 1


@pytest.mark.parametrize(
    ("night", "left_s"),
    [(datetime(2026, 3, 28, 21, tzinfo=UTC), 7 * 3_600), (datetime(2026, 10, 24, 20, tzinfo=UTC), 9 * 3_600)],
    ids=["an hour is left out", "an hour comes twice"],
)
async def test_in_a_night_in_which_clocks_are_set_a_shift_is_as_long_as_it_is(desk, clock, tmp_path, night, left_s):
    clock.advance((night - clock.now()).total_seconds())
    night_shift = '[calendars.night]\nzone = "Europe/Berlin"\nhours = { mon-sun = "22:00-06:00" }\n'
    await applied(desk, tmp_path, f"{night_shift}[shifts.night]\ntechnicians = ['ana']\ncalendar = 'night'\n")
    turns = [one for one in await desk.rota.show(day=night.date(), technician="ana") if one.starts_at >= night]
    assert sum(one.worked_s for one in await desk.rota.show(day=night.date(), week=True, technician="ana")) > 0
    assert turns
    rows = {one.technician: one for one in await desk.assign.candidates("T1")}
    assert rows["Ana Diaz"].starts_at is not None
    assert rows["Ana Diaz"].starts_at >= night
    slot = next(one for one in await desk.appointments.slots(days=2) if one.technician == "Ana Diaz")
    assert (slot.ends_at - slot.starts_at).total_seconds() == left_s


async def test_a_clock_that_was_set_back_gives_nothing_away_twice(desk, clock):
    await desk.assign.give(("T1",))
    clock.advance(-7_200)
    (again,) = await desk.assign.give(("T1",))
    assert again.write is None or again.technician == "Ana Diaz"
    (other,) = await desk.assign.give(("T2",))
    assert other.technician == "Dana Wolf", "whose turn it was is known by what was kept, not by the clock alone"
    (call,) = ((await desk.helpers.ask("T3", "Look.")).number,)
    clock.advance(-3_600)
    assert [one.number for one in await desk.helpers.calls()] == [call]
