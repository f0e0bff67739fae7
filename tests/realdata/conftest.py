"""Syncs real logs, where they are at hand, through the whole product; the tests then ask the public views."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core.connectors.tabular.inspect import propose_mapping, to_toml
from servicedesk_core.desk import ServiceDesk

DATA = Path(os.environ.get("SERVICEDESK_EVENT_LOGS") or Path(__file__).parents[3] / "shared" / "data")

_CONFIG = """
[desk]
name = "Example MSP"
store = "sqlite:///desk.db"

[connections.log]
connector = "tabular"
mapping_file = "mapping.toml"
"""

# Events in the order of the file, read once; every figure is a query over it and over the views.
_EVENTS = """
CREATE TEMP TABLE e AS
SELECT ev.*, t.name AS actor, ev.effective_us / 3.6e9 AS h, ev.source_no AS n,
       LEAD(ev.vendor_word) OVER w AS next_word, LEAD(ev.effective_us) OVER w / 3.6e9 AS next_h,
       COUNT(*) OVER (PARTITION BY ev.ticket_ref) AS of
FROM v_ticket_events ev LEFT JOIN v_technicians t ON t.external_id = ev.actor_ref AND t.connection = ev.connection
WINDOW w AS (PARTITION BY ev.ticket_ref ORDER BY ev.source_no)
"""

_SPAN = """
SELECT COUNT(h), AVG(h), MIN(h), MAX(h), {quantiles}
FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) - 1 AS i, COUNT(*) OVER () - 1 AS top FROM ({query}) WHERE h IS NOT NULL)
"""
_QUANTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95}


@dataclass(frozen=True)
class Log:
    """A synced log.

    Attributes:
        db: The store, read through its views.
        expected: What others computed from the same file.
        config: The desk that has it.
    """

    db: sqlite3.Connection
    expected: dict[str, Any]
    config: Path

    def one(self, query: str) -> Any:
        """Return the only value of a query."""
        ((value,),) = self.db.execute(query).fetchall()
        return value

    def pairs(self, query: str) -> dict[str, Any]:
        """Return a query's two columns as a dictionary."""
        return dict(self.db.execute(query).fetchall())

    def span(self, query: str) -> dict[str, float]:
        """Return the figures of a query's column ``h``; quantiles are interpolated linearly."""
        quantiles = ", ".join(f"SUM(h * MAX(0, 1 - ABS(i - {q} * top)))" for q in _QUANTILES.values())
        (row,) = self.db.execute(_SPAN.format(query=query, quantiles=quantiles)).fetchall()
        return dict(zip(("count", "mean", "min", "max", *_QUANTILES), row, strict=True))


def synced(name: str, folder: Path) -> Iterator[Log]:
    source = DATA / name
    if not source.exists():
        pytest.skip(f"the real log {name} is not beside this repository")
    shutil.copy(source / "events.csv.gz", folder)
    mapping = propose_mapping(folder / "events.csv.gz").mapping.model_copy(update={"order": "file"})
    (folder / "mapping.toml").write_text(to_toml(mapping), encoding="utf-8")
    (folder / "servicedesk.toml").write_text(_CONFIG, encoding="utf-8")
    expected = json.loads((source / "expected.json").read_text(encoding="utf-8"))

    async def sync() -> None:
        async with ServiceDesk.open(folder / "servicedesk.toml") as desk:
            (stream,) = (await desk.sync("log")).streams
            assert (stream.read, stream.new, stream.quarantined) == (expected["n_events"], expected["n_events"], 0)

    asyncio.run(sync())
    db = sqlite3.connect(folder / "desk.db")
    db.execute(_EVENTS)
    db.execute("CREATE INDEX temp.e_of_ticket ON e (ticket_ref, n)")
    yield Log(db, expected, folder / "servicedesk.toml")
    db.close()


@pytest.fixture(scope="session")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    yield from synced("italian-helpdesk", tmp_path_factory.mktemp("helpdesk"))


@pytest.fixture(scope="session")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    yield from synced("bpi2013-problems", tmp_path_factory.mktemp("problems"))
