"""What every connector of the family must do."""

import base64

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

    @pytest.fixture(autouse=True)
    def _files(self, small_desk):
        """One on a ticket, one on a note and one on a time entry, and one that no client may see."""
        store = small_desk.sandbox.store
        rows = store.select("AttachmentInfo")
        some = {row["parentType"]: row["id"] for row in rows}
        contents = store.db.execute("SELECT id, data FROM _files").fetchall()
        self.known_content = {str(ref): data for ref, data in contents if ref in some.values()}
        self.internal_attachment = next(str(row["id"]) for row in rows if row["publish"] == 2)

    @pytest.fixture
    def cut_content(self, small_desk):
        async def cut():
            number, content = next(iter(self.known_content.items()))
            half = base64.b64encode(content[: len(content) // 2]).decode()
            body = {"items": [{"id": int(number), "data": half}]}
            small_desk.sandbox.faults(
                [{"kind": "status", "status": 200, "match": {"path": f"/Attachments/{number}$"}, "body": body}]
            )

        return cut


def test_core_accepts_the_connector_and_its_hooks():
    from servicedesk_core.hooks.registration import capabilities_of, check_hooks
    from servicedesk_core.plugins.accept import accept_connector

    accept_connector(Autotask, title="servicedesk-autotask")
    check_hooks(Autotask)
    assert {"send_write", "find_write"} <= capabilities_of(Autotask)
