"""A desk over the vendor in memory, on each database."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vendor import Vendor

from servicedesk_core import ServiceDesk
from servicedesk_core.store import Store
from servicedesk_core.testing.clock import FakeClock
from servicedesk_core.writes import WritePolicy

GRANTS = [
    "tickets.create",
    "tickets.update",
    "notes.create_internal",
    "notes.create_public",
    "time_entries.create",
]
QUICK = {"shortest_settle_s": 0.0, "first_wait_s": 30.0, "lease_ttl_s": 5.0, "lease_margin_s": 1.0}


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    Store.open(f"sqlite:///{path}", clock=FakeClock()).close()
    return path


@pytest.fixture
def vendor():
    vendor = Vendor()
    vendor.url = vendor.serve()
    vendor.put("companies", "c1", name="Bolt & Co")
    vendor.put("queues", "q1", name="Helpdesk")
    vendor.put("queues", "q2", name="Projects")
    vendor.put("technicians", "t1", name="Ana Diaz")
    vendor.put("technicians", "t2", name="Dana Wolf")
    for n in range(1, 6):
        vendor.put("tickets", str(n), title=f"Printer {n}", status="New", queue_ref="q1", company_ref="c1")
    yield vendor
    vendor.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request, tmp_path, empty_store):
    if request.param == "sqlite":
        shutil.copyfile(empty_store, tmp_path / "desk.db")
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("new_postgres_url")()


def settings_for(vendor, store_url, **options):
    own = {"writes": GRANTS, "timeout_s": 2.0} | options
    connector = f"{Path(__file__).parent / 'acme.py'}:Acme"
    return {
        "desk": {"store": store_url},
        "connections": {"psa": {"connector": connector, "url": vendor.url, **own}},
    }


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def desk(vendor, store_url, clock):
    """A desk that has pulled everything."""
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as desk:
        desk.writes._policy = WritePolicy(**QUICK)
        await desk.sync("psa")
        yield desk
