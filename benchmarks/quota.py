"""What the quota and the leases cost: requests, minutes until the desk is usable, part of the time of a sync."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks.ours import desk, settings, sqlite_url, timed_sync
from benchmarks.rows import Row, at_most, row
from benchmarks.vendor import Vendor, running_vendor
from servicedesk_core import ServiceDesk
from servicedesk_core.store import leases
from servicedesk_core.store.budgets import StoreLedger
from servicedesk_core.testing.clock import FakeClock

TICKETS = 20_000
MANY = 300_000
PAGE_S = 1.0
ALLOWED = 10_000
STREAMS = ("companies", "contacts", "technicians", "tickets")


def requests_per_thousand(*, quick: bool) -> list[Row]:
    """Requests of a first sync for each thousand tickets, all that is asked for before the first page included."""
    del quick

    async def first(vendor: Vendor, store: str) -> int:
        async with desk(vendor, store) as opened:
            before = vendor.requests()
            await opened.sync("psa")
            return vendor.requests() - before

    with running_vendor(tickets=TICKETS) as vendor, tempfile.TemporaryDirectory() as folder:
        sent = asyncio.run(first(vendor, sqlite_url(Path(folder) / "ours.db")))
    figure = sent / (TICKETS / 1_000)
    return [
        Row(
            measure="requests per 1,000 tickets, first sync of 20,000",
            ours=f"{sent} requests",
            reference="500 tickets a page: 2",
            figure=f"{figure:.2f}",
        )
    ]


def minutes_until_usable(*, quick: bool) -> list[Row]:
    """Simulated minutes until all open tickets are there: a second a request one after the other, half the quota gone.

    The clock is simulated: waits for the quota move it, and each request counts for a whole second, as if no two were
    ever in flight, so the figure is an upper bound.
    """
    del quick
    with (
        running_vendor(tickets=MANY, generated=True, others=ALLOWED // 2) as vendor,
        tempfile.TemporaryDirectory() as folder,
    ):
        asked, waited_s, opened = asyncio.run(_until_open(vendor, sqlite_url(Path(folder) / "ours.db")))
    minutes = (asked * PAGE_S + waited_s) / 60
    what = f"{asked} requests, {waited_s:.0f} s waited"
    measure = f"minutes until {opened:,} open of {MANY:,} tickets are usable, 1 s a page, half the quota used by others"
    return [row(measure, what, "simulated clock", at_most(minutes, 5, "min"))]


async def _until_open(vendor: Vendor, store: str) -> tuple[int, float, int]:
    clock, wanted = FakeClock(), MANY // 100
    found: list[tuple[int, float]] = []
    async with ServiceDesk(settings(vendor, store, STREAMS), clock=clock) as opened:

        def progress(_: str, report: Any) -> None:
            if report.stream == "tickets" and report.read >= wanted and not found:
                found.append((vendor.requests(), sum(clock.slept_s)))
                task.cancel()

        task = asyncio.create_task(opened.sync("psa", progress=progress))
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
    return (*found[0], wanted)


def overhead(*, quick: bool) -> list[Row]:
    """Part of the wall time of a first sync that is spent in the shared budget and in the leases."""
    parts: list[float] = []
    with running_vendor(tickets=TICKETS) as vendor:
        for number in range(3 if quick else 6):
            with tempfile.TemporaryDirectory() as folder, _timed() as spent:
                seconds = asyncio.run(_sync(vendor, sqlite_url(Path(folder) / "ours.db")))
            if number:
                parts.append(sum(spent) / seconds)
    figure = median(parts) * 100
    measure = "leases and shared budget, part of the time of a first sync"
    return [row(measure, f"{figure:.2f} %", "whole sync", at_most(figure, 3, "%"))]


async def _sync(vendor: Vendor, store: str) -> float:
    async with desk(vendor, store) as opened:
        return (await timed_sync(opened))[1]


@contextlib.contextmanager
def _timed() -> Iterator[list[float]]:
    """Add up the time inside the ledger and the leases, waits for the writing thread included."""
    spent: list[float] = []
    acquire = StoreLedger.acquire

    async def timed_acquire(self: StoreLedger, *args: Any, **options: Any) -> Any:
        began = perf_counter()
        try:
            return await acquire(self, *args, **options)
        finally:
            spent.append(perf_counter() - began)

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            began = perf_counter()
            try:
                return function(*args, **options)
            finally:
                spent.append(perf_counter() - began)

        return call

    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(StoreLedger, "acquire", timed_acquire))
        for name in ("acquire", "renew", "release", "verify"):
            stack.enter_context(patch.object(leases, name, timed(getattr(leases, name))))
        yield spent
