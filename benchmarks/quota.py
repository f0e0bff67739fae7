"""What the quota and the leases cost: requests, minutes until the desk is usable, part of the time of a sync."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time, thread_time
from typing import Any
from unittest.mock import patch

from benchmarks.ours import desk, settings, sqlite_url
from benchmarks.rows import Row, at_most, row
from benchmarks.vendor import Vendor, running_vendor
from servicedesk_core import ServiceDesk
from servicedesk_core.store import Store, leases
from servicedesk_core.testing.clock import FakeClock

TICKETS = 20_000
FEW = 2_000
"""Instead, where quick is asked for: that figures come, not what they are."""
MANY = 300_000
PAGE_S = 1.0
ALLOWED = 10_000
_OURS = ("servicedesk_core.store.budgets", "servicedesk_core.store.holding")
STREAMS = ("companies", "contacts", "technicians", "tickets")


def minutes_until_usable(*, quick: bool) -> list[Row]:
    """Simulated minutes until all open tickets are there: a second a request one after the other, half the quota gone.

    The clock is simulated: waits for the quota move it, and each request counts for a whole second, as if no two were
    ever in flight, so the figure is an upper bound.
    """
    many = MANY // 10 if quick else MANY
    with (
        running_vendor(tickets=many, generated=True, others=ALLOWED // 2) as vendor,
        tempfile.TemporaryDirectory() as folder,
    ):
        asked, waited_s, opened = asyncio.run(_until_open(vendor, sqlite_url(Path(folder) / "ours.db"), many // 100))
    minutes = (asked * PAGE_S + waited_s) / 60
    what = f"{asked} requests, {waited_s:.0f} s waited"
    measure = f"minutes until {opened:,} open of {many:,} tickets are usable, 1 s a page, half the quota used by others"
    return [row(measure, what, "simulated clock", at_most(minutes, 5, "min"))]


async def _until_open(vendor: Vendor, store: str, wanted: int) -> tuple[int, float, int]:
    clock = FakeClock()
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
    """Part of a first sync that the writing thread spends on the shared budget and the leases."""
    parts: list[float] = []
    with running_vendor(tickets=FEW if quick else TICKETS) as vendor:
        for number in range(1 if quick else 6):
            with tempfile.TemporaryDirectory() as folder, _timed() as spent:
                seconds = asyncio.run(_sync(vendor, sqlite_url(Path(folder) / "ours.db")))
            if number or quick:  # the first round fills the vendor's memory
                parts.append(sum(spent) / seconds)
    figure = median(parts) * 100
    measure = "leases and shared budget, part of a first sync's processor time"
    return [row(measure, f"{figure:.2f} %", "whole sync", at_most(figure, 3, "%"))]


async def _sync(vendor: Vendor, store: str) -> float:
    async with desk(vendor, store) as opened:
        began = process_time()
        await opened.sync("psa")
        return process_time() - began


@contextlib.contextmanager
def _timed() -> Iterator[list[float]]:
    """Add up the processor time that the writing thread spends on the budget and the leases, their commits included.

    Waiting for that thread is left out: pages are fetched ahead meanwhile, so it costs the sync nothing.
    """
    spent: list[float] = []
    write, verify = Store._write, leases.verify  # noqa: SLF001  # measured where it happens

    def timed_write(self: Store, work: Callable[..., Any], *rest: Any, **options: Any) -> Any:
        began = thread_time()
        try:
            return write(self, work, *rest, **options)
        finally:
            if getattr(work, "__module__", "").startswith(_OURS):
                spent.append(thread_time() - began)

    def timed_verify(*args: Any) -> None:
        began = thread_time()
        try:
            verify(*args)
        finally:
            spent.append(thread_time() - began)

    with patch.object(Store, "_write", timed_write), patch.object(leases, "verify", timed_verify):
        yield spent
