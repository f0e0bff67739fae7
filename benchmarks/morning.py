"""The morning page of a real desk, from an open store."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.page import fill
from benchmarks.rows import Row, at_most, row
from servicedesk_core.config import parse_settings
from servicedesk_core.domain import ActorType, Appointment, Entity, Note, Technician, TimeEntry, TimeOff, TimeOffState
from servicedesk_core.features.report.morning.building import Wanted, build
from servicedesk_core.store import Store, Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

TOTAL, OPEN, TECHNICIANS = 300_000, 1_000, 50
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def morning_page(*, quick: bool) -> list[Row]:
    """The morning page of fifty technicians, against reading the open tickets with their newest notes by hand."""
    total = TOTAL // 30 if quick else TOTAL
    settings = parse_settings({"desk": {"name": "Measured desk"}})
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'desk.db'}", clock=FakeClock(NOW)) as store,
    ):
        fill(store, total, OPEN)
        store.write_blocking(lambda tx: _around(tx, total // OPEN))
        page, floor = (_seconds(store, work) for work in (lambda tx: build(tx, settings, Wanted(NOW)), _by_hand))
    compared = f"{page / floor:.1f} times one query over open tickets, notes and time"
    measure = f"morning page, {total:,} tickets, {OPEN:,} open, {TECHNICIANS} technicians"
    return [row(measure, f"{page:.3f} s", compared, at_most(page, 0.1, "s"))]


def _seconds(store: Store, work: Callable[[Tx], object]) -> float:
    times = []
    for _ in range(7):
        started = perf_counter()
        store.read_blocking(work)
        times.append(perf_counter() - started)
    return median(times[1:])


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
    for number in range(0, OPEN * every, every):
        ref = str(number)
        for turn in range(5):
            who, at = (
                (ActorType.CUSTOMER, ActorType.TECHNICIAN)[(number + turn) % 2],
                NOW - timedelta(hours=turn * 5 + 1),
            )
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
