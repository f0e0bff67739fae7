"""The schedule of a desk, with leave for those who may see it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Appointment, Company, Technician, TimeOff, TimeOffState
from servicedesk_core.people import Actor
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday; nobody has a shift, so Monday to Friday, 8 to 18


def visit(ref, begins, ends, *people):
    return Appointment(
        external_id=ref, technician_refs=people, company_ref="c1", title="Visit",
        start_at=NOW + timedelta(hours=begins), end_at=NOW + timedelta(hours=ends),
    )  # fmt: skip


RECORDS = (
    Company(external_id="c1", name="Harbor"),
    Technician(external_id="ana", name="Ana Diaz"),
    Technician(external_id="ben", name="Ben Roy"),
    visit("a1", 1, 3, "ana"),
    visit("a2", 2, 4, "ana"),
    visit("a3", 24, 35, "ana"),
    TimeOff(external_id="o", technician_ref="ben", day=date(2026, 3, 11), state=TimeOffState.APPROVED, kind="Vacation"),
)


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example MSP", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {"mia": {"roles": ["service-manager"]}, "tim": {"roles": ["technician"]}},
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        yield opened


def strip(row):
    return "".join((getattr(row, f"h{hour:02}") or " ") for hour in range(24)).strip()


async def test_a_day_hour_by_hour_and_leave_only_for_those_who_may_see_it(desk):
    mia, tim = (desk.acting_as(Actor(f"user:{name}")) for name in ("mia", "tim"))
    ana, ben = (await mia.schedule.hours()).items
    assert (ana.technician, strip(ana), strip(ben)) == ("Ana Diaz", "·A2A······", "L" * 24)
    assert ana.load_percent == 30, "two at a time take their time once"
    assert [strip(row) for row in (await tim.schedule.hours()).items] == ["·A2A······", ""]


async def test_a_week_begins_on_monday_and_says_who_has_too_much_and_too_little(desk):
    rows = (await desk.acting_as(Actor("user:mia")).schedule.load(week=True, technician="ana")).items
    assert [row.day.isoformat()[-2:] for row in rows] == ["09", "10", "11", "12", "13", "14", "15"]
    told = {row.day.day: (row.booked_s // 3600, row.longest_gap_s // 3600, row.verdict) for row in rows}
    assert told[11] == (3, 6, "gap")
    assert told[12] == (10, 0, None)
    assert told[14] == (0, 0, None), "nobody works on Saturday"
    only = (await desk.acting_as(Actor("user:mia")).schedule.load(week=True, technician="ana", verdict="gap")).items
    assert [row.day.day for row in only] == [9, 10, 11, 13]


async def test_the_page_has_hours_appointments_load_and_free_time(desk):
    board = await desk.acting_as(Actor("user:mia")).schedule.show()
    blocks = {block.title: block for block in board.blocks}
    assert [row.appointment for row in blocks["Appointments"].rows] == ["a1", "a2"]
    assert blocks["Appointments"].is_worked, "rows are selected for the acts that take them"
    assert {one.label: one.count for one in blocks["To see to"].counts}["days with a gap of two hours"] == 1
    assert {row.technician for row in blocks["Free for an hour and more"].rows} == {"Ana Diaz"}
