"""A desk over the vendor in memory, on which people act in browsers."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.testing import FakeClock
from tests.browser.console.serving import serving
from tests.outbox.conftest import QUICK, pulled_into, settings_for
from tests.outbox.conftest import vendor as vendor  # noqa: PLC0414  # a fixture
from tests.web.console.acting.conftest import PEOPLE
from tests.web.console.filled import NOW


@pytest.fixture
def store_url(tmp_path):
    """Address of a store that holds everything the vendor begins with; the browser has this thread's loop."""
    url = f"sqlite:///{tmp_path}/desk.db"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(pulled_into(url))).result()
    return url


@pytest.fixture
def starting(vendor, store_url):
    """Return a function that serves the desk, at a port or anywhere."""
    clock = FakeClock(NOW)

    @asynccontextmanager
    async def opened():
        settings = settings_for(vendor, store_url) | {"people": PEOPLE}
        async with ServiceDesk(settings, clock=clock, actor=Actor("user:ana", Way.CLI)) as desk:
            desk.outbox.sending.policy = WritePolicy(**QUICK)
            yield desk

    return lambda port=0: serving(opened, PEOPLE, port=port)


@pytest.fixture
def served(starting):
    with starting() as one:
        yield one
