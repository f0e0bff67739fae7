"""Replaying 90 days under a draft, over reading the same events and nothing more; in a process for each size."""

import asyncio
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import process_time

from benchmarks.clock_store import SLA, fill, read_events
from benchmarks.clocks import NOW
from benchmarks.process import own_peak_mb
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk
from servicedesk_core.testing import FakeClock

_GOAL_S = 20
_DAYS = 90


def replay(*, quick: bool) -> list[Row]:
    """Processor seconds of a replay beside what is promised now, and its peak memory against a tenth of the tickets."""
    many = 10_000 if quick else 100_000
    _, _, few_mb = _measured(many // 10)
    ours_s, floor_s, many_mb = _measured(many)
    label = f"replay of {_DAYS} days, {many:,} tickets, processor time"
    return [
        row(label, f"{ours_s:.1f} s", f"{floor_s:.2f} s", at_most(ours_s, _GOAL_S * many / 100_000, "s")),
        Row(measure=f"{label}, over reading", ours=f"{ours_s:.1f} s", figure=f"{ours_s / floor_s:.1f} x"),
        row(f"{label}, peak memory", f"{many_mb:.0f} MB", f"{few_mb:.0f} MB", at_most(many_mb / few_mb, 1.2)),
    ]


def _measured(tickets: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_prepare(Path(folder), tickets))
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.replay", folder], stdout=subprocess.PIPE, text=True, check=True
        )
    ours_s, floor_s, peak_mb = map(float, answer.stdout.split())
    return ours_s, floor_s, peak_mb


async def _prepare(folder: Path, tickets: int) -> None:
    (folder / "service").mkdir()
    (folder / "service" / "sla.toml").write_text(SLA)
    (folder / "draft.toml").write_text(SLA.replace('"4 h"', '"2 h"').replace('"24 h"', '"8 h"'))
    fill(_url(folder), tickets, days=_DAYS)
    async with _desk(folder) as desk:
        await desk.definitions.apply(reason="measured", folder=folder / "service")
        await desk.sla.evaluate()


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.db'}"


def _desk(folder: Path) -> ServiceDesk:
    return ServiceDesk({"desk": {"timezone": "America/New_York"}}, store=_url(folder), clock=FakeClock(NOW))


async def _replay(folder: Path) -> tuple[float, float, float]:
    async with _desk(folder) as desk:
        began = process_time()
        found = await desk.sla.replay(policy=folder / "draft.toml", last=timedelta(days=_DAYS))
        ours_s, peak_mb = process_time() - began, own_peak_mb()
        began = process_time()
        await desk.store.read(read_events)  # it sorts in memory, so the peak is taken before it
        floor_s = process_time() - began
    if not found.items:
        message = "no verdict changes, so nothing was measured"
        raise RuntimeError(message)
    return ours_s, floor_s, peak_mb


def main() -> None:
    """Replay once; print its seconds, those of the floor, and the process's peak in megabytes."""
    print(*asyncio.run(_replay(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
