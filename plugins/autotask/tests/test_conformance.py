"""What every connector of the family must do."""

import pytest

from servicedesk_core.testing.suites.ticket_sync import TicketSyncSuite


@pytest.fixture(scope="module")
def small_desk(desk_with):
    with desk_with(tickets=100) as running:
        yield running


class TestAutotask(TicketSyncSuite):
    page_size = 75

    @pytest.fixture
    async def connector(self, small_desk):
        async with small_desk.connector() as autotask:
            yield autotask
