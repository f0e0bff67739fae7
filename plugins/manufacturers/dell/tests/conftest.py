"""The connector over real HTTP against the sandbox."""

from collections.abc import Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import settings

from servicedesk_core.clock import SystemClock
from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import Claim, ClaimLine, ClaimService, DeviceRef
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.sandboxing import serve
from servicedesk_core.testing import MemoryState, make_context
from servicedesk_dell import Dell, DellSettings
from servicedesk_dell.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
GRANTS = frozenset({"claims.submit", "claims.resubmit"})

# How long one example takes is the machine's affair.
settings.register_profile("servicedesk", deadline=None, max_examples=40)
settings.load_profile("servicedesk")


class ClockAt(SystemClock):
    """Shows a fixed instant; whoever sleeps on it wakes up at once, that much later."""

    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.slept_s)

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        await super().sleep(0)


class MakerUnderTest:
    """A served sandbox and ways to connect to it."""

    def __init__(self, url: str, sandbox: Sandbox) -> None:
        self.url = url
        self.sandbox = sandbox

    @property
    def requests(self):
        return self.sandbox.requests

    def settings(self, **changes):
        options = self.sandbox.options
        names = (
            "warranty_client_id", "warranty_client_secret", "dispatch_client_id", "dispatch_client_secret",
            "technician_login", "technician_password", "branch", "customer", "track",
        )  # fmt: skip
        given = {name: getattr(options, name) for name in names} | {
            "gateway_url": self.url,
            "requests_per_minute": None,
        }
        given |= changes
        return DellSettings(**{key: value for key, value in given.items() if value is not None})

    @asynccontextmanager
    async def connector(self, *, grants=GRANTS, clock=None, state=None, environment="sandbox", tokens=None, **changes):
        clock = clock or ClockAt()
        self.redactor = Redactor()
        http = HttpFactory(
            connection="dell", ledger=InMemoryLedger(clock), clock=clock, grants=grants, redactor=self.redactor
        )
        context = make_context(
            self.settings(**changes),
            connection="dell",
            environment=environment,
            clock=clock,
            state=state or MemoryState(),
            tokens=tokens,
            http=http,
        )
        dell = Dell(context)
        try:
            await dell.open()
            yield dell
        finally:
            await dell.aclose()
            await http.aclose()


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(**{"now": NOW} | options))
    with closing(sandbox), serve(sandbox) as url:
        yield MakerUnderTest(url, sandbox)


@pytest.fixture(scope="session")
def _reused() -> Iterator[MakerUnderTest]:
    with _served() as running:
        yield running


@pytest.fixture
def maker(_reused: MakerUnderTest) -> MakerUnderTest:
    """A sandbox without claims, with counters and faults of the test's own."""
    _reused.sandbox.reset()
    return _reused


@pytest.fixture(scope="session")
def maker_with():
    """Serve a sandbox with options."""
    return _served


@pytest.fixture
async def dell(maker):
    """A connection that may claim."""
    async with maker.connector() as connector:
        yield connector


@pytest.fixture
def device():
    """Make a device of Dell's."""
    return lambda tag="AB12CD3", **more: DeviceRef(manufacturer="Dell", serial_number=tag, **more)


@pytest.fixture
def lookup():
    """Ask for devices; results by service tag."""

    async def run(connector, *devices):
        results = [result async for result in connector.find_entitlements(devices)]
        assert len(results) == len(devices)
        return {result.device.serial_number: result for result in results}

    return run


@pytest.fixture
def follow():
    """Follow claims; outcomes by reference."""

    async def run(connector, *refs):
        outcomes = [outcome async for outcome in connector.fetch_claims(refs)]
        assert sorted(outcome.ref for outcome in outcomes) == sorted(refs)
        return {outcome.ref: outcome for outcome in outcomes}

    return run


def _claim(**changes):
    """Return a claim that Dell takes."""
    given = {
        "id": "SD-TEST000001",
        "device": DeviceRef(manufacturer="Dell", serial_number="AB12CD3"),
        "service": ClaimService.ON_SITE,
        "symptom": "Several keys of the keyboard do not answer",
        "troubleshooting": "Cleaned it, tried an external keyboard (works), ran ePSA: error 2000-0146",
        "contact": Person(name="Example Person at Client", email="person@client.example", phone="+1 512 555 0100"),
        "ship_to": Address(
            name="Example Client", lines=("1 Example Street",), city="Austin", region="TX", postal_code="78701",
            country="US",
        ),
        "time_zone": "America/Chicago",
        "lines": (ClaimLine(number=1, part_number="KBD", quantity=Decimal(1)),),
    }  # fmt: skip
    return Claim(**given | changes)


@pytest.fixture(scope="session")
def make_claim():
    """Make a claim that Dell takes, with changes."""
    return _claim
