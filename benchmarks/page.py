"""The desk page of a large store."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from benchmarks.rows import Row, at_most, row
from servicedesk_core.domain import Priority, StatusCategory, Ticket
from servicedesk_core.features.report.queries import build
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

TOTAL, OPEN = 1_000_000, 100_000
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
_BATCH = 20_000


def desk_page(*, quick: bool) -> list[Row]:
    """The desk page at a million tickets, a tenth of them open."""
    total, still_open = (TOTAL // 50, OPEN // 50) if quick else (TOTAL, OPEN)
    times = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'large.db'}", clock=FakeClock(NOW)) as store,
    ):
        fill(store, total, still_open)
        for _ in range(7):
            started = process_time()
            report = store.read_blocking(lambda tx: build(tx, desk="Measured desk", timezone="UTC", now=NOW))
            times.append(process_time() - started)
    if report.numbers.open.count != still_open:
        message = f"{report.numbers.open.count:,} tickets are open, not {still_open:,}"
        raise RuntimeError(message)
    seconds = min(times[1:])
    measure = f"desk page, {total:,} tickets, {still_open:,} open, processor time"
    return [row(measure, f"{seconds:.3f} s", "", at_most(seconds, 0.3, "s"))]


def fill(store: Store, total: int, still_open: int) -> None:
    """Put tickets into a store, some of them open."""
    source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "sandbox", NOW))
    for first in range(0, total, _BATCH):
        rows = list(_tickets(range(first, min(first + _BATCH, total)), every=total // still_open))
        store.write_blocking(
            lambda tx, rows=rows: records.apply(tx, source.id, "tickets", rows, known={}, mode="backfill", now=NOW)  # type: ignore[misc]
        )


def _tickets(numbers: range, *, every: int) -> Iterator[Incoming]:
    """Yield tickets of which each so-many-th is open."""
    categories = [category for category in StatusCategory if category.is_open]
    priorities = list(Priority)
    for number in numbers:
        is_open = number % every == 0
        at = number // every if is_open else number  # open ones lie as even over queues and people as closed ones
        # Open tickets are mostly young, as on a real desk; closed ones go back five years.
        age = timedelta(hours=(number * 7) % 2_000 if is_open else (number * 7) % 43_800)
        ticket = Ticket(
            external_id=str(number),
            number=f"T{number:08}",
            title=f"Ticket {number}",
            status="Word",
            status_category=categories[at % len(categories)] if is_open else StatusCategory.CLOSED,
            priority=priorities[at % len(priorities)],
            queue_ref=str(at % 12),
            assignee_ref=str(at % 40) if at % 5 else None,
            company_ref=str(at % 500),
            created_at=NOW - age,
            resolved_at=None if is_open else NOW - age / 2,
            closed_at=None if is_open else NOW - age / 2,
            last_activity_at=NOW - age / 2,
            due_at=NOW - age + timedelta(days=10),
            description="A paragraph of text about what does not work, as people write it. " * 5,
        )
        yield Incoming(ticket, None, None, "1")
