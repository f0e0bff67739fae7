"""What every connector of the family must do."""

import pytest

from servicedesk_autotask import Autotask
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


def test_core_accepts_the_connector_and_its_hooks():
    from servicedesk_core.hooks.registration import capabilities_of, check_hooks
    from servicedesk_core.plugins.accept import accept_connector

    accept_connector(Autotask, title="servicedesk-autotask")
    check_hooks(Autotask)
    assert {"send_write", "find_write"} <= capabilities_of(Autotask)
