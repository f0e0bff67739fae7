"""The morning page of a real desk, from an open store."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time

from benchmarks.clock_store import SLA
from benchmarks.page import fill
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    ActorType,
    Appointment,
    Entity,
    Note,
    Technician,
    TimeEntry,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.features.report import lend
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

TOTAL, OPEN, TECHNICIANS = 300_000, 1_000, 50
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
ROTA = """
[calendars.late]
zone = "America/New_York"
hours = { mon-fri = "12:00-20:00" }
""" + "".join(
    f"""
[technicians.t{number}]
technician = "{number}"
[shifts.s{number}]
technicians = ["t{number}"]
calendar = "{("office", "late")[number % 2]}"
"""
    for number in range(TECHNICIANS)
)
_CATEGORY = "json_object('status_category', '{}')"


def morning_page(*, quick: bool) -> list[Row]:
    """The morning page of fifty technicians, against reading the open tickets with their newest notes by hand.

    Once as a process reads it that is asked once, and once with the open tickets in memory, as the console and the API
    hold them.
    """
    return asyncio.run(_measured(TOTAL // 30 if quick else TOTAL))


async def _measured(total: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        await prepare(Path(folder), total)
        async with open_desk(Path(folder)) as desk:
            floor = await _seconds(lambda: desk.store.read(_by_hand))
            read = await _seconds(desk.report.morning)
            lend(desk.store)
            held = await _seconds(desk.report.morning)
    measure = f"morning page, {total:,} tickets, {OPEN:,} open, {TECHNICIANS} technicians, processor time"
    return [
        row(
            f"{measure}{how}",
            f"{page:.3f} s",
            f"{page / floor:.1f} times one query over open tickets, notes and time",
            at_most(page, 0.1, "s"),
        )
        for how, page in (("", read), (", open tickets in memory", held))
    ]


def open_desk(folder: Path) -> ServiceDesk:
    """Return the desk whose store is in a folder."""
    settings = {"desk": {"name": "Measured desk"}, "connections": {"psa": {"connector": "tabular"}}}
    return ServiceDesk(settings, store=f"sqlite:///{folder / 'desk.db'}", clock=FakeClock(NOW))


async def prepare(folder: Path, total: int) -> None:
    """Make a desk with policies and a rota that hold, of so many tickets with their past."""
    service = folder / "service"
    service.mkdir()
    (service / "sla.toml").write_text(SLA)
    (service / "rota.toml").write_text(ROTA)
    async with open_desk(folder) as desk:
        await asyncio.to_thread(fill, desk.store, total, OPEN)
        await desk.store.write(lambda tx: _around(tx, total // OPEN))
        await desk.store.write(_past)
        await desk.definitions.apply(reason="measured", folder=service)
        await desk.sla.evaluate()


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return the processor's seconds: of several the least, after one that warms up."""
    times = []
    for _ in range(7):
        began = process_time()
        await work()
        times.append(process_time() - began)
    return min(times[1:])


def _by_hand(tx: Tx) -> object:
    return tx.exec_driver_sql(
        "SELECT t.local_id, t.title, MAX(n.created_at), MAX(e.end_at) FROM tickets t "
        "LEFT JOIN notes n ON n.source_id = t.source_id AND n.ticket_ref = t.external_id AND n.gone_at IS NULL "
        "LEFT JOIN time_entries e ON e.source_id = t.source_id AND e.ticket_ref = t.external_id AND e.gone_at IS NULL "
        "WHERE t.is_open AND t.gone_at IS NULL GROUP BY t.local_id"
    ).fetchall()


def _around(tx: Tx, every: int) -> None:
    """Put what stands around the open tickets into the store: people, their time off, notes, time, appointments."""
    source = sources.get(tx, "psa")
    rows = list(_records(every))
    for stream in dict.fromkeys(one.stream for one in rows):
        incoming = [Incoming(one, None, None, "1") for one in rows if one.stream == stream]
        records.apply(tx, source.id, stream, incoming, known={}, mode="backfill", now=NOW)


def _records(every: int) -> Iterator[Entity]:
    for number in range(TECHNICIANS):
        yield Technician(external_id=str(number), name=f"Technician {number}")
    for number in range(4):
        yield TimeOff(
            external_id=str(number), technician_ref=str(number), day=date(2026, 3, 2), state=TimeOffState.APPROVED
        )
    for number in range(OPEN):
        ref = str(number * every)
        for turn in range(5):
            who = (ActorType.CUSTOMER, ActorType.TECHNICIAN)[(number + turn) % 2]
            # A fifth of them was worked on since yesterday: twenty acts for each technician.
            at = NOW - (timedelta(hours=turn * 5 + 1) if number % 5 == 0 else timedelta(days=turn * 2 + 2))
            yield Note(external_id=f"{ref}-{turn}", ticket_ref=ref, author_type=who, author_ref="7", created_at=at)
            yield TimeEntry(external_id=f"{ref}-{turn}", ticket_ref=ref, technician_ref="8", end_at=at, worked_s=900)
    for number in range(200):
        start = NOW + timedelta(minutes=number * 15)
        yield Appointment(
            external_id=str(number),
            ticket_refs=(str(number * every),),
            technician_refs=(str(number % TECHNICIANS),),
            start_at=start,
            end_at=start + timedelta(hours=1),
        )


def _past(tx: Tx) -> None:
    """Tell how each ticket came to stand as it does: created, assigned, under work, and ended where it is closed."""
    told = (
        ("created", "created_at", "'{}'", "json_object('status_category', 'new', 'priority', priority)", "TRUE"),
        ("assigned", "created_at + 600000000", "'{}'", "json_object('assignee_ref', assignee_ref)", "TRUE"),
        ("status_changed", "created_at + 1200000000", _CATEGORY.format("new"), _CATEGORY.format("in_progress"), "TRUE"),
        ("status_changed", "resolved_at", _CATEGORY.format("in_progress"), _CATEGORY.format("closed"), "NOT is_open"),
    )
    for number, (kind, at, before, after, where) in enumerate(told):
        tx.exec_driver_sql(
            "INSERT INTO ticket_events (source_id, external_id, row_hash, mapping_version, first_seen_at, changed_at, "
            "ticket_ref, type, source, effective_at, source_seq, actor_type, actor_ref, before, after) "
            f"SELECT source_id, external_id || ':{number}', x'00', '1', created_at, created_at, external_id, '{kind}', "
            f"'history', {at}, {number}, 'technician', assignee_ref, {before}, {after} FROM tickets WHERE {where}"
        )
