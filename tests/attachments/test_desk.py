"""Who sees which files, on each database: the staff all of a ticket, clients those that are for them."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import ActorType, Attachment, Company, Contact, Note, NoteVisibility, Technician, Ticket
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.people import Actor
from servicedesk_core.store import records, sources
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
PUBLIC = NoteVisibility.PUBLIC
RECORDS = (
    Company(external_id="c1", name="Harbor"),
    Company(external_id="c2", name="Bolt"),
    Contact(external_id="p1", first_name="Kim", last_name="Lund", company_ref="c1"),
    Contact(external_id="p2", first_name="Lee", last_name="Bond", company_ref="c2"),
    Technician(external_id="t1", name="Ana Diaz"),
    Ticket(external_id="1", number="T1", title="Printer", company_ref="c1"),
    Ticket(external_id="2", number="T2", title="Other", company_ref="c2"),
    Note(external_id="n1", ticket_ref="1", body="x"),
    Note(external_id="n2", ticket_ref="1", body="y", visibility=PUBLIC),
    Note(external_id="n4", ticket_ref="1", body="z", visibility=PUBLIC),
    Attachment(external_id="a1", ticket_ref="1", name="own.png", visibility=PUBLIC, author_type=ActorType.CUSTOMER,
               author_ref="p1", created_at=NOW, size_bytes=12),
    Attachment(external_id="a2", ticket_ref="1", name="logs.zip", author_ref="t1"),
    Attachment(external_id="a3", ticket_ref="1", name="on internal.txt", note_ref="n1", visibility=PUBLIC),
    Attachment(external_id="a4", ticket_ref="1", name="on public.txt", note_ref="n2", visibility=PUBLIC,
               author_type=ActorType.CUSTOMER, author_ref="p2"),
    Attachment(external_id="a5", ticket_ref="1", name="on unknown.txt", note_ref="n3", visibility=PUBLIC),
    Attachment(external_id="a7", ticket_ref="1", name="on deleted.txt", note_ref="n4", visibility=PUBLIC),
    Attachment(external_id="a6", ticket_ref="2", name="of another.txt", visibility=PUBLIC),
)  # fmt: skip


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example MSP", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {"kim": {"roles": ["client-contact"], "companies": ["c1"]}, "tim": {"roles": ["technician"]}},
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.store.write(_delete_note)
        yield opened


def _delete_note(tx):
    records.mark_gone(tx, sources.get(tx, "psa").id, "notes", ["n4"], reason="deleted", mode="sweep", now=NOW)


ALL = {"a1", "a2", "a3", "a4", "a5", "a7"}


@pytest.mark.parametrize(("who", "sees"), [("tim", ALL), ("kim", {"a1", "a4"})])
async def test_a_client_sees_what_is_public_and_on_nothing_internal(desk, who, sees):
    desk = desk.acting_as(Actor(f"user:{who}"))
    rows = (await desk.attachments.list("T1")).items
    assert {row.external_id for row in rows} == sees
    own = next(row for row in rows if row.external_id == "a1")
    assert (own.author, own.size_bytes) == ("Kim Lund", 12)
    foreign = next(row for row in rows if row.external_id == "a4")
    assert (foreign.author_ref, foreign.author) == (("p2", "Lee Bond") if who == "tim" else (None, None))
    for hidden in ALL - sees | ({"a6"} if who == "kim" else set()):
        with pytest.raises(NotFoundLocallyError, match="no attachment"):
            await desk.attachments.save(hidden)
    if who == "kim":
        with pytest.raises(NotFoundLocallyError, match="no ticket"):
            await desk.attachments.list("T2")
