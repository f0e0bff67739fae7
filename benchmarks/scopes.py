"""What a scope costs: the same reads of the whole desk, of one client of many, and of half of all, in one run."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.page import NOW, fill
from benchmarks.rows import Row, at_most, row
from servicedesk_core import Scope, ServiceDesk, TicketFilter
from servicedesk_core.testing import FakeClock

TICKETS = 200_000
SCOPES = {"one client of 500": Scope("psa", ["7"]), "half of 500 clients": Scope("psa", [str(n) for n in range(250)])}
Read = Callable[[ServiceDesk, Scope | None], Awaitable[Any]]
READS: dict[str, Read] = {
    "tickets list": lambda desk, scope: desk.tickets.list(scope=scope),
    "tickets list --all": lambda desk, scope: desk.tickets.list(TicketFilter(everything=True), scope=scope),
    "count": lambda desk, scope: desk.tickets.count(scope=scope),
    "count of all": lambda desk, scope: desk.tickets.count(TicketFilter(everything=True), scope=scope),
    "report desk": lambda desk, scope: desk.report.desk_page(scope=scope),
    "claims list": lambda desk, scope: desk.claims.list(scope=scope),
}


def scopes(*, quick: bool) -> list[Row]:
    """Reads with a scope over those of the whole desk."""
    return asyncio.run(_measured(TICKETS // 20 if quick else TICKETS))


async def _measured(total: int) -> list[Row]:
    settings = {"connections": {"psa": {"connector": "tabular"}}}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'large.db'}"
        async with ServiceDesk(settings, store=url, clock=FakeClock(NOW)) as desk:
            await asyncio.to_thread(fill, desk.store, total, total // 10)
            for name, read in READS.items():
                whole = await _seconds(read, desk, None)
                for told, scope in SCOPES.items():
                    seconds = await _seconds(read, desk, scope)
                    measure = f"{name}, {total:,} tickets: {told} over the whole desk"
                    ours, reference = f"{seconds * 1000:.1f} ms", f"{whole * 1000:.1f} ms"
                    rows.append(row(measure, ours, reference, at_most(seconds / whole, 1.3)))
    return rows


async def _seconds(read: Read, desk: ServiceDesk, scope: Scope | None) -> float:
    times = []
    for _ in range(8):
        began = perf_counter()
        await read(desk, scope)
        times.append(perf_counter() - began)
    return median(times[1:])
