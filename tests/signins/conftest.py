"""A desk on each database with three people, one of whom can sign in."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.features.signins import Browser, passwords, sign_in, tables
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
RIGHT = "correct horse battery"
HERE = Browser("192.0.2.7", "Example/1.0")


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {
            "ana": {"roles": ["service-manager"]},
            "Ben": {"roles": ["technician"]},
            "ada": {"roles": ["admin", "auditor"]},
        },
    }


@pytest.fixture(scope="session")
def kept():
    return passwords.hashed(RIGHT)


@pytest.fixture
async def desk(settings, clock, kept):
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:ada", Way.CLI)) as opened:
        await opened.store.write(lambda tx: tables.keep_password(tx, "ana", kept, NOW))
        yield opened


@pytest.fixture
def enter(desk):
    """Return a coroutine function that signs somebody in."""

    async def work(name="ana", password=RIGHT, browser=HERE):
        return await sign_in(desk, name, password, browser)

    return work


@pytest.fixture
def who(desk, clock):
    """Return a coroutine function that tells whose cookie it is."""

    async def work(cookie, people=None):
        known = desk.settings.people if people is None else people
        return await desk.store.read(lambda tx: tables.signed_in(tx, cookie, clock.now(), known))

    return work
