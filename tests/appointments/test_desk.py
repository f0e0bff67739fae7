"""Appointments of a desk, and when somebody is free, on each database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import (
    Appointment,
    AppointmentState,
    Company,
    Project,
    ProjectState,
    Task,
    Technician,
    Ticket,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.features.appointments.guard import told
from servicedesk_core.features.appointments.tables import clashes
from servicedesk_core.features.rota import Span
from servicedesk_core.store import sources
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday; nobody has a shift, so Monday to Friday, 8 to 18


def hour(hours):
    return NOW + timedelta(hours=hours)


def visit(ref, begins, ends, *people, ticket="1", company="c1", **more):
    return Appointment(
        external_id=ref, ticket_refs=(ticket,), technician_refs=people, company_ref=company, title=f"Visit {ref}",
        start_at=hour(begins), end_at=hour(ends), **more,
    )  # fmt: skip


RECORDS = (
    Company(external_id="c1", name="Harbor"),
    Company(external_id="c2", name="Bolt"),
    Technician(external_id="ana", name="Ana Diaz"),
    Technician(external_id="ben", name="Ben Roy"),
    Technician(external_id="cho", name="Cho Lim"),
    Technician(external_id="old", name="Old Hand", is_active=False),
    Project(external_id="p", name="Move", company_ref="c1", state=ProjectState.OPEN),
    Project(external_id="q", name="Held", company_ref="c1", state=ProjectState.ON_HOLD),
    Task(external_id="t", title="Cables", project_ref="p", assignee_ref="ben", remaining_s=3 * 3600,
         secondary_assignee_refs=("cho",), start_at=NOW - timedelta(days=9), end_at=NOW - timedelta(days=1)),
    Task(external_id="u", title="Later", project_ref="q", assignee_ref="ben", remaining_s=9 * 3600),
    Ticket(external_id="1", number="T1", title="Printer", company_ref="c1", assignee_ref="ben", estimated_s=7200,
           due_at=hour(6)),
    Ticket(external_id="2", number="T2", title="Other", company_ref="c2"),
    visit("a1", 1, 3, "ana"),
    visit("a2", 2, 4, "ben", ticket="2", company="c2"),
    visit("a3", 5, 6, "ana", state=AppointmentState.CANCELLED),
    visit("a4", 27, 28, "ana", "ben"),
    TimeOff(external_id="o", technician_ref="cho", day=date(2026, 3, 11), state=TimeOffState.APPROVED, kind="Vacation"),
)  # fmt: skip


@pytest.fixture
async def desk(store_url):
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        yield opened


async def test_appointments_of_some_days_by_technician_ticket_and_scope(desk):
    async def ids(**given):
        return [one.appointment for one in (await desk.appointments.list(**given)).items]

    assert await ids() == ["a1", "a2", "a4"]
    assert await ids(days=1) == ["a1", "a2"]
    assert await ids(days=1, cancelled=True) == ["a1", "a2", "a3"]
    assert await ids(technician="ben") == ["a2", "a4"]
    assert await ids(ticket="T2") == ["a2"]
    assert await ids(scope=Scope("psa", companies={"c2"})) == ["a2"]
    row = await desk.appointments.show("a4")
    assert (row.technicians, row.ticket, row.client) == (("Ana Diaz", "Ben Roy"), "T1", "Harbor")
    with pytest.raises(NotFoundLocallyError):
        await desk.appointments.show("a4", scope=Scope("psa", companies={"c2"}))
    with pytest.raises(SettingsError):
        await ids(days=32)


async def test_who_is_told_of_a_clash_reads_no_text_of_another_client(desk):
    def found(tx):
        source = sources.id_of(tx, "psa")
        return [told(tx, one) for one in clashes(tx, [(source, "ben")], Span(hour(1), hour(3)))]

    assert await desk.store.read(found) == ["Ben Roy is booked from 2026-03-11 10:00 to 12:00 UTC (appointment a2)."]


async def test_what_is_cancelled_is_not_moved(desk):
    with pytest.raises(WriteError, match="is cancelled") as refused:
        await desk.appointments.move("a3", start_at=hour(7))
    assert "appointments book" in refused.value.hint


async def test_free_time_is_without_appointments_and_leave_and_says_how_full_the_day_is(desk):
    found = (await desk.appointments.slots(days=1)).items
    told = [(one.technician, one.starts_at, one.ends_at) for one in found]
    assert told == [
        ("Ana Diaz", hour(0), hour(1)),
        ("Ben Roy", hour(0), hour(2)),
        ("Ana Diaz", hour(3), hour(10)),
        ("Ben Roy", hour(4), hour(10)),
    ], "Cho is away, and who left is nobody"
    load = {one.technician: one.load_percent for one in found}
    assert load == {"Ana Diaz": 20, "Ben Roy": 35}, "two of ten hours, and half of three hours of a task besides"


async def test_for_a_ticket_its_time_its_due_and_its_assignee_come_first(desk):
    found = (await desk.appointments.slots(ticket="T1", days=1)).items
    assert [(one.technician, one.starts_at, one.why) for one in found] == [
        ("Ben Roy", hour(0), "is assigned, before it is due"),
        ("Ben Roy", hour(4), "is assigned, before it is due"),
        ("Ana Diaz", hour(3), "before it is due"),
    ]
    late = (await desk.appointments.slots(ticket="T1", minutes=300, days=1)).items
    assert [(one.technician, one.why) for one in late] == [
        ("Ben Roy", "is assigned, after it is due"),
        ("Ana Diaz", "after it is due"),
    ]
