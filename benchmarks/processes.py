"""Whoever reads all tickets of a vendor once, in a process of its own each."""

import subprocess
import sys
from pathlib import Path

import orjson

from benchmarks.process import compiled_once
from benchmarks.vendor import Vendor


def ours(vendor: Vendor, path: Path, modules: str) -> tuple[int, float, float, float]:
    """Return the records, seconds of processor time, and megabytes before and at the peak of our first sync.

    Args:
        vendor: Who is read.
        path: Into which database.
        modules: Folder of compiled modules, as for :func:`benchmarks.process.compiled_once`.
    """
    stored, took_s, before_mb, peak_mb = _run([sys.executable, "-m", "benchmarks.fresh"], vendor, path, modules)
    return int(stored), took_s, before_mb, peak_mb


def raw(vendor: Vendor, path: Path, modules: str) -> tuple[int, float]:
    """Return the records and seconds of processor time of :mod:`benchmarks.raw_floor`."""
    stored, took_s = _run([sys.executable, "-m", "benchmarks.raw_floor"], vendor, path, modules)
    return int(stored), took_s


def _run(command: list[str], vendor: Vendor, path: Path, modules: str) -> list[float]:
    """Run a programme that reads a vendor into a database, and return the numbers that it prints."""
    account = [vendor.url, vendor.username, vendor.secret, vendor.integration_code]
    answer = subprocess.run(
        [*command, *account, str(path)], stdout=subprocess.PIPE, env=compiled_once(modules), check=True
    )
    found: list[float] = orjson.loads(answer.stdout.splitlines()[-1])
    return found
