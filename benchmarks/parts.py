"""Looking for a part at several sources at once, and a stock of many parts."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import orjson

from benchmarks import stock
from benchmarks.process import compiled_once
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock

SOURCES, LATENCY_S, OFFERS = 4, 0.3, 250
SOURCE = f"""
import asyncio
from decimal import Decimal

from servicedesk_core import hookimpl
from servicedesk_core.domain.parts import PartOffer, PartSource
from servicedesk_core.hooks import Capabilities, Connector, PartsCapability

OFFERS = tuple(
    PartOffer(number=str(n), manufacturer="Dell", manufacturer_part_number=f"M{{n}}", unit_price=Decimal(n),
        currency="USD")
    for n in range({OFFERS})
)


class Shop(Connector):
    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Shop", parts=PartsCapability(PartSource.DISTRIBUTOR))

    @hookimpl
    async def find_parts(self, query):
        await asyncio.sleep({LATENCY_S})
        return OFFERS
"""


def parts_find(*, quick: bool) -> list[Row]:
    """Four sources that answer after 300 ms each with 250 offers of the same parts."""
    return [asyncio.run(_measured(3 if quick else 10))]


async def _measured(times: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.py"
        path.write_text(SOURCE, encoding="utf-8")
        connections = {f"shop{number}": {"connector": f"{path}:Shop"} for number in range(SOURCES)}
        settings = {"desk": {"name": "Measured desk"}, "connections": connections}
        async with ServiceDesk(settings, store=f"sqlite:///{Path(folder) / 'desk.db'}", clock=SystemClock()) as desk:
            await desk.parts.find("M1")  # opens the connections
            together = alone = 0.0
            for _ in range(times):  # in turns, so that a busy machine is as busy for both
                began = perf_counter()
                answer = await desk.parts.find("M1")
                between = perf_counter()
                await desk.parts.find("M1", connections=("shop0",))
                together, alone = together + between - began, alone + perf_counter() - between
    assert (len(answer.offers), answer.parts) == (SOURCES * OFFERS, OFFERS)
    measure = (
        f"parts find, {SOURCES} sources of {LATENCY_S * 1000:.0f} ms, {SOURCES * OFFERS:,} offers of {OFFERS} parts"
    )
    ours, slowest = f"{together / times * 1000:.0f} ms", f"{alone / times * 1000:.0f} ms, one of them alone"
    return row(measure, ours, slowest, at_most(together / alone, 1.3))


def stock_synced(*, quick: bool) -> list[Row]:
    """Parts with what lies where, synced into SQLite: against the floor, its memory, and a page of the list."""
    many, few = (5_000, 1_000) if quick else (100_000, 10_000)
    with tempfile.TemporaryDirectory() as modules:
        _, _, _, few_mb, _ = _stock("ours", few, modules)
        stored, floor_s = _stock("floor", many, modules)
        synced, took_s, before_mb, many_mb, page_s = _stock("ours", many, modules)
    assert stored == synced
    shown = f"{synced:,.0f} records of {many:,} parts"
    return [
        Row(
            measure=f"a stock synced, {shown}, processor time",
            ours=f"{took_s / synced * 1e6:.0f} µs a record",
            reference=f"floor {floor_s / synced * 1e6:.1f} µs",
            figure=f"{floor_s / took_s:.2f} x",
        ),
        row(
            f"the same, peak memory against {few:,} parts",
            f"{many_mb:.0f} MB, {before_mb:.0f} MB before it",
            f"{few_mb:.0f} MB",
            at_most(many_mb / few_mb, 1.2),
        ),
        row("a page of parts stock, processor time", f"{page_s * 1000:.0f} ms", "", at_most(page_s * 1000, 250, "ms")),
    ]


def _stock(what: str, parts: int, modules: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        stock.written(Path(folder), parts)
        command = [sys.executable, "-m", "benchmarks.stock", what, folder]
        answer = subprocess.run(command, stdout=subprocess.PIPE, env=compiled_once(modules), check=True)
    found: list[float] = orjson.loads(answer.stdout.splitlines()[-1])
    return found
