"""Files of tickets: from the vendor's list to a file here, and never to whom they are not for."""

import pytest

from servicedesk_core import Scope
from servicedesk_core.errors import NotFoundLocallyError, ProtocolError, SettingsError, TooLargeError, WriteError

pytestmark = pytest.mark.slow

STREAMS = ("companies", "technicians", "roles", "queues", "tickets", "notes", "time_entries", "attachments")


def some(world, where="note_ref IS NULL"):
    """Return the ids of a file and of its ticket, with its company."""
    query = f"SELECT a.external_id, a.ticket_ref, t.company_ref FROM v_attachments a JOIN v_tickets t ON t.external_id = a.ticket_ref WHERE a.{where} ORDER BY 1 LIMIT 1"  # noqa: E501
    return world.rows(query)[0]


def theirs(world, ref):
    return world.sandbox.store.db.execute("SELECT data FROM _files WHERE id = ?", (ref,)).fetchone()[0]


async def test_a_file_is_listed_and_saved_byte_for_byte_under_a_safe_name(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    await world.sync(streams=STREAMS)
    ref, ticket, company = some(world)
    async with world.desk() as desk:
        rows = (await desk.attachments.list(ticket)).items
        (row,) = [one for one in rows if one.external_id == ref]
        saved = await desk.attachments.save(ref)
        assert (tmp_path / saved.path).read_bytes() == theirs(world, ref)
        assert saved.size_bytes == row.size_bytes
        with pytest.raises(SettingsError, match="there already"):
            await desk.attachments.save(ref)
        with (tmp_path / "open").open("w+b") as file:
            assert await desk.attachments.copy(ref, file, scope=Scope("psa", companies={company})) == saved.sha256
        elsewhere = Scope("psa", companies={"0"})
        for refused in (desk.attachments.save(ref, scope=elsewhere), desk.attachments.list(ticket, scope=elsewhere)):
            with pytest.raises(NotFoundLocallyError):
                await refused
        for where in ("note_ref IS NOT NULL", "time_entry_ref IS NOT NULL"):
            other = some(world, where)[0]
            path = (await desk.attachments.save(other, to=tmp_path / f"of-{other}")).path
            assert (tmp_path / path).read_bytes() == theirs(world, other)


async def test_what_does_not_come_whole_leaves_no_file(world, tmp_path):
    await world.sync(streams=STREAMS)
    ref, _, _ = some(world)
    answer = {"kind": "status", "status": 200, "match": {"path": f"/Attachments/{ref}$"}}
    world.sandbox.faults([{**answer, "body": {"items": [{"data": "QUJD"}]}, "times": 2}])
    async with world.desk() as desk:
        with pytest.raises(ProtocolError, match="3 bytes of"):
            await desk.attachments.save(ref, to=tmp_path / "file")
        with pytest.raises(TooLargeError):
            await desk.attachments.save(ref, to=tmp_path / "file", largest_mb=0)
    assert not (tmp_path / "file").exists()
    assert not list(tmp_path.glob(".file*"))


GRANTS = ["attachments.create_internal", "attachments.create_public"]


def kept(world):
    return world.rows("SELECT write_id FROM outbox_files")


def newest(world):
    row = world.sandbox.store.select("AttachmentInfo", tail="ORDER BY id DESC LIMIT 1")[0]
    return row, theirs(world, row["id"])


async def test_a_file_is_sent_as_it_was_when_it_was_proposed_and_its_copy_goes(world, tmp_path):
    await world.sync(streams=STREAMS)
    _, ticket, company = some(world)
    file = tmp_path / "log ü.txt"
    file.write_bytes(b"as it was")
    async with world.desk(writes=GRANTS) as desk:
        scope = Scope("psa", companies={company})
        proposed = await desk.attachments.add(ticket, file, scope=scope)
        file.write_bytes(b"as it is now")
        assert (str(proposed.state), proposed.visibility, kept(world)) == ("proposed", "internal", [(proposed.id,)])
        (done,) = await desk.writes.approve([proposed.id], send=True)
        assert str(done.state) == "confirmed", done
        row, content = newest(world)
        assert (row["fullPath"], row["publish"], content, kept(world)) == ("log ü.txt", 2, b"as it was", [])
        shown = {one.external_id: one for one in (await desk.attachments.list(ticket)).items}
        assert shown[done.ref].visibility == "internal", "it was read back without a sync"
        public = await desk.attachments.add(ticket, file, public=True, title="What we saw", send=True)
        assert str(public.state) == "confirmed", public
        assert (newest(world)[0]["publish"], newest(world)[0]["title"]) == (1, "What we saw")
        left = await desk.attachments.add(ticket, file)
        await desk.writes.discard([left.id])
        with pytest.raises(NotFoundLocallyError):
            await desk.attachments.add(ticket, file, scope=Scope("psa", companies={"0"}))
        (tmp_path / "large").write_bytes(bytes(6_000_001))
        with pytest.raises(WriteError, match="6,000,001 bytes, and the vendor takes 6,000,000"):
            await desk.attachments.add(ticket, tmp_path / "large")
    assert kept(world) == []


async def test_a_lost_answer_adds_no_second_file(world, tmp_path):
    await world.sync(streams=STREAMS)
    _, ticket, _ = some(world)
    (tmp_path / "a.txt").write_bytes(b"once")
    before = len(world.sandbox.store.select("AttachmentInfo"))
    async with world.desk(writes=GRANTS) as desk:
        world.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/Attachments$"}}])
        made = await desk.attachments.add(ticket, tmp_path / "a.txt", send=True)
        assert len(world.sandbox.store.select("AttachmentInfo")) == before + 1
        for _ in range(3):
            if str(made.state) == "confirmed":
                break
            world.sandbox.advance(0.2)
            await desk.writes.run()
            made = (await desk.writes.get(made.id)).write
    assert (str(made.state), made.ref) == ("confirmed", str(newest(world)[0]["id"]))
    assert len(world.sandbox.store.select("AttachmentInfo")) == before + 1
