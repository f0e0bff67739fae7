"""Time entries: what the vendor needs of them is there or refused when they are proposed."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import TimeEntry
from servicedesk_core.errors import WriteError
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from tests.outbox.conftest import settings_for

pytestmark = pytest.mark.slow  # over real HTTP

DAY_S = 24 * 3600


def put(tx, row):
    now = datetime(2026, 3, 3, tzinfo=UTC)
    records.apply(tx, sources.get(tx, "psa").id, "time_entries", [row], mode="incremental", now=now)


def values(write):
    return {change.field: change.after for change in write.changes}


async def test_time_without_a_day_is_todays_in_the_desks_zone(vendor, store_url, clock):
    clock.instant = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # still the evening before in New York
    settings = settings_for(vendor, store_url)
    settings["desk"]["timezone"] = "America/New_York"
    async with ServiceDesk(settings, clock=clock) as desk:
        write = await desk.tickets.log_time("T1", worked_s=900, technician="Ana Diaz", summary="Toner", send=True)
        assert write.state == "confirmed"
        assert values(write)["work_date"] == "2026-03-02"
        started = await desk.tickets.log_time("T1", worked_s=60, technician="t1", start_at=clock.now())
        assert "work_date" not in values(started), "a start says the day"
        told = await desk.tickets.log_time("T1", worked_s=60, technician="t1", fields={"work_date": "2026-02-01"})
        assert values(told)["work_date"] == "2026-02-01"


@pytest.mark.parametrize("worked_s", [0, -1, DAY_S + 1, float("inf"), float("nan"), 1e308, 10**30])
async def test_time_that_nobody_works_is_refused(desk, worked_s):
    with pytest.raises(WriteError):
        await desk.tickets.log_time("T1", worked_s=worked_s, technician="t1")
    with pytest.raises(WriteError):
        await desk.tickets.log_time("T1", worked_s=60, technician="t1", fields={"worked_s": worked_s})
    assert not (await desk.writes.list()).items


async def test_a_whole_day_can_be_worked(desk):
    assert values(await desk.tickets.log_time("T1", worked_s=DAY_S, technician="t1"))["worked_s"] == DAY_S


async def test_an_equal_entry_that_waits_or_is_recorded_is_told_to_who_approves(desk, vendor):
    first = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    assert first.warnings == ()
    again = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    assert again.warnings == (
        "An equal time entry is there already: the same person, ticket, day and hours, in write 1.",
    )
    for other in ({"worked_s": 1800}, {"technician": "t2"}, {"ticket": "T2"}, {"fields": {"work_date": "2026-01-01"}}):
        given = {"ticket": "T1", "worked_s": 900, "technician": "t1"} | other
        assert (await desk.tickets.log_time(given.pop("ticket"), **given)).warnings == (), other
    await desk.writes.discard([again.id])
    (done,) = await desk.writes.approve([first.id], send=True)
    vendor.put("time_entries", "e9", ticket="1", worked_s=900)
    assert done.warnings == ()
    third = await desk.tickets.log_time("T1", worked_s=900, technician="t1", send=True)
    assert "write 1" in third.warnings[0], "what was warned of is still said when it is done"


async def test_a_start_is_on_its_day_in_the_desks_zone_and_time_without_a_day_equals_none(vendor, store_url, clock):
    settings = settings_for(vendor, store_url)
    settings["desk"]["timezone"] = "America/New_York"
    late = datetime(2024, 5, 2, 2, 0, tzinfo=UTC)  # still the first of May in New York
    async with ServiceDesk(settings, clock=clock) as desk:

        async def warned(**values):
            write = await desk.tickets.log_time("T1", worked_s=3600, technician="t1", fields=values)
            await desk.writes.discard([write.id])
            return bool(write.warnings)

        await desk.tickets.log_time("T1", worked_s=3600, technician="t1", start_at=late)
        assert await warned(start_at=late)
        assert await warned(work_date="2024-05-01")
        assert not await warned(work_date="2024-05-02")
        assert not await warned(work_date="2024-05-20")
        assert not await warned(start_at=late.replace(hour=1))
        recorded = TimeEntry(external_id="e9", ticket_ref="2", technician_ref="t1", worked_s=3600)
        for entry, is_equal in ((recorded, False), (recorded.model_copy(update={"work_date": date(2024, 5, 1)}), True)):
            await desk.store.write(partial(put, row=Incoming(entry, None, None, repr(entry))))
            other = await desk.tickets.log_time("T2", worked_s=3600, technician="t1", start_at=late)
            assert bool(other.warnings) is is_equal
            await desk.writes.discard([other.id])


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda t: t.create("", company="c1"), "tickets.create needs title"),
        (lambda t: t.note("T1", "x" * 201), "and the vendor takes 200"),
        (lambda t: t.note("T1", "x", fields={"body": ""}), "needs body"),
        (lambda t: t.log_time("T1", worked_s=60, technician="t1", fields={"work_date": None}), "work_date or start_at"),
        (lambda t: t.log_time("T1", worked_s=60, technician="t1", fields={"start_at": "noon"}), "start_at cannot have"),
        (lambda t: t.update("T1", fields={"due_at": "0001-01-01T00:00+14:00"}), "no calendar reaches"),
        (lambda t: t.update("T1", fields={"estimated_s": 10**30}), "too large"),
    ],
)
async def test_what_the_vendor_would_refuse_is_refused_when_it_is_proposed(desk, vendor, act, message):
    vendor.down = True  # what is missing needs no vendor to be seen
    with pytest.raises(WriteError, match=message):
        await act(desk.tickets)
    assert not (await desk.writes.list()).items


async def test_who_can_read_the_result_is_said_of_every_kind(desk):
    acts = [
        await desk.tickets.log_time("T1", worked_s=60, technician="t1"),
        await desk.tickets.update("T1", title="Plotter"),
        await desk.tickets.note("T1", "x"),
    ]
    assert [write.visibility for write in acts] == ["public", "public", "internal"]
