"""The connector over real HTTP against the sandbox."""

from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings

from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import Claim, ClaimLine, ClaimService, DeviceRef
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing import ImpatientClock, opened
from servicedesk_lenovo import Lenovo, LenovoSettings
from servicedesk_lenovo.sandbox import Sandbox, SandboxOptions, serve

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
        given = {"client_id": self.sandbox.options.client_id, "url": self.url}
        return LenovoSettings(**given | changes)

    @asynccontextmanager
    async def connector(self, *, state=None, clock=None, grants=(), redactor=None, **changes):
        clock = clock or ImpatientClock()
        http = HttpFactory(
            connection="test",
            ledger=InMemoryLedger(clock),
            clock=clock,
            grants=frozenset(grants),
            redactor=redactor or Redactor(),
        )
        context = {"clock": clock, "http": http}
        if state is not None:
            context["state"] = state
        async with opened(Lenovo, self.settings(**changes), **context) as lenovo:
            yield lenovo


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(**options))
    with closing(sandbox), serve(sandbox) as url:
        yield Stand(url, sandbox)


@pytest.fixture(scope="session")
def _shared():
    with _served() as stand:
        yield stand


@pytest.fixture
def stand(_shared):
    """A sandbox with counters, cases and faults of the test's own."""
    _shared.sandbox.reset()
    return _shared


@pytest.fixture(scope="session")
def stand_with():
    """Serve a sandbox with options."""
    return _served


@pytest.fixture
async def lenovo(stand):
    """A connection that may only read."""
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def ask():
    """Look up serial numbers, given as texts or devices; answers by serial number, or in order for equal ones."""

    async def run(connector, *serials):
        devices = [connector.recognise(one if isinstance(one, DeviceRef) else device(one)) for one in serials]
        return {result.device: result async for result in connector.find_entitlements(devices)}

    return run


def device(serial, **more):
    return DeviceRef(manufacturer="Lenovo", serial_number=serial, **more)


@pytest.fixture
def good_claim():
    return Claim(
        id="SD-TEST0001",
        device=device("PF000TST", machine_type="12XX"),
        service=ClaimService.ON_SITE,
        symptom="No power, no charging light at all.",
        troubleshooting="Tested with a known good adapter and another dock.",
        contact=Person(name="Ada Example", email="ada@acme.example", phone="+15550100"),
        ship_to=Address(
            name="Acme", lines=("1 Example Way",), city="Town", region="KS", postal_code="66219", country="US"
        ),
        lines=(ClaimLine(number=1, part_number="01AV430", quantity=1, failed_serial_number="8SSN1"),),
    )


@pytest.fixture
def just_now():
    return datetime.now(UTC) - timedelta(seconds=5)
