import importlib.util
import sys
from pathlib import Path

import pytest

from servicedesk_core.store import Store
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.options import Limits, SyncOptions
from servicedesk_core.testing.clock import FakeClock


def _load(name):
    if name in sys.modules:  # one for all, in whatever order files are collected
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


fake_vendor = _load("fake_vendor")
_load("kill_child")
_load("past_child")


class Desk:
    """A store, a vendor, and what a test asks of them."""

    def __init__(self, store, clock):
        self.store = store
        self.clock = clock
        self.vendor = fake_vendor.FakeVendor(clock)
        self.calls = fake_vendor.FakeCalls(self.vendor)
        self.limits = Limits(batch_rows=100)
        self.announcer = None
        self.settings = {}

    def connection(self, **settings):
        return Connection("psa", "fake", "sandbox", self.calls, **self.settings | settings)

    def engine(self, **more):
        return SyncEngine(self.store, clock=self.clock, announcer=self.announcer, limits=self.limits, **more)

    async def sync(self, connection=None, **options):
        self.clock.advance(1)
        return await self.engine().run(connection or self.connection(), SyncOptions(**options))

    def sql(self, query, **values):
        from sqlalchemy import text

        return self.store.read_blocking(lambda tx: [tuple(row) for row in tx.execute(text(query), values)])

    def ids(self, stream):
        return {row[0] for row in self.sql(f"SELECT external_id FROM {stream} WHERE gone_at IS NULL")}

    def seed(self, tickets=120, notes=60):
        vendor = self.vendor
        for n in range(3):
            vendor.put("companies", f"c{n}", name=f"Company {n}")
            vendor.put("technicians", f"t{n}", name=f"Technician {n}")
        for n in range(tickets):
            vendor.ticket(f"{n:05}", company=f"c{n % 3}", assignee=f"t{n % 3}", status="Complete" if n % 4 else "New")
        for n in range(notes):
            vendor.put("notes", f"n{n:05}", ticket=f"{n:05}", body="Text")
        self.clock.advance(600)

    def assert_equal(self):
        """The store holds exactly what the vendor has."""
        for stream, table in self.vendor.tables.items():
            assert self.ids(stream) == set(table), stream
        tickets = self.vendor.tables["tickets"]
        rows = self.sql("SELECT external_id, title, status FROM tickets WHERE gone_at IS NULL")
        assert len(rows) == len(tickets)
        assert {i: (t, s) for i, t, s in rows} == {i: (r["title"], r["status"]) for i, r in tickets.items()}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def desk(store_url, clock):
    store = Store.open(store_url, clock=clock)
    yield Desk(store, clock)
    store.close()
