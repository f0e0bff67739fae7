"""A desk on each database with three people and a page of one block."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "ben": {"roles": ["coordinator"]},
    "kim": {"roles": ["service-manager"], "companies": ["1"]},
}


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:ana", Way.CLI)) as opened:
        yield opened
