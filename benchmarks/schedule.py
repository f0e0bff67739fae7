"""A week of a team's schedule, and the plan of the week to come, from an open store."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    Appointment,
    Company,
    Entity,
    Priority,
    Project,
    ProjectState,
    StatusCategory,
    Task,
    Technician,
    Ticket,
)
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

TECHNICIANS, APPOINTMENTS, TASKS, TICKETS = 50, 2_000, 200, 2_000
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def schedule_week(*, quick: bool) -> list[Row]:
    """The week of fifty technicians: the schedule and the plan, against reading the appointments by hand."""
    return asyncio.run(_measured(repeats=2 if quick else 7))


async def _measured(*, repeats: int) -> list[Row]:
    settings = {"desk": {"name": "Measured desk"}, "connections": {"psa": {"connector": "tabular"}}}
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'desk.db'}"
        async with ServiceDesk(settings, store=store, clock=FakeClock(NOW)) as desk:
            await desk.store.write(_fill)
            week = await _seconds(lambda: desk.schedule.hours(week=True), repeats)
            plan = await _seconds(desk.plan.week, repeats)
            floor = await _seconds(lambda: desk.store.read(_by_hand), repeats)
    compared, planned = (f"{one / floor:.0f} times one query over the appointments" for one in (week, plan))
    measure = f"schedule of a week, {TECHNICIANS} technicians, {APPOINTMENTS:,} appointments, {TASKS} tasks of projects"
    ahead = f"plan week, {TECHNICIANS} technicians, {APPOINTMENTS:,} appointments, {TICKETS:,} open tickets"
    return [
        row(f"{measure}, processor time", f"{week:.2f} s", compared, at_most(week, 1.0, "s")),
        row(f"{ahead}, processor time", f"{plan:.2f} s", planned, at_most(plan, 1.0, "s")),
    ]


async def _seconds(work: Callable[[], Awaitable[object]], repeats: int) -> float:
    """Return the processor's seconds: of several the least, after one that warms up."""
    times = []
    for _ in range(repeats + 1):
        began = process_time()
        await work()
        times.append(process_time() - began)
    return min(times[1:])


def _by_hand(tx: Tx) -> object:
    return tx.exec_driver_sql("SELECT technician_refs, start_at, end_at FROM appointments WHERE gone_at IS NULL").all()


def _fill(tx: Tx) -> None:
    source = sources.ensure(tx, "psa", "tabular", "live", NOW)
    rows = list(_records())
    for stream in dict.fromkeys(one.stream for one in rows):
        incoming = [Incoming(one, None, None, "1") for one in rows if one.stream == stream]
        records.apply(tx, source.id, stream, incoming, mode="backfill", now=NOW)


def _records() -> Iterator[Entity]:
    yield Company(external_id="c", name="Client")
    yield Project(external_id="p", name="Project", company_ref="c", state=ProjectState.OPEN)
    for number in range(TECHNICIANS):
        yield Technician(external_id=str(number), name=f"Technician {number}")
    for number in range(TASKS):
        yield Task(
            external_id=str(number), title="Task", project_ref="p", assignee_ref=str(number % TECHNICIANS),
            remaining_s=36_000, start_at=NOW - timedelta(days=5), end_at=NOW + timedelta(days=60),
        )  # fmt: skip
    for number in range(APPOINTMENTS):
        start = NOW + number % 120 * _HOUR
        yield Appointment(
            external_id=str(number), technician_refs=(str(number % TECHNICIANS),), company_ref="c",
            start_at=start, end_at=start + _HOUR,
        )  # fmt: skip
    for number in range(TICKETS):
        yield Ticket(
            external_id=str(number), title="Ticket", company_ref="c", status_category=StatusCategory.TRIAGED,
            assignee_ref=str(number % TECHNICIANS) if number % 4 else None, priority=Priority.P3,
            due_at=NOW + number % 168 * _HOUR, created_at=NOW - _HOUR,
        )  # fmt: skip
