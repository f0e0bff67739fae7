"""What a month of 200 clients would be billed, on each database, and how much memory that takes."""

import asyncio
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from benchmarks.databases import new_database, running_postgres
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    BillingCode,
    Charge,
    Company,
    Contract,
    ContractBlock,
    ContractService,
    ContractUnits,
    Entity,
    Role,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.preview.tables.previews import asked_for, by_client
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
MONTH = (date(2026, 10, 1), date(2026, 10, 31))
CLIENTS, ENTRIES, CHARGES, CONTRACTS = 200, 20_000, 2_000, 300
GOAL_S, BATCH = 3.0, 5_000
KINDS = (ContractKind.TIME_AND_MATERIALS, ContractKind.RECURRING, ContractKind.BLOCK_HOURS)

DEFINITIONS = """\
[profit]
currency = "EUR"

[billing]
biller = "servicedesk"
after_hours = ["Nights"]
after_hours_factor = 1.5
"""

FLOOR = (
    """SELECT coalesce(t.company_ref, k.company_ref), k.external_id, e.role_ref, e.billing_code_ref, e.external_id,
        e.billed_s, e.approved_at, e.is_billable
    FROM time_entries e LEFT JOIN tickets t ON t.source_id = e.source_id AND t.external_id = e.ticket_ref
        LEFT JOIN contracts k ON k.source_id = e.source_id AND k.external_id = coalesce(e.contract_ref, t.contract_ref)
    WHERE e.work_date BETWEEN '2026-10-01' AND '2026-10-31'""",
    """SELECT t.company_ref, '', '', '', c.external_id, c.price, c.quantity, c.is_billable
    FROM charges c LEFT JOIN tickets t ON t.source_id = c.source_id AND t.external_id = c.ticket_ref
    WHERE c.bought_on BETWEEN '2026-10-01' AND '2026-10-31'""",
    """SELECT k.company_ref, k.external_id, '', '', u.external_id, u.price, u.units, 1
    FROM contract_units u LEFT JOIN contracts k ON k.source_id = u.source_id AND k.external_id = u.contract_ref
    WHERE u.start_on BETWEEN '2026-10-01' AND '2026-10-31'""",
)
"""The same records with one join each: the least that has to be read."""


def billing_preview(*, quick: bool) -> list[Row]:
    """Return how long a preview takes on SQLite and PostgreSQL, beside reading the same and adding it up."""
    times, found = 3 if quick else 7, []
    with TemporaryDirectory() as folder:
        found += asyncio.run(_measured(Path(folder), f"sqlite:///{Path(folder) / 'desk.db'}", "SQLite", times))
    with running_postgres() as server, TemporaryDirectory() as folder:
        found += asyncio.run(_measured(Path(folder), new_database(server), "PostgreSQL", times))
    return found


async def _measured(path: Path, url: str, database: str, times: int) -> list[Row]:
    (path / "service").mkdir()
    (path / "service" / "billing.toml").write_text(DEFINITIONS)
    (path / "servicedesk.toml").write_text(
        f'[desk]\nname = "X"\nstore = "{url}"\n[connections.psa]\nconnector = "tabular"\n'
    )
    async with ServiceDesk.open(path / "servicedesk.toml", clock=FakeClock(NOW)) as desk:
        for several in _records(1):
            await desk.store.write(_storing(several))
        await desk.definitions.apply(reason="first")
        await desk.store.write(lambda tx: tx.exec_driver_sql("ANALYZE"))  # as servers do by themselves after a while
        ours, least = [], []
        for _ in range(times):  # by turns, so that a busy machine is as busy for both
            began = perf_counter(), process_time()
            shown = await desk.billing.preview(period="2026-10", limit=10_000)
            between = perf_counter(), process_time()
            await desk.store.read(_floor)
            ours.append((between[0] - began[0], between[1] - began[1]))
            least.append((perf_counter() - between[0], process_time() - between[1]))
        assert len(shown.drafts) == CLIENTS
        assert sum(len(one.sources) for one in shown) > ENTRIES / 4
        few_mb = await desk.store.read(lambda tx: _peak_mb(tx, desk, 0))
        (wall_s, cpu_s), (_, floor_s) = min(ours), min(least)
        what = f"{ENTRIES:,} entries, {CHARGES:,} charges, {CONTRACTS} contracts of {CLIENTS} clients, {database}"
        many_mb = await _grown(desk)
    floor = f"read and added up {floor_s:.2f} s"
    grown = f"the same of four times the clients, beside the desk, {database}"
    return [
        row(
            f"{what}, processor time", f"{cpu_s:.2f} s; {wall_s:.2f} s of wall time", floor, at_most(cpu_s, GOAL_S, "s")
        ),
        Row(measure="the same", ours=f"{cpu_s:.2f} s", reference=floor, figure=f"{cpu_s / floor_s:.1f}"),
        Row(measure=grown, ours=f"{many_mb:.1f} MB", reference=f"{few_mb:.1f} MB", figure=f"{many_mb / few_mb:.2f}"),
    ]


