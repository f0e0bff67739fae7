"""What a scope costs: the same reads of the whole desk, of one client, of half of all, and of one queue, by turns."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.page import NOW, fill
from benchmarks.rows import Row, at_most, row
from servicedesk_core import Scope, ServiceDesk, TicketFilter
from servicedesk_core.store import Tx
from servicedesk_core.testing import FakeClock

TICKETS = 200_000
CLAIMS = 5_000
SCOPES = {
    "one client of 500": Scope("psa", ["7"]),
    "half of 500 clients": Scope("psa", [str(n) for n in range(250)]),
    "one queue of 12": Scope("psa", queues=["7"]),
}
Read = Callable[[ServiceDesk, Scope | None], Awaitable[Any]]
READS: dict[str, Read] = {
    "tickets list": lambda desk, scope: desk.tickets.list(scope=scope),
    "tickets list --all": lambda desk, scope: desk.tickets.list(TicketFilter(everything=True), scope=scope),
    "count": lambda desk, scope: desk.tickets.count(scope=scope),
    "count of all": lambda desk, scope: desk.tickets.count(TicketFilter(everything=True), scope=scope),
    "report desk": lambda desk, scope: desk.report.desk_page(scope=scope),
    "report morning": lambda desk, scope: desk.report.morning(scope=scope),
    "attention list": lambda desk, scope: desk.attention.list(scope=scope),
    "sla status": lambda desk, scope: desk.sla.status(scope=scope),
    "kpi now": lambda desk, scope: desk.kpi.now(scope=scope),
    "desks service": lambda desk, scope: desk.desks.service(scope=scope),
    f"claims list, {CLAIMS:,} claims": lambda desk, scope: desk.claims.list(scope=scope),
}
_ROUNDS = 15


def scopes(*, quick: bool) -> list[Row]:
    """Reads with a scope over those of the whole desk, in processor time."""
    return asyncio.run(_measured(TICKETS // 20 if quick else TICKETS))


async def _measured(total: int) -> list[Row]:
    settings = {"connections": {"psa": {"connector": "tabular"}}}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'large.db'}"
        async with ServiceDesk(settings, store=url, clock=FakeClock(NOW)) as desk:
            await asyncio.to_thread(fill, desk.store, total, total // 10)
            await desk.store.write(_claim)
            for name, read in READS.items():
                whole, *scoped = await _seconds(read, desk)
                for told, seconds in zip(SCOPES, scoped, strict=True):
                    measure = f"{name}, {total:,} tickets: {told} over the whole desk"
                    ours, reference = f"{seconds * 1000:.1f} ms", f"{whole * 1000:.1f} ms"
                    rows.append(row(measure, ours, reference, at_most(seconds / whole, 1.3)))
    return rows


def _claim(tx: Tx) -> None:
    """Claim something for some tickets."""
    tx.exec_driver_sql(
        "INSERT INTO claims (claim_id, revision, manufacturer, by_hand, ticket_source_id, ticket_ref, company_ref, "
        "serial_number, state, state_since, is_open, created_at, created_by, changed_at, body, progress) "
        "SELECT 'SD-' || local_id, 1, 'Dell', 0, source_id, external_id, company_ref, 'S' || local_id, 'under_review', "
        "created_at, 1, created_at, 'user:ana', created_at, '{}', '{}' FROM tickets ORDER BY local_id LIMIT ?",
        (CLAIMS,),
    )


async def _seconds(read: Read, desk: ServiceDesk) -> list[float]:
    """Return the processor's seconds for the whole desk and for each scope: of several by turns the least."""
    times: list[list[float]] = [[] for _ in range(1 + len(SCOPES))]
    for _ in range(_ROUNDS):
        for taken, scope in zip(times, (None, *SCOPES.values()), strict=True):
            began = process_time()
            await read(desk, scope)
            taken.append(process_time() - began)
    return [min(taken) for taken in times]
