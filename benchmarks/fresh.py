"""The product's first sync in a process of its own: seconds of processor time, and the most memory that it had."""

import asyncio
import sys
from pathlib import Path
from time import process_time

import orjson

from benchmarks.ours import desk, sqlite_url
from benchmarks.process import own_peak_mb
from benchmarks.vendor import Vendor


async def _sync(vendor: Vendor, path: Path) -> tuple[int, float, float, float]:
    async with desk(vendor, sqlite_url(path)) as opened:
        before_mb = own_peak_mb()
        began = process_time()
        report = await opened.sync("psa")
        took_s = process_time() - began
    return report.streams[0].new, took_s, before_mb, own_peak_mb()


def main() -> None:
    """Sync once and print records, seconds of processor time, megabytes before it and at its peak."""
    url, username, secret, code, path = sys.argv[1:]
    print(orjson.dumps(asyncio.run(_sync(Vendor(url, username, secret, code), Path(path)))).decode())


if __name__ == "__main__":
    main()
