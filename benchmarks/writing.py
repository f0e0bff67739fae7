"""What the write path costs: internal notes through all of it, over bare posts to the same vendor."""

import asyncio
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import httpx

from benchmarks.rows import Row
from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.outbox.deciding import approve
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store.outbox import propose

HERE = Path(__file__).parent.parent / "tests" / "outbox"
KIND = "notes.create_internal"


LATENCIES_MS = (0, 20)
"""What the vendor takes for a request at least: nothing at all, and as little as one nearby does."""


def writing(*, quick: bool) -> list[Row]:
    """Send notes, four under way at once on both sides; the vendor is a process of its own.

    Ours is everything: the look before sending, two commits that outlast a loss of power, the audit trail, the budget,
    and reading the record back, which is a second request.
    """
    return [row for latency_ms in LATENCIES_MS for row in _measured(60 if quick else 200, latency_ms)]


def _measured(count: int, latency_ms: int) -> list[Row]:
    command = [sys.executable, str(HERE / "vendor.py"), "1", "0", str(latency_ms)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vendor,
    ):
        assert vendor.stdout is not None
        url = vendor.stdout.readline().strip()
        ours = asyncio.run(_ours(url, f"sqlite:///{Path(folder) / 'desk.db'}", count))
        floor = asyncio.run(_floor(url, count))
        assert vendor.stdin is not None
        vendor.stdin.close()
    return [
        Row(
            measure=f"{count} notes through the whole write path at {latency_ms} ms a request, {what}",
            ours=f"{mine / count * 1000:.1f} ms a note",
            reference=f"bare posts {bare / count * 1000:.1f} ms",
            figure=f"{mine / bare:.1f} x",
        )
        for what, mine, bare in zip(("wall time", "processor time"), ours, floor, strict=True)
    ]


async def _ours(url: str, store: str, count: int) -> tuple[float, float]:
    connection = {"connector": f"{HERE / 'acme.py'}:Acme", "url": url, "writes": [KIND]}
    async with ServiceDesk({"desk": {"store": store}, "connections": {"psa": connection}}) as desk:
        desk.outbox.sending.policy = WritePolicy(stop_after=count + 1)  # the brake is not what is measured
        await desk.sync("psa")
        now = desk.clock.now()
        for number in range(count):
            ticket = str(number % 8 + 1)
            intent = Intent("psa", KIND, f"tickets:{ticket}", "T", {"body": f"note {number}"}, parent=ticket)
            stored = await desk.store.write(partial(propose, intent=intent, actor="user:ana", now=now))
            await desk.store.write(partial(approve, number=stored.id, actor="user:ana", now=now))
        began, spent = perf_counter(), process_time()
        (outcome,) = await desk.writes.run("psa")
        taken = perf_counter() - began, process_time() - spent
    if len(outcome.confirmed) != count:
        message = f"only {len(outcome.confirmed)} of {count} notes were confirmed: {outcome.error}"
        raise RuntimeError(message)
    return taken


async def _floor(url: str, count: int) -> tuple[float, float]:
    async with httpx.AsyncClient(base_url=url) as bare:
        places = asyncio.Semaphore(4)

        async def post(number: int) -> None:
            async with places:
                body = {
                    "ref": f"bare-{number}",
                    "ticket": str(number % 8 + 1),
                    "visibility": "internal",
                    "body": "note",
                }
                (await bare.post("notes", json=body)).raise_for_status()

        await post(-1)
        began, spent = perf_counter(), process_time()
        await asyncio.gather(*map(post, range(count)))
        return perf_counter() - began, process_time() - spent
