"""Files of tickets, notes and time entries: which are read, and what is known of them."""

import io

import pytest

from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_autotask.writing.attachments import Pace
from servicedesk_core.domain import ActorType, Attachment, NoteVisibility
from servicedesk_core.errors import NotFoundError, TransientError
from servicedesk_core.hooks import VocabularyMapping
from servicedesk_core.hooks.content import Content
from servicedesk_core.testing import FakeClock, MemoryState
from servicedesk_core.testing.suites.passes import mapped

PUBLIC, INTERNAL = NoteVisibility.PUBLIC, NoteVisibility.INTERNAL


def entity(**raw):
    return Mapper(TenantLists(), VocabularyMapping()).map("attachments", {"id": 7} | raw).entity


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.txt", "a.txt"), (r"C:\\temp\\..\\b.png", "b.png"), ("/home/x/c.pdf", "c.pdf"), ("x/", "T"), (None, "T")],
)
def test_a_file_is_called_as_the_last_part_of_its_path(path, name):
    assert entity(fullPath=path, title="T").name == name


@pytest.mark.parametrize(("publish", "seen"), [(1, PUBLIC), (2, INTERNAL), (4, NoteVisibility.PARTNER), (9, INTERNAL)])
def test_what_is_not_known_to_be_public_is_internal(publish, seen):
    assert entity(publish=publish).visibility is seen
    assert entity().visibility is INTERNAL


def test_a_file_of_a_note_or_of_time_is_one_of_the_ticket():
    on_note = entity(ticketNoteID=3, _joined={"note": {"ticketID": 12}, "time_entry": None})
    assert (on_note.ticket_ref, on_note.note_ref) == ("12", "3")
    on_time = entity(timeEntryID=4, _joined={"note": None, "time_entry": {"ticketID": 13}})
    assert (on_time.ticket_ref, on_time.time_entry_ref) == ("13", "4")
    assert entity(timeEntryID=4, _joined={"time_entry": {"ticketID": None}}).ticket_ref is None


def test_size_and_author_are_what_the_vendor_says():
    sent = entity(fileSize=1234.0, attachedByResourceID=5, contentType="text/plain", attachDate="2026-11-02T08:00:00Z")
    assert (sent.size_bytes, sent.author_type, sent.author_ref) == (1234, ActorType.TECHNICIAN, "5")
    assert entity(fileSize=-1, attachedByContactID=6, attachedByResourceID=5).author_type is ActorType.CUSTOMER


async def test_only_files_of_tickets_notes_and_time_are_read_all_from_one_list(changing_desk, pull):
    store = changing_desk.sandbox.store
    info = store.select("AttachmentInfo")
    store.put("AttachmentInfo", [info[0] | {"id": 9001, "ticketID": None, "companyID": 1, "parentType": 1}])
    async with changing_desk.connector() as autotask:
        before = sum(changing_desk.requests.values())
        pages = await pull(autotask, "attachments")
        assert sum(changing_desk.requests.values()) - before == 3, "a page, and the notes and the time behind it"
        found = mapped(autotask, "attachments", pages)
    assert set(found) == {str(row["id"]) for row in info}
    assert all(one.ticket_ref for one in found.values())
    assert {one.note_ref is None for one in found.values()} == {True, False}


@pytest.mark.parametrize("kind", [4, 18, 23])
async def test_content_is_asked_for_below_what_a_file_hangs_on(own_desk, kind):
    store = own_desk.sandbox.store
    (row,) = store.select("AttachmentInfo", '"parentType" = ?', (kind,), tail="ORDER BY id LIMIT 1")
    (data,) = store.db.execute("SELECT data FROM _files WHERE id = ?", (row["id"],)).fetchone()
    field = {4: "ticket_ref", 18: "time_entry_ref", 23: "note_ref"}[kind]
    known = Attachment(external_id=str(row["id"]), **{"ticket_ref": "1", field: str(row["parentID"])})
    into = io.BytesIO()
    async with own_desk.connector() as autotask:
        await autotask.fetch_content(known, Content(into, 1_000_000))
        assert into.getvalue() == data
        for gone in (known.model_copy(update={"external_id": "9999"}), Attachment(external_id="1")):
            with pytest.raises(NotFoundError):
                await autotask.fetch_content(gone, Content(io.BytesIO(), 1_000_000))


async def test_files_wait_rather_than_be_refused():
    clock, state = FakeClock(), MemoryState()
    await Pace(clock, state).take(6_000_000)
    clock.advance(100)
    with pytest.raises(TransientError, match="this one waits") as caught:
        await Pace(clock, state).take(5_000_000)
    assert caught.value.retry_after_s == 200
    await Pace(clock, state).take(4_000_000)
    clock.advance(200)
    await Pace(clock, state).take(6_000_000)
    clock.advance(1)
    with pytest.raises(TransientError, match="this one waits"):
        await Pace(clock, state).take(1)
