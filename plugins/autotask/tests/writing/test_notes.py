"""Notes: who sees them, what marks them, whose name they carry."""

import pytest

from plugins.autotask.tests.writing.conftest import ALL, row, sent, technician, write
from servicedesk_core.domain import NoteVisibility
from servicedesk_core.errors import PermissionDeniedError, RejectedError, WriteNotGrantedError
from servicedesk_core.hooks import VocabularyMapping

pytestmark = pytest.mark.slow  # the conformance suite writes always


@pytest.mark.parametrize(("kind", "publish"), [("internal", 2), ("public", 1)])
async def test_a_note_is_seen_by_those_it_is_meant_for(desk, psa, ticket, kind, publish):
    receipt = await psa.send_write(write(f"notes.create_{kind}", id=f"n-{kind}", parent=ticket, body="First\nmore"))
    note = row(desk, "TicketNotes", receipt.ref)
    assert (note["publish"], note["ticketID"], note["title"], note["noteType"]) == (publish, int(ticket), "First", 3)
    assert ("[ref:n-internal]" in note["description"]) == (kind == "internal")
    mapped = psa.map_record("notes", receipt.record.raw).entity
    assert (mapped.visibility, mapped.body) == (NoteVisibility(kind), "First\nmore"), "the mark is ours alone"


async def test_the_kit_tells_internal_from_public_by_what_is_sent(desk, ticket):
    async with desk.connector(grants=("notes.create_internal",)) as psa:
        with pytest.raises(WriteNotGrantedError, match="not granted") as caught:
            await psa.send_write(write("notes.create_public", parent=ticket, body="A"))
        assert "notes.create_public" in caught.value.hint
        for body in ({"publish": 1}, {"publish": 4}, {"publish": "2"}, {}):
            with pytest.raises(WriteNotGrantedError):
                await psa._api._client.request("POST", f"Tickets/{ticket}/Notes", json=body)
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    assert [one["publish"] for one in sent(desk)[1:]] == [2]


async def test_markers_follow_the_setting(desk, ticket):
    for setting, kinds in {"none": (), "internal": ("internal",)}.items():
        async with desk.connector(grants=ALL, note_marker=setting) as psa:
            for kind in ("internal", "public"):
                receipt = await psa.send_write(write(f"notes.create_{kind}", parent=ticket, body="A"))
                text = row(desk, "TicketNotes", receipt.ref)["description"]
                assert ("[ref:w-1]" in text) == (kind in kinds)
            found = {one.kind for one in psa.describe_capabilities().writes if one.reconcilable_by == "marker"}
            assert found - {"appointments.create"} == {f"notes.create_{kind}" for kind in kinds}


async def test_note_types_are_the_tenants_words(desk, ticket):
    async with desk.connector(grants=ALL, note_type="task summary") as psa:
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
        assert sent(desk)[-1]["noteType"] == 1
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A", kind="Email Note"))
        assert sent(desk)[-1]["noteType"] == 101
        with pytest.raises(RejectedError, match="only Autotask itself gives"):
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A", kind="Workflow Rule Note"))


async def test_a_mapping_that_calls_internal_notes_public_stops_them(desk, ticket):
    mapping = VocabularyMapping(note_visibility={"Internal Users Only": NoteVisibility.PUBLIC})
    async with desk.connector(grants=ALL, mapping=mapping) as psa:
        with pytest.raises(RejectedError, match="your mapping says"):
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))


async def test_impersonation_is_only_used_when_configured_and_only_for_writes(desk, ticket):
    who, _ = technician(desk)
    async with desk.connector(grants=ALL) as psa:
        plain = await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    async with desk.connector(grants=ALL, impersonate=int(who)) as psa:
        ours = await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    assert row(desk, "TicketNotes", plain.ref)["creatorResourceID"] == 5
    assert row(desk, "TicketNotes", ours.ref)["creatorResourceID"] == int(who)
    async with desk.connector(grants=ALL, impersonate=5) as psa:
        with pytest.raises(PermissionDeniedError) as caught:
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
        assert "impersonated resource's" in caught.value.hint
