"""What waits for triage, what stands beside a ticket, and who has heard from nobody, on a large desk."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.databases import new_database, running_postgres
from benchmarks.real_desk import NOW, RealDesk
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.testing import FakeClock

LARGE, SMALL = RealDesk(tickets=1_000_000, still_open=100_000), RealDesk(tickets=10_000, still_open=1_000)
LIMITS = """
[calendars.office]
zone = "UTC"
hours = { mon-fri = "08:00-17:30" }
[client_contact]
limits = { P1 = "1 h", P2 = "4 h" }
otherwise = "8 h"
calendar = "office"
"""
_ROUNDS = 5


def triage(*, quick: bool) -> list[Row]:
    """The lists of whoever triages, on both databases; no promise of ours was judged."""
    size = SMALL if quick else LARGE
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        addresses = {"SQLite": f"sqlite:///{folder}/desk.db", "PostgreSQL": new_database(server)}
        return [
            one
            for name, url in addresses.items()
            for one in asyncio.run(_measured(size, url, Path(folder) / name, on=name))
        ]


async def _measured(size: RealDesk, url: str, folder: Path, *, on: str) -> list[Row]:
    (folder / "service").mkdir(parents=True)
    (folder / "service" / "contact.toml").write_text(LIMITS)
    async with ServiceDesk({"desk": {"name": "Measured desk"}}, store=url, clock=FakeClock(NOW)) as desk:
        await asyncio.to_thread(size.fill, desk.store)
        await desk.definitions.apply(reason="measured", folder=folder / "service")
        return await asked(desk, f"{size.tickets:,} tickets, {size.still_open:,} open, {on}")


async def asked(desk: ServiceDesk, size: str) -> list[Row]:
    """Measure a desk that is open."""
    waiting = await desk.triage.list(limit=1)
    ticket = waiting.items[0].external_id
    reads: dict[str, tuple[Callable[[], Awaitable[Any]], float]] = {
        "a page of triage list": (desk.triage.list, 0.5),
        "triage beside a ticket": (lambda: desk.triage.beside(ticket), 0.5),
        "a page of contact unheard": (desk.contact.unheard, 1.0),
    }
    rows = []
    for name, (read, goal_s) in reads.items():
        busy_s, wall_s = min([await _seconds(read) for _ in range(_ROUNDS)])
        measure = f"{name}, {size}, processor time"
        rows.append(row(measure, f"{busy_s:.2f} s", f"{wall_s:.2f} s of wall time", at_most(busy_s, goal_s, "s")))
    return rows


async def _seconds(read: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Return how long it took: our processor's time, and that of the wall."""
    began, then = process_time(), perf_counter()
    await read()
    return process_time() - began, perf_counter() - then
