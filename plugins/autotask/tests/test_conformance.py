"""What every connector of the family must do."""

import pytest

from servicedesk_core.testing.memory import MemoryState
from servicedesk_core.testing.suites.ticket_sync import TicketSyncSuite


@pytest.fixture(scope="module")
def small_desk(desk_with):
    with desk_with(tickets=100) as running:
        yield running


@pytest.fixture(scope="module")
def state():
    return MemoryState()


class TestAutotask(TicketSyncSuite):
    page_size = 75

    @pytest.fixture
    async def connector(self, small_desk, state):
        async with small_desk.connector(state=state) as autotask:
            yield autotask
