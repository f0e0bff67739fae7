"""Peak memory of a first sync, in a process of its own for each size."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ours import desk, sqlite_url
from benchmarks.process import own_peak_mb
from benchmarks.rows import Row, at_most, row
from benchmarks.vendor import Vendor, running_vendor

SMALL = 20_000


def peak(*, quick: bool) -> list[Row]:
    """Peak memory with many tickets against few."""
    large = 100_000 if quick else 500_000
    few, many = _peak_mb(SMALL), _peak_mb(large)
    ours, reference = f"{many:.0f} MB", f"{few:.0f} MB"
    return [
        row(f"peak memory, {large:,} tickets against {SMALL:,}", ours, reference, at_most(many / few, 1.2)),
        row(f"peak memory, {large:,} tickets", ours, "", at_most(many, 150, "MB")),
    ]


def _peak_mb(tickets: int) -> float:
    with running_vendor(tickets=tickets, generated=True) as vendor, tempfile.TemporaryDirectory() as folder:
        account = (vendor.url, vendor.username, vendor.secret, vendor.integration_code)
        command = [sys.executable, "-m", "benchmarks.memory", *account, f"{folder}/ours.db", str(tickets)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(answer.stdout)


async def _sync(vendor: Vendor, path: Path, tickets: int) -> None:
    async with desk(vendor, sqlite_url(path)) as opened:
        report = await opened.sync("psa")
    stored = report.streams[0].new
    if stored != tickets:
        msg = f"{stored} of {tickets} tickets were stored"
        raise RuntimeError(msg)


def main() -> None:
    """Sync once and print the process's peak in megabytes."""
    url, username, secret, code, path, tickets = sys.argv[1:]
    asyncio.run(_sync(Vendor(url, username, secret, code), Path(path), int(tickets)))
    print(own_peak_mb())


if __name__ == "__main__":
    main()
