"""The connector over real HTTP against the sandbox."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_core.testing import FakeClock, Stand, stand_fixtures
from servicedesk_snipeit import SnipeIt
from servicedesk_snipeit.profile import RETURN, TAKE
from servicedesk_snipeit.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class SnipeItStand(Stand[SnipeIt]):
    connector_class = SnipeIt
    grants = (TAKE, RETURN)
    more: ClassVar = {"currency": "USD", "holder": "user:1"}


shared_stand, stand, stand_with = stand_fixtures(
    lambda **options: SnipeItStand.serving(Sandbox(SandboxOptions(**{"now": NOW} | options)))
)


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
async def snipeit(stand, clock):
    async with stand.connector(clock=clock) as connector:
        yield connector


@pytest.fixture
def read():
    """Read a stream whole and return what its records mean, by id."""

    async def run(connector, stream, **more):
        request = PullRequest(stream, PullMode.BACKFILL, **more)
        records = [record async for page in connector.pull(request) for record in page.records]
        return {one.external_id: connector.map_record(stream, one.raw).entity for one in records if one.external_id}

    return run
