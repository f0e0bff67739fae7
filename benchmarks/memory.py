"""Peak memory of a first sync, in a process of its own for each size."""

import tempfile
from pathlib import Path

from benchmarks.processes import ours
from benchmarks.rows import Row, at_most, row
from benchmarks.vendor import running_vendor

SMALL = 20_000


def peak(*, quick: bool) -> list[Row]:
    """Peak memory with many tickets against few, and what an open desk has before the first page."""
    large = 100_000 if quick else 500_000
    with tempfile.TemporaryDirectory() as modules:
        _peak_mb(1_000, modules)  # compiles them
        (before, few), (_, many) = _peak_mb(SMALL, modules), _peak_mb(large, modules)
    shown, reference = f"{many:.0f} MB", f"{few:.0f} MB"
    return [
        row("memory of an open desk before the first page", f"{before:.0f} MB", "", at_most(before, 60, "MB")),
        row(f"peak memory, {large:,} tickets against {SMALL:,}", shown, reference, at_most(many / few, 1.2)),
        row(f"peak memory, {large:,} tickets", shown, "", at_most(many, 150, "MB")),
    ]


def _peak_mb(tickets: int, modules: str) -> tuple[float, float]:
    """Return what a process had before it read tickets, and the most that it had."""
    with running_vendor(tickets=tickets, generated=True) as vendor, tempfile.TemporaryDirectory() as folder:
        stored, _, before_mb, peak_mb = ours(vendor, Path(folder) / "ours.db", modules)
    if stored != tickets:
        message = f"{stored} of {tickets} tickets were stored"
        raise RuntimeError(message)
    return before_mb, peak_mb
