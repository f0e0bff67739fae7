"""The connector over real HTTP against the sandbox."""

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import Stand, stand_fixtures
from servicedesk_hpe import Hpe
from servicedesk_hpe.sandbox import Sandbox, SandboxOptions


class HpeStand(Stand[Hpe]):
    connector_class = Hpe


shared_stand, stand, stand_with = stand_fixtures(lambda **options: HpeStand.serving(Sandbox(SandboxOptions(**options))))


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
