"""Margins, where money stands, and what nobody is billed for, on a desk of fifty technicians."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    BillingCode,
    BillingItem,
    Company,
    Contract,
    ContractUnits,
    Entity,
    Role,
    Technician,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2027, 1, 9, 12, tzinfo=UTC)
FIRST = date(2026, 1, 1)
CLIENTS, TECHNICIANS, BATCH = 200, 50, 5_000
MONTH_S, YEAR_S, STAGES_S, LEAKAGE_S, MEMORY_MB = 3.0, 12.0, 3.0, 10.0, 60.0
_EXCLUDED = 5
"""Number of the work type that no contract covers; one in fifty of its entries is given away."""
_LATE = 25
"""One of so many entries is work at night."""
KINDS = ("incident", "service_request", "change", "alert", "recurring")

DEFINITIONS = """\
[profit]
currency = "EUR"

[cost_rates.engineers]
roles = ["Engineer"]
hour = 42.00
currency = "EUR"
multipliers = { "b1" = 1.5 }

[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "08:00-18:00" }

[sla]
calendar = "office"
policies = [{ name = "all", otherwise = { completion = "8 h" } }]

[billing]
after_hours = ["b1"]
after_hours_factor = 1.5
"""


def profit(*, quick: bool) -> list[Row]:
    """Return how much processor time margins, stages and leaks take, and how much memory."""
    entries = 30_000 if quick else 300_000
    with TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "service").mkdir()
        (path / "service" / "profit.toml").write_text(DEFINITIONS)
        (path / "servicedesk.toml").write_text('[desk]\nname = "X"\ntimezone = "America/New_York"\n')
        _fill(f"sqlite:///{path / 'servicedesk.db'}", entries)
        return asyncio.run(_measured(path, entries))


async def _measured(path: Path, entries: int) -> list[Row]:
    found = []
    async with ServiceDesk.open(path / "servicedesk.toml", clock=FakeClock(NOW)) as desk:
        await desk.definitions.apply(reason="first")
        for period, goal in (("2026-10", MONTH_S), ("2026", YEAR_S)):
            began = process_time()
            report = await desk.profit.show(period=period)
            taken_s = process_time() - began
            assert report.total.worked_s
            what = f"{entries:,} time entries, margins of {period}"
            found.append(row(what, f"{taken_s:.2f} s of processor time", "", at_most(taken_s, goal, "s")))
        for asked, ask, goal in (
            ("where money stands", desk.billing.stages(limit=10_000), STAGES_S),
            ("what nobody is billed for in a year", desk.leakage.list(since=NOW - timedelta(365)), LEAKAGE_S),
        ):
            began = process_time()
            assert (await ask).items
            taken_s = process_time() - began
            what = f"{entries:,} time entries, {asked}"
            found.append(row(what, f"{taken_s:.2f} s of processor time", "", at_most(taken_s, goal, "s")))
        tracemalloc.start()
        await desk.profit.show(period="2026")
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        found.append(row("memory of the year", f"{peak_mb:.1f} MB", "", at_most(peak_mb, MEMORY_MB, "MB")))
    return found


def _fill(url: str, entries: int) -> None:
    with Store.open(url, clock=FakeClock(NOW)) as store:
        store.write_blocking(lambda tx: sources.ensure(tx, "psa", "tabular", "live", NOW))
        for rows in _records(entries):
            store.write_blocking(_storing(rows))


def _storing(rows: list[Entity]) -> Callable[[Any], None]:
    def work(tx: Any) -> None:
        incoming = [Incoming(one, None, None, "1") for one in rows]
        records.apply(tx, sources.id_of(tx, "psa"), rows[0].stream, incoming, mode="backfill", now=NOW)

    return work


def _records(entries: int) -> Iterator[list[Entity]]:
    tickets = entries // 3
    yield [Company(external_id=f"c{n}", name=f"Client {n}") for n in range(CLIENTS)]
    yield [Technician(external_id=f"t{n}", name=f"Technician {n}") for n in range(TECHNICIANS)]
    yield [Role(external_id="r1", name="Engineer", hourly_price="95.00")]
    yield [BillingCode(external_id=f"b{n}", name=f"Work type {n}") for n in range(6)]
    yield [
        Contract(
            external_id=f"k{n}",
            name=f"Care {n}",
            company_ref=f"c{n}",
            kind=ContractKind.RECURRING,
            excluded_role_refs=(),
            excluded_billing_code_refs=("b1", f"b{_EXCLUDED}"),
        )
        for n in range(CLIENTS)
    ]
    yield [_units(client, month) for client in range(CLIENTS) for month in range(1, 13)]
    for numbers in _batches(tickets):
        yield [_ticket(n) for n in numbers]
    for numbers in _batches(entries):
        yield [_entry(n, tickets) for n in numbers]
    for numbers in _batches(entries):
        if lines := [_line(n, tickets) for n in numbers if n % 4 == 0]:
            yield lines


def _batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count)) for first in range(0, count, BATCH))


def _day(number: int) -> date:
    return FIRST + timedelta(days=number % 365)


def _units(client: int, month: int) -> Entity:
    first, after = date(2026, month, 1), date(2026 + month // 12, month % 12 + 1, 1)
    return ContractUnits(
        external_id=f"u{client}-{month}",
        contract_ref=f"k{client}",
        contract_service_ref=f"s{client}",
        start_on=first,
        end_on=after - timedelta(days=1),
        own_price="1200.00",
        cost="80.00",
    )


def _ticket(number: int) -> Entity:
    client = number % CLIENTS
    return Ticket(
        external_id=str(number), company_ref=f"c{client}", contract_ref=f"k{client}", kind=KINDS[number % len(KINDS)]
    )


def _entry(number: int, tickets: int) -> Entity:
    hour = 3 if number % _LATE == 0 else 14 + number % 7
    begun, code = datetime.combine(_day(number), time(hour), UTC), number % 6
    return TimeEntry(
        external_id=f"e{number}",
        ticket_ref=str(number % tickets),
        technician_ref=f"t{number % TECHNICIANS}",
        role_ref="r1",
        billing_code_ref=f"b{code}",
        work_date=_day(number),
        start_at=begun,
        end_at=begun + timedelta(seconds=900 + number % 7 * 300),
        worked_s=900 + number % 7 * 300,
        is_billable=number % 50 != 0 if code == _EXCLUDED else number % 4 == 0,
        summary="Looked after it, and told the person who had called. " * 3,
    )


def _line(number: int, tickets: int) -> Entity:
    client = number % tickets % CLIENTS
    return BillingItem(
        external_id=f"i{number}",
        company_ref=f"c{client}",
        ticket_ref=str(number % tickets),
        time_entry_ref=f"e{number}",
        contract_ref=f"k{client}",
        item_on=_day(number),
        own_price="35.50",
    )
