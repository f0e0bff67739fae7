"""The connector over real HTTP against the sandbox."""

from contextlib import asynccontextmanager, contextmanager

import pytest
from hypothesis import settings

from servicedesk_cisco import Cisco, CiscoSettings
from servicedesk_cisco.sandbox import Sandbox, SandboxOptions
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.sandboxing import serve
from servicedesk_core.testing import ImpatientClock, opened

# How long one example takes is the machine's affair.
settings.register_profile("servicedesk", deadline=None, max_examples=40)
settings.load_profile("servicedesk")


class Stand:
    """A served sandbox and ways to connect to it."""

    def __init__(self, url, sandbox):
        self.url = url
        self.sandbox = sandbox

    def settings(self, **changes):
        given = {
            "client_id": self.sandbox.options.client_id,
            "client_secret": self.sandbox.options.client_secret,
            "url": self.url,
            "token_url": f"{self.url}/oauth2/default/v1/token",
        }
        return CiscoSettings(**given | changes)

    @asynccontextmanager
    async def connector(self, *, redactor=None, **changes):
        clock = ImpatientClock()
        http = HttpFactory(
            connection="test", ledger=InMemoryLedger(clock), clock=clock, redactor=redactor or Redactor()
        )
        async with opened(Cisco, self.settings(**changes), clock=clock, http=http) as cisco:
            yield cisco


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(any_serial=True, **options))
    with serve(sandbox) as url:
        yield Stand(url, sandbox)


@pytest.fixture(scope="session")
def _shared():
    with _served() as stand:
        yield stand


@pytest.fixture
def stand(_shared):
    """A sandbox with counters, orders and faults of the test's own."""
    _shared.sandbox.reset()
    return _shared


@pytest.fixture(scope="session")
def stand_with():
    """Serve a sandbox with options."""
    return _served


@pytest.fixture
async def cisco(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def ask():
    """Look up serial numbers or devices; answers in the order of the questions."""

    async def run(connector, *wanted):
        devices = [connector.recognise(one if isinstance(one, DeviceRef) else device(one)) for one in wanted]
        found = {result.device: result async for result in connector.find_entitlements(devices)}
        assert len(found) == len(devices)
        return [found[one] for one in devices]

    return run


@pytest.fixture
def follow():
    """Fetch claims; outcomes by reference."""

    async def run(connector, *refs):
        found = [outcome async for outcome in connector.fetch_claims(refs)]
        assert sorted(one.ref for one in found) == sorted(refs)
        return {one.ref: one for one in found}

    return run


def device(serial, **more):
    return DeviceRef(manufacturer="Cisco", serial_number=serial, **more)
