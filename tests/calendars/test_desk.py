"""Busy times of a desk: kept until they are read again, taken out of free time, and said to be old."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Technician
from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.appointments.guard import GUARD, refuse_clash
from servicedesk_core.features.calendars import tables
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday; nobody has a shift, so Monday to Friday, 8 to 18
TOML = """
[technicians.ana]
technician = "a"

[technicians.ben]
technician = "b"
"""


def at(hours):
    return NOW + timedelta(hours=hours)


@pytest.fixture
async def desk(store_url, tmp_path):
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": {"psa": {"connector": "tabular"}}}
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(TOML)
    people = (Technician(external_id="a", name="Ana Diaz"), Technician(external_id="b", name="Ben Roy"))
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, people, now=NOW))
        await opened.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened


async def put(desk, *times, now=NOW):
    busy = [BusyTime("ana", f"u{number}", at(begins), at(ends)) for number, (begins, ends) in enumerate(times)]
    await desk.store.write(lambda tx: tables.put(tx, "cal", ("ana",), {"ana": busy}, now))


async def free(desk, **given):
    found = (await desk.appointments.slots(days=1, technician="ana", **given)).items
    return [((one.starts_at - NOW) / timedelta(hours=1), (one.ends_at - NOW) / timedelta(hours=1)) for one in found]


async def test_who_is_busy_is_not_free_and_what_is_read_again_takes_the_place_of_what_was(desk):
    await put(desk, (1, 3), (2, 4), (30, 31))
    assert await free(desk) == [(0, 1), (4, 10)]
    assert [one.why for one in (await desk.appointments.slots(days=1)).items] == ["", "", ""]
    load = {one.technician: one.load_percent for one in (await desk.schedule.load()).items}
    assert load == {"Ana Diaz": 30, "Ben Roy": 0}
    await put(desk, (5, 6))
    assert await free(desk) == [(0, 5), (6, 10)]


async def test_what_is_old_is_said_where_it_counts_and_a_failure_leaves_what_was_read(desk):
    await put(desk, (1, 3), now=NOW - timedelta(hours=5))
    await desk.store.write(lambda tx: tables.put(tx, "cal", ("ana",), {}, NOW, error="The server is down."))
    assert await free(desk) == [(0, 1), (3, 10)]
    slots = (await desk.appointments.slots(days=1, technician="ana")).items
    assert {one.why for one in slots} == {"their calendar was read 5 h ago"}
    (row,) = (await desk.calendars.list()).items
    assert (row.technicians, row.read_at, row.tried_at, row.error) == (
        ("ana",), NOW - timedelta(hours=5), NOW, "The server is down.")  # fmt: skip


async def test_what_came_over_a_connection_that_is_gone_counts_no_more(desk):
    await put(desk, (1, 3))
    result = await desk.run_jobs("calendars")
    assert result[0].error is None, result
    assert await free(desk) == [(0, 10)]
    assert (await desk.calendars.list()).items == ()


async def test_a_connector_that_cannot_be_loaded_loses_nothing_and_is_told(store_url, tmp_path):
    connections = {"cal": {"connector": "not-installed"}}
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": connections}
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as desk:
        await put(desk, (1, 3))
        (outcome,) = await desk.run_jobs("calendars")
        assert outcome.error is not None, outcome
        assert "not-installed" in outcome.error.message
        assert await desk.store.read(lambda tx: tables.busy_between(tx, at(0), at(9))) == {"ana": [(at(1), at(3))]}
        (row,) = (await desk.calendars.list()).items
        assert row.read_at == NOW


@pytest.mark.parametrize(("hours", "told"), [((2, 4), True), ((3, 5), False)])
async def test_a_booking_is_warned_of_and_refused_where_somebody_is_busy_by_their_calendar(desk, hours, told):
    await put(desk, (1, 3))
    values = {"start_at": at(hours[0]).isoformat(), "end_at": at(hours[1]).isoformat(), "technician_refs": ["a", "b"]}
    intent = Intent(connection="psa", kind="appointments.create", aggregate="tickets:1", label="Visit", values=values)
    warned = await desk.store.read(lambda tx: [*GUARD.warnings(tx, intent, without=None)])
    assert warned == ["Ana Diaz is busy from 2026-03-11 09:00 to 11:00 UTC by their own calendar."] * told
    write = SimpleNamespace(id=1, connection="psa", kind=intent.kind, target=None, values=values)
    with pytest.raises(WriteError, match="Ana Diaz is busy") if told else nullcontext():
        await desk.store.read(lambda tx: refuse_clash(tx, write, desk.roster))
