"""The HTTP kit over httpx alone, the budget ledgers, and the sandbox's own speed."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import httpx
import orjson

from benchmarks.rows import Row, at_least, row
from benchmarks.vendor import Vendor, running_vendor
from servicedesk_core.clock import SystemClock
from servicedesk_core.http import HttpFactory, HttpProfile, InMemoryLedger, Route
from servicedesk_core.ports import BudgetKey, BudgetLedger, BudgetPolicy
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger

PAGES = 20
_SEARCH = {"filter": [{"op": "exist", "field": "id"}], "maxRecords": 500}
_ROUTES = (Route("POST", "Tickets/query"),)
_WIDE = BudgetPolicy(requests=1_000_000_000, concurrency=8)


def http(*, quick: bool) -> list[Row]:
    """Processor time of fetching and decoding a page through the kit and through httpx."""
    with running_vendor(tickets=1_000) as vendor:
        found = [asyncio.run(_fetch(vendor)) for _ in range(4 if quick else 10)][1:]
    kit, bare = (median(times[at] for times in found) / PAGES * 1000 for at in (0, 1))
    return [
        Row(
            measure="HTTP kit over httpx, a page of 500, processor time",
            ours=f"{kit:.2f} ms",
            reference=f"{bare:.2f} ms",
            figure=f"{kit - bare:+.2f} ms",
        )
    ]


async def _fetch(vendor: Vendor) -> tuple[float, float]:
    clock = SystemClock()
    factory = HttpFactory(connection="measured", ledger=InMemoryLedger(clock), clock=clock)
    profile = HttpProfile(vendor="measured", account="one", base_url=vendor.api, headers=vendor.headers, routes=_ROUTES)
    client = factory(profile)
    body = orjson.dumps(_SEARCH)
    async with httpx.AsyncClient(base_url=vendor.api, headers=vendor.headers) as bare:
        await client.request("POST", "Tickets/query", json=_SEARCH)
        orjson.loads((await bare.post("Tickets/query", content=body)).content)
        began = process_time()
        for _ in range(PAGES):
            (await client.request("POST", "Tickets/query", json=_SEARCH)).json()
        between = process_time()
        for _ in range(PAGES):
            orjson.loads((await bare.post("Tickets/query", content=body)).content)
        done = process_time()
    await factory.aclose()
    return between - began, done - between


def ledger(*, quick: bool) -> list[Row]:
    """What one request costs in the ledgers: in memory, and shared through the store."""
    count = 200 if quick else 1_000
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'ledger.db'}", clock=clock)
        memory = asyncio.run(_permits(InMemoryLedger(clock), count))
        shared = asyncio.run(_permits(StoreLedger(store), count))
        store.close()
    return [
        Row(
            measure="budget ledger, one request: in the store, in memory",
            ours=f"{shared * 1000:.2f} ms",
            reference=f"{memory * 1000:.3f} ms",
            figure=f"{shared * 1000:.2f} ms",
        )
    ]


async def _permits(ledger: BudgetLedger, count: int) -> float:
    key = BudgetKey("measured", "one", "Tickets")
    started = perf_counter()
    for _ in range(count):
        async with await ledger.acquire(key, _WIDE):
            pass
    return (perf_counter() - started) / count


def sandbox(*, quick: bool) -> list[Row]:
    """Pages a second of the sandbox itself, nothing remembered."""
    pages = 20 if quick else 60
    with (
        running_vendor(tickets=20_000, cached=False) as vendor,
        httpx.Client(base_url=vendor.api, headers=vendor.headers, timeout=60) as client,
    ):
        client.get("ThresholdInformation")
        started = perf_counter()
        for number in range(pages):
            condition = {"op": "gt", "field": "id", "value": number * 300}
            client.post("Tickets/query", json={"filter": [condition], "maxRecords": 500}).raise_for_status()
        speed = pages / (perf_counter() - started)
    figure, goal, met = at_least(speed, 20)
    return [row("sandbox, pages of 500 a second", f"{speed:.0f}/s", "", (figure[:-2], goal[:-2], met))]
