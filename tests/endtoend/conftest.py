"""The whole product: core, Autotask connector and its sandbox, over real HTTP on loopback."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_autotask.sandbox import Sandbox, SandboxOptions, serve
from servicedesk_core.desk import ServiceDesk, SyncOutcome
from servicedesk_core.testing import ImpatientClock

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
SECRET = "secret-4711-never-shown"
CODE = "CODE4712NEVERSHOWN"

SWEPT = tuple(name for name, stream in STREAMS.items() if stream.sources and not stream.has_stamp)
STAMPED = tuple(name for name, stream in STREAMS.items() if stream.has_stamp)


class VendorsClock(ImpatientClock):
    """Shows the vendor's time, off by a while; whoever sleeps on it wakes up at once."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.off = timedelta()

    def now(self) -> datetime:
        return self.sandbox.now() + self.off


@dataclass
class World:
    """A vendor that is served, and a desk on it."""

    url: str
    sandbox: Sandbox
    folder: Path
    clock: VendorsClock
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def secrets(self) -> set[str]:
        """What must never be shown."""
        return {SECRET, CODE}

    @property
    def file(self) -> Path:
        return self.folder / "servicedesk.db"

    def settings(self, **connection: Any) -> dict[str, Any]:
        psa = {
            "connector": "autotask",
            "environment": "sandbox",
            "username": "api.user@example.com",
            "secret": SECRET,
            "integration_code": CODE,
            "zone_url": self.url,
            "page_size": 50,
            "history_requests": 0,
        }
        return {"desk": {"name": "Example MSP"}, "connections": {"psa": {**psa, **self.options, **connection}}}

    def configure(self, **connection: Any) -> None:
        """Write the configuration that the command line uses."""
        psa = self.settings(**connection)["connections"]["psa"] | {
            "secret": "env:AT_SECRET",
            "integration_code": "env:AT_CODE",
        }
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in psa.items())
        (self.folder / "servicedesk.toml").write_text(f'[desk]\nname = "Example MSP"\n[connections.psa]\n{lines}')

    def desk(self, **connection: Any) -> ServiceDesk:
        return ServiceDesk(self.settings(**connection), store=f"sqlite:///{self.file}", clock=self.clock)

    async def sync(self, *, connection: dict[str, Any] | None = None, **arguments: Any) -> SyncOutcome:
        async with self.desk(**connection or {}) as desk:
            [outcome] = await desk.sync_all(**arguments)
            return outcome

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file)) as store:
            return store.execute(query).fetchall()

    def truth(self, stream: str) -> dict[str, dict[str, Any]]:
        found = {}
        for source in STREAMS[stream].sources:
            for row in self.sandbox.store.select(source.entity):
                found[f"{source.prefix}{row['id']}"] = row
        return found

    def differences(self, *, swept: bool = True) -> dict[str, Any]:
        """Return where the store's live records and the vendor's differ; empty = they are the same.

        Args:
            swept: Where all streams are read: also in streams without a stamp, which are read once a day.
        """
        wrong: dict[str, Any] = {}
        for stream in self.options.get("streams") or (STAMPED + SWEPT if swept else STAMPED):
            ours = [i for (i,) in self.rows(f"SELECT external_id FROM v_{stream}")]
            theirs = set(self.truth(stream))
            if len(ours) != len(set(ours)) or set(ours) != theirs:
                wrong[stream] = {"missing": sorted(theirs - set(ours))[:5], "extra": sorted(set(ours) - theirs)[:5]}
        wrong |= self._fields("tickets", "number, title, company_ref", ("ticketNumber", "title", "companyID"))
        wrong |= self._fields("notes", "ticket_ref, title", ("ticketID", "title"))
        wrong |= self._fields("companies", "name", ("companyName",))
        wrong |= self._fields("time_entries", "ticket_ref, technician_ref", ("ticketID", "resourceID"))
        doubled = self.rows(
            "SELECT entity, external_id FROM changes WHERE kind = 'created' GROUP BY 1, 2 HAVING count(*) > 1"
        )
        return wrong | ({"created twice": doubled} if doubled else {})

    def _fields(self, stream: str, columns: str, fields: tuple[str, ...]) -> dict[str, Any]:
        truth = self.truth(stream)
        wrong = {}
        for external_id, *ours in self.rows(f"SELECT external_id, {columns} FROM {stream} WHERE gone_at IS NULL"):
            theirs = [_text(truth.get(external_id, {}).get(name)) for name in fields]
            if ours != theirs:
                wrong[f"{stream} {external_id}"] = (ours, theirs)
        return wrong


def _text(value: Any) -> str | None:
    return None if value is None else str(value).replace("\x00", "")


@contextmanager
def serving(folder: Path, **options: Any) -> Iterator[World]:
    given = {"tickets": 60, "now": NOW, "time_scale": 0.001, "secret": SECRET, "integration_code": CODE} | options
    sandbox = Sandbox(SandboxOptions(**given))
    with serve(sandbox) as url:
        yield World(url, sandbox, folder, VendorsClock(sandbox))


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AT_SECRET", SECRET)
    monkeypatch.setenv("AT_CODE", CODE)
    monkeypatch.delenv("SERVICEDESK_CONFIG", raising=False)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A small desk of the test's own."""
    with serving(tmp_path) as found:
        yield found


@pytest.fixture
def world_with(tmp_path: Path) -> Callable[..., Any]:
    """Serve a vendor with options."""
    return lambda **options: serving(tmp_path, **options)
