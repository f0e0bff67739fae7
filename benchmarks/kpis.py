"""The whole catalogue of KPIs for a month of a large store, over the least that reading that month costs."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.rows import Row, at_most, row
from servicedesk_core.domain import Entity, Priority, StatusCategory, Ticket, TicketKind, TimeEntry
from servicedesk_core.faces import Period
from servicedesk_core.features.kpi.catalogue import KPIS
from servicedesk_core.features.kpi.measuring import Measuring
from servicedesk_core.store import Store, Tx, records, sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

TOTAL, ENTRIES = 1_000_000, 5
NOW = datetime(2026, 3, 31, 14, tzinfo=UTC)
MONTH = Period(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), NOW)
YEARS = 5
OPEN_EVERY = 1_000
"""Each so-many-th ticket is open."""
_BATCH = 20_000


def catalogue(*, quick: bool) -> list[Row]:
    """All figures of a month: a million tickets of five years, and five million time entries."""
    total = TOTAL // 100 if quick else TOTAL
    ours, floors = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'large.db'}", clock=FakeClock(NOW)) as store,
    ):
        _fill(store, total)
        for _ in range(3):
            floors.append(_timed(store, _floor))
            ours.append(_timed(store, _catalogue))
    seconds, floor = median(ours), median(floors)
    measure = f"all KPIs of a month, {total:,} tickets, {total * ENTRIES:,} time entries"
    compared = f"{floor:.2f} s ({seconds / floor:.1f} x)"
    return [row(measure, f"{seconds:.2f} s", compared, at_most(seconds, 60, "s"))]


def _timed(store: Store, work: object) -> float:
    started = perf_counter()
    store.read_blocking(work)  # type: ignore[arg-type]
    return perf_counter() - started


def _catalogue(tx: Tx) -> int:
    measuring = Measuring(tx, MONTH)
    return len([measuring.figure(kpi) for kpi in KPIS])


def _floor(tx: Tx) -> int:
    """Read what the month is about, and do nothing with it."""
    start, end = to_us(MONTH.start), to_us(MONTH.end)
    tickets = (
        "SELECT external_id, kind, company_ref, assignee_ref, created_at, resolved_at FROM tickets "
        "WHERE is_open OR created_at BETWEEN ? AND ? OR resolved_at BETWEEN ? AND ?"
    )
    entries = (
        "SELECT ticket_ref, technician_ref, start_at, end_at, worked_s FROM time_entries "
        "WHERE work_date BETWEEN '2026-02-01' AND '2026-02-28'"
    )
    read = tx.exec_driver_sql(tickets, (start, end, start, end)).fetchall()
    return len(read) + len(tx.exec_driver_sql(entries).fetchall())


def _fill(store: Store, total: int) -> None:
    source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "sandbox", NOW))
    for first in range(0, total, _BATCH):
        numbers = range(first, min(first + _BATCH, total))
        _put(store, source.id, list(_tickets(numbers, total)))
        for rows in _entries(numbers, total):
            _put(store, source.id, rows)


def _put(store: Store, source: int, rows: Sequence[Entity]) -> None:
    incoming = [Incoming(one, None, None, "1") for one in rows]
    stream = rows[0].stream
    store.write_blocking(lambda tx: records.apply(tx, source, stream, incoming, known={}, mode="backfill", now=NOW))


def _created(number: int, total: int) -> datetime:
    return NOW - timedelta(days=365 * YEARS) * (1 - number / total)


def _tickets(numbers: range, total: int) -> Iterator[Ticket]:
    for number in numbers:
        created, is_open = _created(number, total), number % OPEN_EVERY == 0
        yield Ticket(
            external_id=str(number),
            title=f"Ticket {number}",
            kind=TicketKind.INCIDENT if number % 3 else TicketKind.SERVICE_REQUEST,
            status_category=StatusCategory.IN_PROGRESS if is_open else StatusCategory.RESOLVED,
            priority=list(Priority)[number % 4],
            queue_ref=str(number % 12),
            assignee_ref=str(number % 50),
            company_ref=str(number % 500),
            contact_ref=str(number % 5_000),
            issue=str(number % 20),
            sub_issue=str(number % 100),
            created_at=created,
            resolved_at=None if is_open else created + timedelta(hours=number % 90),
            first_response_at=created + timedelta(minutes=number % 300),
            description="A paragraph of text about what does not work, as people write it. " * 5,
        )


def _entries(numbers: range, total: int) -> Iterator[list[TimeEntry]]:
    for turn in range(ENTRIES):
        rows = []
        for number in numbers:
            start = _created(number, total) + timedelta(minutes=turn * 25)
            end = start + timedelta(minutes=20)
            rows.append(
                TimeEntry(
                    external_id=f"{number}-{turn}",
                    ticket_ref=str(number),
                    technician_ref=str(number % 50),
                    work_date=start.date(),
                    start_at=start,
                    end_at=end,
                    worked_s=1_200,
                    created_at=end,
                )
            )
        yield rows
