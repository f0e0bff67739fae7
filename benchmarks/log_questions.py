"""What people ask of a log before and after it is read: how it would be mapped, and how many events there are."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import create_engine, text

from benchmarks.databases import new_database, running_postgres
from benchmarks.event_log import sync, write_log
from benchmarks.rows import Row, at_most, row

_COUNT = "SELECT COUNT(*) FROM v_ticket_events"


def log_questions(*, quick: bool) -> list[Row]:
    """``mapping check`` against the sync of the same file, and the events counted through their view."""
    rows = 20_000 if quick else 200_000
    with tempfile.TemporaryDirectory() as name, running_postgres() as server:
        folder = Path(name)
        write_log(folder, rows)
        stores = {"SQLite": f"sqlite:///{folder / 'ours.db'}", "PostgreSQL": new_database(server)}
        check_s = _processor_s("check", folder, rows, "")
        sync_s = {kind: _processor_s("sync", folder, rows, url) for kind, url in stores.items()}
        counted_s = {kind: _counted_s(url) for kind, url in stores.items()}
    ours, reference = f"{check_s:.1f} s", f"its sync {sync_s['SQLite']:.1f} s"
    return [
        row(f"mapping check, log of {rows:,} rows", ours, reference, at_most(check_s / sync_s["SQLite"], 0.2)),
        *(
            row(f"{rows:,} events counted through their view, {kind}", f"{s:.2f} s", "", at_most(s, 0.2, "s"))
            for kind, s in counted_s.items()
        ),
    ]


def _processor_s(what: str, folder: Path, rows: int, url: str) -> float:
    command = [sys.executable, "-m", "benchmarks.log_questions", what, str(folder), str(rows), url]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def _counted_s(url: str) -> float:
    """Return the seconds of the quickest of five: of SQLite those of the processor, of a server those that pass."""
    clock = process_time if url.startswith("sqlite") else perf_counter
    engine = create_engine(url)
    took: list[float] = []
    with engine.connect() as connection:
        for _ in range(5):
            began = clock()
            connection.execute(text(_COUNT)).scalar_one()
            took.append(clock() - began)
    engine.dispose()
    return min(took)


def main() -> None:
    """Do it once; print the processor's seconds."""
    from servicedesk_core.machine.mappings import check_file  # noqa: PLC0415

    what, folder, rows, url = sys.argv[1:]
    began = process_time()
    if what == "check":
        check_file(Path(folder) / "steps.csv", mapping=Path(folder) / "steps.toml")
    else:
        asyncio.run(sync(Path(folder), int(rows), url))
    print(process_time() - began)


if __name__ == "__main__":
    main()
