"""A desk over the vendor in memory, on each database."""

import asyncio
import shutil
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import Store, location
from servicedesk_core.testing.clock import FakeClock
from tests.outbox.vendor import Vendor, seed

GRANTS = [
    "tickets.create",
    "tickets.update",
    "notes.create_internal",
    "notes.create_public",
    "time_entries.create",
]
QUICK = {"shortest_settle_s": 0.0, "first_wait_s": 30.0, "lease_ttl_s": 5.0, "lease_margin_s": 1.0}


def fill(vendor):
    vendor.put("companies", "c1", name="Bolt & Co")
    vendor.put("queues", "q1", name="Helpdesk")
    vendor.put("queues", "q2", name="Projects")
    vendor.put("technicians", "t1", name="Ana Diaz")
    vendor.put("technicians", "t2", name="Dana Wolf")
    for n in range(1, 6):
        vendor.put("tickets", str(n), title=f"Printer {n}", status="New", queue_ref="q1", company_ref="c1")
    seed(vendor)


@pytest.fixture(scope="session")
def pulled_store(tmp_path_factory):
    """A SQLite store that holds everything the vendor begins with, to be copied."""
    path = tmp_path_factory.mktemp("pulled") / "desk.db"
    asyncio.run(pulled_into(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def pulled_database(new_postgres_url):
    """The same on PostgreSQL."""
    url = new_postgres_url()
    asyncio.run(pulled_into(url))
    return url


async def pulled_into(url):
    vendor = Vendor()
    vendor.url = vendor.serve()
    fill(vendor)
    async with ServiceDesk(settings_for(vendor, url), clock=FakeClock()) as desk:
        await desk.sync("psa")
    vendor.close()


@pytest.fixture
def vendor():
    vendor = Vendor()
    vendor.url = vendor.serve()
    fill(vendor)
    yield vendor
    vendor.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request, tmp_path):
    """Address of a store that holds everything the vendor begins with."""
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres_url")(of=request.getfixturevalue("pulled_database"))
    else:
        shutil.copyfile(request.getfixturevalue("pulled_store"), tmp_path / "desk.db")
        url = f"sqlite:///{tmp_path / 'desk.db'}"
    with Store.open(url, clock=FakeClock()) as store:  # a copy sends nothing before it is adopted
        store.write_blocking(lambda tx: location.adopt(tx, store.url, actor="user:test", now=store.clock.now()))
    return url


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
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        yield desk


def state_of(write):
    return str(write.state)


async def settled(desk, number):
    return (await desk.writes.show(number)).write
