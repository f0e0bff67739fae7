"""A forecast with its backtest over three years of days, from an open store."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.store import Tx, passes, records, runs, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

DAYS, A_DAY = 3 * 365, 40
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def forecasting(*, quick: bool) -> list[Row]:
    """Forecast and backtest of three years of days, against counting their tickets by hand."""
    return asyncio.run(_measured(DAYS, A_DAY // 10 if quick else A_DAY))


async def _measured(days: int, a_day: int) -> list[Row]:
    settings = {"desk": {"name": "Measured desk"}, "connections": {"psa": {"connector": "tabular"}}}
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'desk.db'}"
        async with ServiceDesk(settings, store=store, clock=FakeClock(NOW)) as desk:
            await desk.store.write(lambda tx: _fill(tx, days, a_day))
            if not (found := await desk.forecast.backtest()).items:
                raise RuntimeError(found.why)
            by_days = await _seconds(desk.forecast.backtest) + await _seconds(desk.forecast.tickets)
            by_hours = await _seconds(lambda: desk.forecast.backtest(hourly=True)) + await _seconds(desk.forecast.hours)
            floor = await _seconds(lambda: desk.store.read(_by_hand))
    compared, hourly = (f"{one / floor:.1f} times one count of the tickets by hour" for one in (by_days, by_hours))
    tickets = sum(1 for _ in _tickets(days, a_day))
    measure = f"forecast and backtest, {days:,} days, {tickets:,} tickets, processor time"
    return [
        row(measure, f"{by_days:.2f} s", compared, at_most(by_days, 1.0, "s")),
        row(
            f"the same by hours, of the last 26 weeks of {days:,} days",
            f"{by_hours:.2f} s",
            hourly,
            at_most(by_hours, 1.0, "s"),
        ),
    ]


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return the processor's seconds: of several the least, after one that warms up."""
    times = []
    for _ in range(6):
        began = process_time()
        await work()
        times.append(process_time() - began)
    return min(times[1:])


def _by_hand(tx: Tx) -> object:
    hour = "created_at / 3600000000"
    return tx.exec_driver_sql(f"SELECT {hour}, count(*) FROM tickets WHERE gone_at IS NULL GROUP BY {hour}").all()


def _fill(tx: Tx, days: int, a_day: int) -> None:
    source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
    rows = [Incoming(one, None, None, "1") for one in _tickets(days, a_day)]
    records.apply(tx, source, "tickets", rows, known={}, mode="backfill", now=NOW)
    run = runs.start(tx, "run", source, "tickets", mode="incremental", now=NOW)
    runs.finish(tx, run, runs.RunCounts(), outcome="ok", now=NOW)
    whole = passes.start(tx, passes.PassKey(source, "tickets", "scope", "sweep"), NOW)
    passes.finish(tx, whole.pass_id, watermark=NOW, now=NOW)


def _tickets(days: int, a_day: int) -> Iterator[Ticket]:
    """Yield tickets that come less at weekends, and more from year to year, so that Holt-Winters has work."""
    for day in range(days):
        midnight = NOW.replace(hour=0) - timedelta(days=days - day)
        many = a_day * (2 if midnight.weekday() > 4 else 10) * (days + day) // (12 * days)
        for number in range(many):
            created_at = midnight + timedelta(hours=7, seconds=number * 36_000 // many)
            yield Ticket(
                external_id=f"{day}-{number}",
                title="Ticket",
                status_category=StatusCategory.CLOSED,
                queue_ref=str(number % 12),
                company_ref=str(number % 500),
                created_at=created_at,
                closed_at=created_at + timedelta(hours=9),
            )
