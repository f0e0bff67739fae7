"""The whole catalogue of KPIs for a month of a large store, over the least that reading that month costs."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.real_desk import NOW, RealDesk
from benchmarks.rows import Row, at_most, row
from benchmarks.service import write_definitions
from servicedesk_core import ServiceDesk
from servicedesk_core.faces import Period
from servicedesk_core.features.kpi.catalogue.whole import KPIS
from servicedesk_core.features.kpi.measuring import Measuring
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.testing import FakeClock

LARGE = RealDesk(tickets=1_000_000, entries=5)
MONTH = Period(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), NOW)


def catalogue(*, quick: bool) -> list[Row]:
    """All figures of a month: a million tickets of five years, and five million time entries.

    Once where nobody decided anything, and once with promises that were judged, shifts and who is on call.
    """
    desk = RealDesk(tickets=10_000, entries=LARGE.entries) if quick else LARGE
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'large.db'}"
        with Store.open(url, clock=FakeClock(NOW)) as store:
            desk.fill(store)
            plain = measured(store, desk)
        asyncio.run(_decide(url, Path(folder) / "service"))
        with Store.open(url, clock=FakeClock(NOW)) as store:
            return [plain, measured(store, desk, on=", with promises, shifts and on call")]


async def _decide(url: str, folder: Path) -> None:
    write_definitions(folder)
    async with ServiceDesk({"desk": {"name": "Measured desk"}}, store=url, clock=FakeClock(NOW)) as desk:
        await desk.definitions.apply(reason="measured", folder=folder)
        await desk.sla.evaluate()


def measured(store: Store, desk: RealDesk, *, on: str = "") -> Row:
    """Measure the catalogue of a desk that is in a store."""
    ours, floors = [], []
    for _ in range(3):
        floors.append(_timed(store, _floor))
        ours.append(_timed(store, _catalogue))
    seconds, floor = median(ours), median(floors)
    size = f"{desk.tickets:,} tickets, {desk.tickets * desk.entries:,} time entries"
    measure = f"all KPIs of a month, {size}{on}, processor time"
    compared = f"{floor:.2f} s ({seconds / floor:.1f} x)"
    return row(measure, f"{seconds:.2f} s", compared, at_most(seconds, 60, "s"))


def _timed(store: Store, work: Callable[[Tx], object]) -> float:
    began = process_time()
    store.read_blocking(work)
    return process_time() - began


def _catalogue(tx: Tx) -> int:
    with collecting_seldom:  # as every query does
        measuring = Measuring(tx, MONTH)
        return len([measuring.figure(kpi) for kpi in KPIS])


def _floor(tx: Tx) -> int:
    """Read what the month is about, and do nothing with it."""
    start, end = to_us(MONTH.start), to_us(MONTH.end)
    tickets = (
        "SELECT external_id, kind, company_ref, assignee_ref, created_at, resolved_at FROM tickets "
        f"WHERE is_open OR created_at BETWEEN {start} AND {end} OR resolved_at BETWEEN {start} AND {end}"
    )
    entries = (
        "SELECT ticket_ref, technician_ref, start_at, end_at, worked_s FROM time_entries "
        "WHERE work_date BETWEEN '2026-02-01' AND '2026-02-28'"
    )
    read = tx.exec_driver_sql(tickets).fetchall()
    return len(read) + len(tx.exec_driver_sql(entries).fetchall())
