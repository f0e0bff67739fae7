"""Sweeping clocks with an escalation plan, and how long it takes from a step falling due to its message handed over."""

import asyncio
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.rows import Row
from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.features.escalate import jobs as escalating
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.features.paging import jobs as paging
from servicedesk_core.store import Tx, bulk, records, sources
from servicedesk_core.store.holding import held
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import sla_clocks, sla_tickets

_PEOPLE = 50
_STEPS = 1_000
_TARGET_US = 4 * 3_600_000_000
_SWEEP_S = 5.0
_HANDED_S = 10.0
_DEFINITIONS = """
[calendars.always]
zone = "UTC"
hours = { mon-sun = "00:00-24:00" }
[sla]
calendar = "always"
[[sla.policies]]
name = "standard"
otherwise = { completion = "4 h" }
[escalation_plans.standard]
steps = [
  { at = "50 %", notify = ["assignee"] },
  { at = "75 %", notify = ["assignee"] },
  { at = "100 %", notify = ["managers"] },
]
"""


def escalation(*, quick: bool) -> list[Row]:
    """A sweep over so many running clocks, and the way of a thousand steps to people over HTTP on this machine."""
    count = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder, _phone() as port:
        return asyncio.run(_measured(folder, port, count))


async def _measured(folder: str, port: int, count: int) -> list[Row]:
    service = Path(folder) / "service"
    service.mkdir()
    (service / "sla.toml").write_text(_DEFINITIONS)
    os.environ["BENCHMARK_PAGE"] = f"json://127.0.0.1:{port}/"
    person = {"roles": ["technician"], "page": ["env:BENCHMARK_PAGE"]}
    people: dict[str, Any] = {f"p{number}": person | {"technician": f"t{number}"} for number in range(_PEOPLE)}
    people["lead"] = {"roles": ["service-manager", "admin"], "page": ["env:BENCHMARK_PAGE"]}
    settings = {"desk": {"store": f"sqlite:///{folder}/desk.db"}, "people": people}
    async with ServiceDesk(settings, actor=Actor("user:lead")) as desk:
        await desk.definitions.apply(reason="measured", folder=service)
        now = datetime.now(UTC)
        await desk.store.write(partial(_fill, count=count, now=now))
        async with held(desk.store, escalating.LEASE) as fence:
            sweep = Sweep(desk, fence)
            began = perf_counter()
            await sweep.once()
            armed_s = perf_counter() - began
            await desk.store.write(partial(_fall_due, at=datetime.now(UTC) - timedelta(minutes=40), most=count))
            await Sweep(desk, fence).once()  # arms and takes them
            await desk.store.write(_again)
            began = perf_counter()
            await sweep.once()
            swept_s = perf_counter() - began
        due_at = datetime.now(UTC) + timedelta(seconds=15)
        await desk.store.write(partial(_fall_due, at=due_at, most=_STEPS))
        works = [asyncio.create_task(one(desk)) for one in (escalating.follow, paging.follow)]
        handed_s = await _handed_s(desk, due_at)
        for work in works:
            work.cancel()
        await asyncio.wait(works)
    return [
        _row(f"{count:,} clocks given their plan and next step", armed_s, None),
        _row(f"sweep of {count:,} dues, all due since an outage", swept_s, _SWEEP_S),
        _row(f"{_STEPS:,} steps from falling due to handed over", handed_s, _HANDED_S),
    ]


def _row(measure: str, took_s: float, goal_s: float | None) -> Row:
    goal = "" if goal_s is None else f"<= {goal_s:.0f} s"
    met = None if goal_s is None else took_s <= goal_s
    return Row(measure=measure, ours=f"{took_s:.2f} s", reference="", figure=f"{took_s:.2f} s", goal=goal, met=met)


def _fill(tx: Tx, count: int, now: datetime) -> None:
    """Put in tickets whose clocks have begun an hour ago."""
    source = sources.ensure(tx, "psa", "tabular", "live", now).id
    created = now - timedelta(hours=1)
    for first in range(0, count, 1_000):
        rows = [
            Ticket(
                external_id=str(number), number=f"T{number}", title="Printer", status_category=StatusCategory.NEW,
                assignee_ref=f"t{number % _PEOPLE}", created_at=created,
            )
            for number in range(first, min(first + 1_000, count))
        ]  # fmt: skip
        records.apply(tx, source, "tickets", [Incoming(row, None, None, "1") for row in rows], mode="initial", now=now)
    ids = [row[0] for row in tx.exec_driver_sql("SELECT local_id FROM tickets")]
    _clocks(tx, ids, created, now)


def _again(tx: Tx) -> None:
    """Let all dues be due that were taken."""
    tx.exec_driver_sql("DELETE FROM escalation_steps")
    tx.exec_driver_sql("UPDATE escalation_dues SET next_at = 1")


def _fall_due(tx: Tx, at: datetime, most: int) -> None:
    """Let half of the target of so many clocks be used at an instant, and forget what was done of them."""
    tx.exec_driver_sql("DELETE FROM escalation_steps")
    ids = [row[0] for row in tx.exec_driver_sql(f"SELECT local_id FROM tickets ORDER BY local_id LIMIT {most}")]
    for table in ("sla_clocks", "sla_tickets"):
        bulk.run_in(tx, f"DELETE FROM {table} WHERE ticket_id IN {{values}}", ids)
    _clocks(tx, ids, at - timedelta(hours=2), at - timedelta(hours=1))


def _clocks(tx: Tx, ids: list[int], started: datetime, judged: datetime) -> None:
    started_us, judged_us = (round(one.timestamp() * 1_000_000) for one in (started, judged))
    known = {
        "clock": "completion", "cycle": 1, "is_next": True, "state": "running", "outcome": "open", "policy": "standard",
        "calendar": None, "target_us": _TARGET_US, "elapsed_us": 0, "counts_from_us": started_us,
        "started_at": started_us, "due_at": started_us + _TARGET_US, "late_after": started_us + _TARGET_US,
        "superseded": 0, "is_overridden": False,
    }  # fmt: skip
    columns = [column.name for column in sla_clocks.columns]
    bulk.insert(tx, sla_clocks, [tuple((known | {"ticket_id": one}).get(name) for name in columns) for one in ids])
    told = {"history": "complete", "judged_at": judged_us}
    columns = [column.name for column in sla_tickets.columns]
    bulk.insert(tx, sla_tickets, [tuple((told | {"ticket_id": one}).get(name) for name in columns) for one in ids])


async def _handed_s(desk: ServiceDesk, due_at: datetime) -> float:
    query = "SELECT COUNT(*), MAX(done_at) FROM staff_messages WHERE state = 'sent' AND is_urgent = 0"
    for _ in range(600):
        count, last = await desk.store.read(lambda tx: tx.exec_driver_sql(query).one())
        if count >= _STEPS:
            return float(last / 1_000_000 - due_at.timestamp())
        await asyncio.sleep(0.2)
    message = "not all steps were handed over"
    raise RuntimeError(message)


@contextmanager
def _phone() -> Iterator[int]:
    """Take pages over HTTP; return the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take one."""
            json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
