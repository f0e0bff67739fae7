"""The connector over real HTTP against the stand-in."""

from collections.abc import AsyncIterator

import pytest
from servicedesk_harbor import Harbor
from servicedesk_harbor.sandbox import Options, Sandbox

from servicedesk_core.testing import Stand, stand_fixtures


class HarborStand(Stand[Harbor]):
    connector_class = Harbor


shared_stand, stand, stand_with = stand_fixtures(lambda **options: HarborStand.serving(Sandbox(Options(**options))))


@pytest.fixture
async def rejected(stand: HarborStand) -> AsyncIterator[Harbor]:
    """A connection whose credentials the vendor refuses."""
    async with stand.connector(password="wrong") as connector:
        yield connector
