"""The connector over real HTTP against the sandbox."""

import pytest

from servicedesk_cisco import Cisco
from servicedesk_cisco.sandbox import Sandbox, SandboxOptions
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import Stand, followed, looked_up, stand_fixtures


class CiscoStand(Stand[Cisco]):
    connector_class = Cisco


shared_stand, stand, stand_with = stand_fixtures(
    lambda **options: CiscoStand.serving(Sandbox(SandboxOptions(any_serial=True, **options)))
)


@pytest.fixture
async def cisco(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def ask():
    """Look up serial numbers or devices; answers in the order of the questions."""

    async def run(connector, *wanted):
        return await looked_up(connector, *(one if isinstance(one, DeviceRef) else device(one) for one in wanted))

    return run


@pytest.fixture
def follow():
    """Fetch claims; outcomes by reference."""
    return followed


def device(serial, **more):
    return DeviceRef(manufacturer="Cisco", serial_number=serial, **more)
