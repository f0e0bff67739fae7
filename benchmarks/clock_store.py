"""Judging all tickets of a store, as after a change of policy, over reading the same events and nothing more."""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import process_time

import orjson

from benchmarks.clocks import NOW, tickets_with_history
from benchmarks.rows import Row, at_least, row
from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Entity, Ticket
from servicedesk_core.store import Store, Tx, records, sources
from servicedesk_core.store.records import Incoming

SLA = """
[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "08:00-17:30" }
[sla]
calendar = "office"
[[sla.policies]]
name = "standard"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h" }
otherwise = { triage = "1 h", engagement = "4 h", completion = "24 h" }
"""
_AT_ONCE = 1_000


def clocks_of_a_store(*, quick: bool) -> list[Row]:
    """All tickets of a store, seven events each, as processor time."""
    return asyncio.run(_measured(2_000 if quick else 20_000))


async def _measured(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder) / "service"
        service.mkdir()
        (service / "sla.toml").write_text(SLA)
        url = f"sqlite:///{folder}/desk.db"
        fill(url, count)
        async with ServiceDesk({"desk": {"timezone": "America/New_York"}}, store=url) as desk:
            await desk.definitions.apply(reason="measured", folder=service)
            began = process_time()
            await desk.store.read(read_events)
            read_s, began = process_time() - began, process_time()
            await desk.sla.evaluate()
            judged_s = process_time() - began
    speeds = f"{count / judged_s:,.0f} tickets a second", f"{count / read_s:,.0f}"
    return [row("clocks of a store judged", *speeds, at_least(read_s / judged_s, 0.02))]


def fill(url: str, count: int, *, days: int = 300) -> None:
    """Put so many tickets of the last days with their events into a new store."""
    with Store.open(url, clock=SystemClock()) as store:
        for entities in _records(count, days):
            store.write_blocking(partial(_put, entities=entities))


def _records(count: int, days: int) -> Iterator[list[Entity]]:
    for start in range(0, count, _AT_ONCE):
        told = tickets_with_history(min(_AT_ONCE, count - start), days=days)
        refs = [str(start + at) for at in range(len(told))]
        yield [
            Ticket(external_id=ref, status_category="resolved", created_at=events[0].effective_at, modified_at=NOW)
            for ref, events in zip(refs, told, strict=True)
        ]
        yield [
            one.model_copy(update={"ticket_ref": ref, "external_id": f"{ref}:{at}"})
            for ref, events in zip(refs, told, strict=True)
            for at, one in enumerate(events)
        ]


def _put(tx: Tx, entities: list[Entity]) -> None:
    source = sources.ensure(tx, "psa", "autotask", "live", NOW - timedelta(days=400)).id
    rows = [Incoming(one, None, None, "1") for one in entities]
    records.apply(tx, source, entities[0].stream, rows, mode="backfill", now=NOW)


def read_events(tx: Tx) -> None:
    """Read the events of all tickets, and nothing more: the floor."""
    for before, after in tx.exec_driver_sql('SELECT "before", "after" FROM ticket_events ORDER BY ticket_ref'):
        orjson.loads(before)
        orjson.loads(after)