async def _grown(desk: ServiceDesk) -> float:
    for times in (2, 3, 4):
        for several in _records(times):
            await desk.store.write(_storing(several))
    return await desk.store.read(lambda tx: _peak_mb(tx, desk, 0))


def _peak_mb(tx: Tx, desk: ServiceDesk, least: int) -> float:
    """Return the most memory that going through all clients takes; nothing of one is kept for the next."""
    tracemalloc.start()
    lines = sum(len(made.draft.lines) for one in by_client(tx, asked_for(tx, desk, *MONTH)) for made in one.made)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert lines > least
    return peak


def _floor(tx: Tx) -> int:
    sums: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for query in FLOOR:
        for company, contract, role, code, _, amount, *_ in tx.exec_driver_sql(query):
            sums[company, contract, role, code] += amount or 0
    return len(sums)


def _storing(rows: list[Entity]) -> Callable[[Any], None]:
    def work(tx: Any) -> None:
        source = sources.ensure(tx, "psa", "tabular", "live", NOW).id
        incoming = [Incoming(one, None, None, "1") for one in rows]
        records.apply(tx, source, rows[0].stream, incoming, mode="backfill", now=NOW)

    return work


def _records(times: int) -> Iterator[list[Entity]]:
    """Yield a month of some clients; each time of others."""
    first = (times - 1) * CLIENTS

    def c(number: int) -> str:
        return f"c{first + number % CLIENTS}"

    def k(number: int) -> str:
        return f"k{times}-{number % CONTRACTS}"

    yield [Company(external_id=c(n), name=f"Client {first + n:04}") for n in range(CLIENTS)]
    yield [Role(external_id=f"r{n}", name=f"Role {n}", hourly_price=90 + n) for n in range(4)]
    yield [BillingCode(external_id=f"b{n}", name=f"Work type {n}" if n else "Nights") for n in range(5)]
    yield [
        Contract(
            external_id=k(n), name=f"Contract {n}", company_ref=c(n), kind=KINDS[n % 3], excluded_role_refs=("r3",),
            excluded_billing_code_refs=(), start_on=date(2026, 1, 1),
        )
        for n in range(CONTRACTS)
    ]  # fmt: skip
    yield [
        ContractBlock(
            external_id=f"o{times}-{n}", contract_ref=k(n), bought_s=72_000, used_s=36_000, hourly_price=85,
            currency="EUR", start_on=date(2026, 9, 1), bought_on=date(2026, 9, 1), is_paid=True,
        )
        for n in range(2, CONTRACTS, 3)
    ]  # fmt: skip
    services = range(1, CONTRACTS, 3)
    yield [
        ContractService(external_id=f"s{times}-{n}", contract_ref=k(n), name="Managed Workstation") for n in services
    ]
    yield [
        ContractUnits(
            external_id=f"u{times}-{n}", contract_ref=k(n), contract_service_ref=f"s{times}-{n}", units=5 + n % 9,
            start_on=MONTH[0], end_on=MONTH[1], price=45 * (5 + n % 9), currency="EUR",
        )
        for n in services
    ]  # fmt: skip
    tickets = ENTRIES // 4
    yield [
        Ticket(
            external_id=f"{times}-{n}", number=f"T{times}-{n}", company_ref=c(n), contract_ref=k(n) if n % 4 else None
        )
        for n in range(tickets)
    ]
    for start in range(0, ENTRIES, BATCH):
        yield [_entry(times, n, tickets) for n in range(start, start + BATCH)]
    yield [
        Charge(
            external_id=f"h{times}-{n}", name=f"Part {n % 90}", ticket_ref=f"{times}-{n % tickets}", quantity=1 + n % 3,
            unit_price="19.99", currency="EUR", bought_on=MONTH[0] + timedelta(days=n % 31), is_billable=n % 9 != 0,
        )
        for n in range(CHARGES)
    ]  # fmt: skip


def _entry(times: int, number: int, tickets: int) -> Entity:
    return TimeEntry(
        external_id=f"e{times}-{number}",
        ticket_ref=f"{times}-{number % tickets}",
        role_ref=f"r{number % 4}",
        billing_code_ref=f"b{number // 7 % 5}",
        work_date=MONTH[0] + timedelta(days=number % 31),
        worked_s=900 + number % 7 * 300,
        billed_s=900 * (1 + number % 4),
        is_billable=number % 11 != 0,
        approved_at=NOW if number % 13 else None,
        summary="Looked after it, and told the person who had called. ",
    )
