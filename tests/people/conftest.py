"""A desk on each database with some people and clients, and a folder of definitions."""

import shutil
from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)  # a Monday

CALENDARS = """\
[calendars.office]
zone = "Europe/Berlin"
hours = { mon-fri = "08:00-12:00, 13:00-17:00" }
holidays = { 2026-11-18 = "Day of Repentance" }

[calendars.late]
zone = "Europe/Berlin"
hours = { mon-fri = "14:00-22:00" }
"""


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture(scope="session")
def empty_database(new_postgres_url):
    """Address of a PostgreSQL store with its schema and nothing in it, to be copied."""
    url = new_postgres_url()
    Store.open(url, clock=FakeClock()).close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request, tmp_path, empty_store):
    if request.param == "postgresql":
        return request.getfixturevalue("new_postgres_url")(of=request.getfixturevalue("empty_database"))
    shutil.copyfile(empty_store, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: sources.ensure(tx, "psa", "tabular", "live", NOW))
        yield opened


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "service"
    made.mkdir()
    (made / "calendars.toml").write_text(CALENDARS)
    return made


@pytest.fixture
def put(desk):
    """Return a coroutine function that stores records of the connection."""

    async def stored(*rows):
        def work(tx):
            source_id = sources.id_of(tx, "psa")
            for row in rows:
                records.apply(tx, source_id, row.stream, [Incoming(row, None, None, "1")], mode="incremental", now=NOW)

        await desk.store.write(work)

    return stored


@pytest.fixture
def apply(desk, folder):
    """Return a coroutine function that applies a text beside the calendars."""

    async def applied(text, **said):
        (folder / "said.toml").write_text(text)
        await desk.definitions.apply(reason="agreed", folder=folder, **said)

    return applied
