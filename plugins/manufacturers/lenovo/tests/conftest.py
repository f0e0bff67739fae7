"""The connector over real HTTP against the sandbox."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain.warranty import ClaimLine, DeviceRef
from servicedesk_core.testing import Stand, example_claim, stand_fixtures
from servicedesk_lenovo import Lenovo
from servicedesk_lenovo.sandbox import Sandbox, SandboxOptions


class LenovoStand(Stand[Lenovo]):
    connector_class = Lenovo


shared_stand, stand, stand_with = stand_fixtures(
    lambda **options: LenovoStand.serving(Sandbox(SandboxOptions(**options)))
)


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
    part = ClaimLine(number=1, part_number="01AV430", quantity=1, failed_serial_number="8SSN1")
    return example_claim(device("PF000TST", machine_type="12XX"), lines=(part,), time_zone=None)


@pytest.fixture
def just_now():
    return datetime.now(UTC) - timedelta(seconds=5)
