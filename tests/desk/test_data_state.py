"""What the figures of all pages rest on."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import runs, sources
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}, "rmm": {"connector": "tabular"}},
        "people": {
            "ana": {"roles": ["service-manager"]},
            "eve": {"roles": ["client-contact"], "companies": ["1"], "connection": "psa"},
        },
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:ana", Way.CONSOLE)) as opened:
        yield opened


def _read(tx, name, ago):
    source = sources.ensure(tx, name, "tabular", "live", NOW)
    run = runs.start(tx, f"run-{name}", source.id, "tickets", mode="incremental", now=NOW - ago)
    runs.finish(tx, run, runs.RunCounts(), outcome="ok", now=NOW - ago)


async def test_the_oldest_reading_of_tickets_decides(desk):
    assert (await desk.desks.data()).is_stale
    await desk.store.write(lambda tx: _read(tx, "psa", timedelta(minutes=2)))
    assert (await desk.desks.data()).read_at == NOW - timedelta(minutes=2)
    await desk.store.write(lambda tx: _read(tx, "rmm", timedelta(days=2)))
    found = await desk.desks.data()
    assert (found.read_at, found.is_stale) == (NOW - timedelta(days=2), True)
    theirs = await desk.acting_as(Actor("user:eve", Way.CONSOLE)).desks.data()
    assert (theirs.read_at, theirs.quarantined) == (NOW - timedelta(minutes=2), 0)
