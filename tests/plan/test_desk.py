"""Tomorrow and the week to come: what is missing, with what closes it, on each database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Appointment, Company, Priority, StatusCategory, Technician, Ticket
from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.errors import NotPermittedError, SettingsError
from servicedesk_core.faces.opens import command_line
from servicedesk_core.features.calendars import tables as calendars
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)  # a Tuesday
TOMORROW = datetime(2026, 3, 11, tzinfo=UTC)
PEOPLE = {
    "mia": {"roles": ["service-manager"]},
    "tec": {"roles": ["technician"], "technician": "a", "page": ["env:PAGE_A"]},
    "ben": {"roles": ["technician"], "technician": "b", "page": ["env:PAGE_B"]},
}
TOML = """
[technicians.ana]
technician = "a"

[technicians.ben]
technician = "b"

[leave.ben]
technician = "ben"
first_day = 2026-03-11
reason = "dentist"

[on_call."On call"]
primary = ["ben"]
secondary = ["ana"]
"""


def at(hours):
    return TOMORROW + timedelta(hours=hours)


def ticket(number, due, holder=None, category=StatusCategory.TRIAGED, **more):
    return Ticket(
        external_id=number, number=f"T{number}", title=f"Ticket {number}", company_ref="c", assignee_ref=holder,
        status_category=category, due_at=None if due is None else at(due), priority=Priority.P3, **more,
    )  # fmt: skip


def visit(ref, begins, who, number, lasts=1.0):
    return Appointment(
        external_id=ref, ticket_refs=(number,), technician_refs=(who,), company_ref="c", title="Visit",
        start_at=at(begins), end_at=at(begins + lasts),
    )  # fmt: skip


RECORDS = (
    Company(external_id="c", name="Harbor"),
    Technician(external_id="a", name="Ana Diaz"),
    Technician(external_id="b", name="Ben Roy"),
    ticket("1", 10),
    ticket("2", 11, "a"),
    ticket("3", 9.5, "a", StatusCategory.IN_PROGRESS),
    ticket("4", 11.5, "b"),
    ticket("5", None, "a", StatusCategory.WAITING_PARTS),
    ticket("6", 14),
    ticket("7", 34),
    visit("v1", 14, "b", "4"),
    visit("v2", 8, "a", "6"),
    visit("v3", 8.5, "a", "6"),
    visit("v4", 15, "a", "5"),
)


@pytest.fixture
async def desk(store_url, tmp_path):
    settings = {
        "desk": {"name": "Example MSP", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(TOML)
    async with ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:mia", Way.CLI)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened


async def test_what_is_missing_tomorrow_stands_beside_what_closes_it(desk):
    found = (await desk.plan.gaps()).items
    assert [(one.kind, one.ticket, one.technician, one.why, one.proposal) for one in found] == [
        ("work without cover", None, "Ben Roy", "1 appointment and 1 ticket that is due",
         "servicedesk cover b --from 2026-03-11T00:00+00:00 --until 2026-03-12T00:00+00:00"),
        ("nobody on call", None, "Ben Roy", "On call: Ben Roy is out until 2026-03-12 00:00",
         "servicedesk oncall override 'On call' ana --until 2026-03-12T00:00+00:00 --from 2026-03-11T00:00+00:00"),
        ("two at a time", "T6", "Ana Diaz", "another one lasts until 2026-03-11 09:00",
         "servicedesk appointments move v3 --start-at 2026-03-11T09:30+00:00"),
        ("due before noon", "T1", None, "nobody has it", "servicedesk assign T1"),
        ("due before noon", "T2", "Ana Diaz", "nobody has begun it",
         "servicedesk appointments book T2 a 2026-03-11T09:30+00:00"),
        ("due before noon", "T4", "Ben Roy", "Ben Roy is not free before it is due", "servicedesk assign T4"),
        ("part is not there", "T5", "Ana Diaz", "nobody knows when the part comes",
         "servicedesk appointments move v4"),
    ]  # fmt: skip
    offers = {one.name: one for feature in desk.features for one in feature.offers().values()}
    for one in found:
        assert command_line(offers[one.opens.call], one.opens.given) == one.proposal, "a browser is led to the same"
        if one.other is not None:
            assert command_line(offers[one.other.call], one.other.given) == one.otherwise


async def test_tomorrow_has_what_is_booked_due_and_out_and_a_week_the_days_after(desk):
    board = await desk.plan.tomorrow()
    rows = {block.title: block.rows for block in board.blocks if block.kind == "table"}
    assert [one.appointment for one in rows["Appointments"]] == ["v2", "v3", "v1", "v4"]
    assert [(one.ticket, one.is_begun) for one in rows["Due before noon"]] == [
        ("T3", True), ("T1", False), ("T2", False), ("T4", False)]  # fmt: skip
    assert [(one.technician, one.reason) for one in rows["Out"]] == [("Ben Roy", "dentist")]
    (counts,) = (block.counts for block in board.blocks if block.kind == "counts")
    assert [(one.label, one.count) for one in counts] == [("missing", 7), ("appointments", 4), ("due before noon", 4)]
    assert [len((await desk.plan.dues(day=date(2026, 3, 11), days=days)).items) for days in (1, 2)] == [4, 5]
    week = await desk.plan.week()
    assert "T7" in {one.ticket for block in week.blocks for one in block.rows if block.title == "Due before noon"}
    with pytest.raises(SettingsError, match="cannot be shown"):
        await desk.plan.gaps(days=32)


async def test_who_may_not_know_who_is_out_is_told_nothing_of_it(desk):
    tec = desk.acting_as(Actor("user:tec", Way.CONSOLE))
    board = await tec.plan.tomorrow()
    assert {block.title for block in board.blocks if block.kind == "table"} == {"Appointments", "Due before noon"}
    with pytest.raises(NotPermittedError):
        await tec.plan.out()


async def test_who_is_out_is_missed_at_each_psa_where_they_are_known(desk):
    there = Technician(external_id="b", name="Ben Roy"), visit("w1", 10, "b", "9")
    await desk.store.write(lambda tx: stored.put(tx, there, now=NOW, connection="other"))
    (cover,) = (one for one in (await desk.plan.gaps()).items if one.kind == "work without cover")
    assert cover.why == "2 appointments and 1 ticket that is due"


async def test_a_calendar_that_was_read_long_ago_is_said_in_the_plan_and_where_somebody_is_given_work(desk):
    busy = {"ana": [BusyTime("ana", "u", at(20), at(21))]}
    await desk.store.write(lambda tx: calendars.put(tx, "cal", ("ana",), busy, NOW - timedelta(hours=5)))
    (row,) = [one for one in (await desk.plan.gaps()).items if one.kind == "calendar not read"]
    assert (row.technician, row.why, row.proposal) == (
        "Ana Diaz", "their calendar was read 5 h ago", "servicedesk calendars list")  # fmt: skip
    said = {one.technician: one.why for one in (await desk.assign.candidates("T1")).items}
    assert "their calendar was read 5 h ago" in said["Ana Diaz"]
    assert "calendar" not in said["Ben Roy"]
