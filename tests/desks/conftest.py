"""The small desk on which somebody has to act, with people who look at it."""

import pytest

from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW, ROWS, fill, store

__all__ = ["NOW", "ROWS", "fill", "store"]

PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "ann": {"roles": ["technician"], "connection": "psa", "technician": "ana"},
    "eve": {"roles": ["client-contact"], "companies": ["c2"], "connection": "psa"},
}


@pytest.fixture
async def desk(store, sqlite_url):
    settings = {
        "desk": {"name": "Example", "timezone": "Europe/Berlin", "store": sqlite_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    async with StoredDesk(settings, clock=FakeClock(NOW), actor=Actor("user:ana", Way.CLI)) as opened:
        yield opened


@pytest.fixture
def of(desk):
    return lambda name: desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))
