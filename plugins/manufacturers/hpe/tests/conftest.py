"""The connector over real HTTP against the sandbox."""

from contextlib import asynccontextmanager, contextmanager

import pytest
from hypothesis import settings

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing import ImpatientClock, opened
from servicedesk_hpe import Hpe, HpeSettings
from servicedesk_hpe.sandbox import Sandbox, SandboxOptions, serve

# How long one example takes is the machine's affair.
settings.register_profile("servicedesk", deadline=None, max_examples=40)
settings.load_profile("servicedesk")


class Stand:
    """A served sandbox and ways to connect to it."""

    def __init__(self, url, sandbox):
        self.url = url
        self.sandbox = sandbox

    @property
    def requests(self):
        return self.sandbox.requests

    def settings(self, **changes):
        options = self.sandbox.options
        given = {"client_id": options.client_id, "client_secret": options.client_secret, "url": self.url}
        return HpeSettings(**given | changes)

    @asynccontextmanager
    async def connector(self, *, tokens=None, redactor=None, **changes):
        clock = ImpatientClock()
        ledger = InMemoryLedger(clock)
        http = HttpFactory(connection="test", ledger=ledger, clock=clock, redactor=redactor or Redactor())
        more = {} if tokens is None else {"tokens": tokens}
        async with opened(Hpe, self.settings(**changes), clock=clock, http=http, **more) as hpe:
            yield hpe


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(**options))
    with serve(sandbox) as url:
        yield Stand(url, sandbox)


@pytest.fixture(scope="session")
def _shared():
    with _served() as stand:
        yield stand


@pytest.fixture
def stand(_shared):
    """A sandbox with counters, tokens and faults of the test's own."""
    _shared.sandbox.reset()
    return _shared


@pytest.fixture(scope="session")
def stand_with():
    """Serve a sandbox with options."""
    return _served


@pytest.fixture
async def hpe(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def ask():
    """Look up serial numbers, given as texts or devices."""

    async def run(connector, *serials):
        given = [
            one if isinstance(one, DeviceRef) else DeviceRef(manufacturer="HPE", serial_number=one) for one in serials
        ]
        devices = [connector.recognise(one) for one in given]
        return [result async for result in connector.find_entitlements(devices)]

    return run
