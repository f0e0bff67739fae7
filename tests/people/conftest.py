"""A desk on each database with some people and clients, and a folder of definitions."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.store import sources
from servicedesk_core.testing import FakeClock
from tests import stored

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

    async def work(*rows):
        await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW))

    return work


@pytest.fixture
def apply(desk, folder):
    """Return a coroutine function that applies a text beside the calendars."""

    async def applied(text, **said):
        (folder / "said.toml").write_text(text)
        await desk.definitions.apply(reason="agreed", folder=folder, **said)

    return applied
