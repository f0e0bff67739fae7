"""Peak memory and speed of an event log in a file, read into the store; in a process of its own for each size."""

import asyncio
import csv
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.process import own_peak_mb
from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk

SMALL = 100_000
_STEPS = ("created", "in progress", "waiting for client", "in progress", "closed")
_OPEN_CASES = 5_000
"""Cases that are open at once: the rows of one case lie this far apart."""

_MAPPING = """
[[files]]
path = "{folder}/steps.csv"
layout = "event"
order = "time"
duplicates = "keep"

[files.columns]
ticket_ref = "case"
effective_at = "at"
vendor_word = "step"
actor_ref = "who"

[files.words]
"created" = "new"
"in progress" = "in_progress"
"waiting for client" = "waiting_customer"
"closed" = "closed"
"""


def event_log(*, quick: bool) -> list[Row]:
    """Peak memory of a large log against a small one, both read into SQLite."""
    large = 500_000 if quick else 10_000_000
    few, _ = _measured(SMALL)
    many, seconds = _measured(large)
    label = f"peak memory, log of {large:,} rows against {SMALL:,}"
    return [
        row(label, f"{many:.0f} MB", f"{few:.0f} MB", at_most(many / few, 1.2)),
        Row(measure=f"log of {large:,} rows into SQLite", ours=f"{large:,} rows", figure=f"{large / seconds:,.0f}/s"),
    ]


def _measured(rows: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        write_log(Path(folder), rows)
        command = [sys.executable, "-m", "benchmarks.event_log", folder, str(rows)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    peak_mb, seconds = map(float, answer.stdout.split())
    return peak_mb, seconds


def write_log(folder: Path, rows: int) -> None:
    """Write a log whose cases overlap, as those of a real desk do."""
    (folder / "steps.toml").write_text(_MAPPING.replace("{folder}", folder.as_posix()), encoding="utf-8")
    began = datetime(2024, 1, 1, tzinfo=UTC)
    with (folder / "steps.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("case", "step", "who", "at"))
        for number in range(rows):
            generation, rest = divmod(number, _OPEN_CASES * len(_STEPS))
            step, place = divmod(rest, _OPEN_CASES)
            case = generation * _OPEN_CASES + place
            at = (began + timedelta(seconds=5 * number)).isoformat()
            out.writerow((f"C-{case:08}", _STEPS[step], f"Technician {case % 40}", at))


async def sync(folder: Path, rows: int, store: str) -> None:
    """Read the log of a folder into a store."""
    settings = {
        "desk": {"name": "Example MSP", "timezone": "UTC", "store": store},
        "connections": {"log": {"connector": "tabular", "mapping_file": str(folder / "steps.toml")}},
    }
    async with ServiceDesk(settings) as desk:
        report = await desk.sync("log")
    stored = next(stream.new for stream in report.streams if stream.stream == "ticket_events")
    if stored != rows:
        msg = f"{stored} of {rows} rows were stored"
        raise RuntimeError(msg)


def main() -> None:
    """Sync once; print the process's peak in megabytes and the seconds that it took."""
    folder, rows = sys.argv[1:]
    began = perf_counter()
    asyncio.run(sync(Path(folder), int(rows), f"sqlite:///{Path(folder) / 'ours.db'}"))
    seconds = perf_counter() - began
    print(own_peak_mb(), seconds)


if __name__ == "__main__":
    main()
