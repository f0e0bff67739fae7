"""The connector over real HTTP against the sandbox."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import ClaimLine, DeviceRef
from servicedesk_core.redaction import Redactor
from servicedesk_core.testing import ImpatientClock, Stand, example_claim, followed, stand_fixtures
from servicedesk_dell import Dell
from servicedesk_dell.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


class DellStand(Stand[Dell]):
    connector_class = Dell
    grants = ("claims.submit", "claims.resubmit")

    def clock(self):
        return ImpatientClock(NOW)

    def connector(self, **given):
        self.redactor = given.setdefault("redactor", Redactor())
        return super().connector(connection="dell", **given)


shared_stand, maker, maker_with = stand_fixtures(
    lambda **options: DellStand.serving(Sandbox(SandboxOptions(**{"now": NOW} | options)))
)


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
    return followed


def _claim(**changes):
    """Return a claim that Dell takes."""
    given = {
        "id": "SD-TEST000001",
        "symptom": "Several keys of the keyboard do not answer",
        "troubleshooting": "Cleaned it, tried an external keyboard (works), ran ePSA: error 2000-0146",
        "contact": Person(name="Example Person at Client", email="person@client.example", phone="+1 512 555 0100"),
        "ship_to": Address(
            name="Example Client", lines=("1 Example Street",), city="Austin", region="TX", postal_code="78701",
            country="US",
        ),
        "lines": (ClaimLine(number=1, part_number="KBD", quantity=Decimal(1)),),
        **changes,
    }  # fmt: skip
    return example_claim(given.pop("device", DeviceRef(manufacturer="Dell", serial_number="AB12CD3")), **given)


@pytest.fixture(scope="session")
def make_claim():
    """Make a claim that Dell takes, with changes."""
    return _claim
