"""The copy of a file that goes with a write, on each database: kept while the write can be sent, then forgotten."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Contact, Ticket
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.store import outbox
from servicedesk_core.store.outbox import files
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
VALUES = {"name": "a.txt", "size_bytes": 4, "sha256": "9f86"}


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example MSP", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }
    records = (
        Contact(external_id="p1", first_name="Kim", last_name="Lundqvist", email="kim@example.com"),
        Ticket(external_id="1", number="T1", contact_ref="p1"),
        Ticket(external_id="2", number="T2"),
    )
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, records, now=NOW))
        yield opened


async def proposed(desk, ticket, **values):
    kind = "attachments.create_internal"
    intent = Intent("psa", kind, f"tickets:{ticket}", "T", VALUES | values, parent=ticket, content=b"test")
    return await desk.store.write(lambda tx: outbox.propose(tx, intent, actor="user:ana", now=NOW))


async def content(desk, write):
    return await desk.store.read(lambda tx: files.content(tx, write.id))


@pytest.mark.parametrize(
    ("states", "is_kept"),
    [
        (("queued",), True),
        (("queued", "rejected"), True),
        (("queued", "rejected", "discarded"), False),
        (("in_doubt",), True),
        (("in_doubt", "confirmed"), False),
        (("discarded",), False),
    ],
    ids=str,
)
async def test_a_copy_is_kept_as_long_as_the_write_may_be_sent(desk, states, is_kept):
    write = await proposed(desk, "1")
    assert await content(desk, write) == b"test"
    for state in states:
        goes = WriteState(state)
        write = await desk.store.write(
            lambda tx, write=write, goes=goes: outbox.move(tx, write, goes, actor="user:ana", now=NOW)
        )
    assert await content(desk, write) == (b"test" if is_kept else None)


async def test_who_is_forgotten_leaves_no_copy_of_a_file_on_their_tickets(desk):
    theirs, other = await proposed(desk, "1"), await proposed(desk, "2")
    named = await proposed(desk, "2", title="Badge of Kim Lundqvist")
    for state in (WriteState.QUEUED, WriteState.REJECTED):
        named = await desk.store.write(
            lambda tx, named=named, state=state: outbox.move(tx, named, state, actor="user:ana", now=NOW)
        )
    held = (await desk.privacy.export("kim@example.com")).found
    assert [one.id for one in held if one.where == "outbox_files"] == [str(theirs.id), str(named.id)]
    await desk.privacy.erase("kim@example.com")
    assert [await content(desk, one) for one in (theirs, named, other)] == [None, None, b"test"]
