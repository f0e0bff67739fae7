"""A write that was not sent yet gets other values: checked like a new one, proposed anew, and told in its history."""

import asyncio
import threading

import pytest
from sqlalchemy import text

from servicedesk_core import ServiceDesk
from servicedesk_core.errors import NotFoundLocallyError, WriteError, WriteNotGrantedError, WriteStateError
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Store, audit, outbox
from tests.outbox.conftest import settings_for

pytestmark = pytest.mark.slow  # over real HTTP


def values(write):
    return {change.field: (change.before, change.after) for change in write.changes}


async def test_a_proposal_gets_other_values_and_its_history_says_so(desk):
    write = await desk.tickets.log_time("T1", worked_s=900, technician="t1", summary="Tner")
    edited = await desk.writes.edit(write.id, {"summary": "Toner", "worked_s": "1800"}, reason="typing error")
    assert values(edited)["summary"] == (None, "Toner")
    assert values(edited)["worked_s"] == (None, 1800)
    assert (edited.id, edited.key, edited.state, edited.reason) == (write.id, write.key, "proposed", "")
    history = (await desk.writes.show(write.id)).history
    assert [(one.before, one.after, one.why) for one in history] == [
        (None, "proposed", ""),
        ("proposed", "proposed", "edited: worked_s, summary (typing error)"),
    ]
    told = [one for one in await desk.audit.list(entity=f"write:{write.id}") if one.action == "write.edited"]
    assert (told[0].before["worked_s"], told[0].after["values"]["worked_s"]) == (900, 1800)
    assert "Toner" not in str(told), "texts are in the chain as digests only"
    assert (await desk.audit.verify()).is_valid


async def test_an_approved_write_goes_back_to_proposed_and_is_sent_as_it_is_then(desk, vendor):
    write = await desk.tickets.update("T1", title="Plotter")
    await desk.writes.approve([write.id])
    edited = await desk.writes.edit(write.id, {"title": "Scanner"})
    assert (edited.state, edited.decided_by) == ("proposed", None)
    await desk.writes.run()
    assert vendor.writes == []
    (done,) = await desk.writes.approve([write.id], send=True)
    assert (done.state, vendor.records["tickets"]["1"]["title"]) == ("confirmed", "Scanner")


async def test_what_somebody_else_edited_is_approved_by_the_version_that_was_looked_at(desk, vendor):
    write = await desk.tickets.update("T1", title="Plotter")
    ana = desk.acting_as(Actor("user:ana", Way.SDK))
    with pytest.raises(WriteStateError, match=f"Write {write.id} has no version 2; nothing was approved") as unknown:
        await desk.writes.approve([write.id], versions={write.id: 2})
    assert f"{write.id}@1" in unknown.value.hint
    edited = await ana.writes.edit(write.id, {"title": "Scanner"})
    assert (write.version, edited.version) == (1, 2)
    for versions in ({}, {write.id: 1}):
        with pytest.raises(WriteStateError, match="user:ana via sdk edited") as refused:
            await desk.writes.approve([write.id], versions=versions, send=True)
        assert f"{write.id}@2" in refused.value.hint
    assert vendor.writes == []
    (done,) = await desk.writes.approve([write.id], versions={write.id: 2}, send=True)
    assert (done.state, vendor.records["tickets"]["1"]["title"]) == ("confirmed", "Scanner")


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_an_approval_waits_for_an_edit_that_has_begun_and_is_not_of_what_it_made(desk, store_url, clock):
    write = await desk.tickets.update("T1", title="Plotter")
    begun = threading.Event()
    waits = text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

    def edit(tx):
        audit.take_turn(tx)
        begun.set()
        while tx.execute(waits).first() is None:
            pass
        stored = outbox.get(tx, write.id)
        facts = {"proposed_by": "user:ana", "new_values": {"title": "Scanner"}}
        outbox.move(tx, stored, stored.state, actor="user:ana", now=clock.now(), facts=facts)

    with Store.open(store_url, clock=clock) as other:
        editing = asyncio.create_task(other.write(edit))
        await asyncio.to_thread(begun.wait)
        with pytest.raises(WriteStateError, match="user:ana edited"):
            await desk.writes.approve([write.id], versions={write.id: 1})
        await editing


async def test_a_change_that_is_edited_is_based_on_what_the_desk_shows_now(desk, vendor):
    write = await desk.tickets.update("T1", title="Plotter")
    vendor.put("tickets", "1", title="Printer, 2nd floor", status="In Progress")
    await desk.sync("psa", mode="full")
    edited = await desk.writes.edit(write.id, {"status": "Complete"})
    assert values(edited) == {"title": ("Printer, 2nd floor", "Plotter"), "status": ("In Progress", "Complete")}
    with pytest.raises(WriteError, match="shows that already"):
        await desk.writes.edit(write.id, {"title": "Printer, 2nd floor", "status": "In Progress"})


async def test_a_word_takes_the_place_of_the_meaning_that_was_proposed(desk):
    write = await desk.tickets.close("T1")
    assert "status_category" in values(write)
    assert values(await desk.writes.edit(write.id, {"status": "In Progress"})) == {"status": ("New", "In Progress")}


async def test_a_refused_write_is_mended_and_approved_anew(desk, vendor):
    vendor.faults.append("422")
    refused = await desk.tickets.note("T1", "hello", send=True)
    assert refused.state == "rejected"
    assert f"writes edit {refused.id}" in refused.hint
    mended = await desk.writes.edit(refused.id, {"body": "Hello"})
    assert (mended.state, mended.error, mended.finished_at) == ("proposed", None, None)
    (done,) = await desk.writes.approve([refused.id], send=True)
    assert (done.state, [note["body"] for note in vendor.added("notes")]) == ("confirmed", ["Hello"])


async def test_a_field_is_taken_out_of_a_new_record_and_emptied_in_one_that_is_there(desk):
    new = await desk.tickets.create("Plotter", company="c1", description="x")
    edited = await desk.writes.edit(new.id, {"description": None, "title": "Scanner"})
    assert set(values(edited)) == {"title", "company_ref"}
    assert edited.label == "Scanner"
    change = await desk.tickets.update("T1", title="Plotter")
    assert values(await desk.writes.edit(change.id, {"queue_ref": None}))["queue_ref"] == ("q1", None)


async def test_a_field_that_always_has_a_value_is_taken_out_of_a_new_record_too(desk):
    new = await desk.tickets.create("Plotter", company="c1", fields={"secondary_assignee_refs": ["t2"]})
    edited = await desk.writes.edit(new.id, {"secondary_assignee_refs": None, "custom_fields": None})
    assert set(values(edited)) == {"title", "company_ref"}
    with pytest.raises(WriteError, match="needs title"):
        await desk.writes.edit(new.id, {"title": None})
    change = await desk.tickets.update("T1", title="Plotter")
    with pytest.raises(WriteError, match="title cannot have this value"):
        await desk.writes.edit(change.id, {"title": None})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"titel": "x"}, "no field"),
        ({"worked_s": 900}, "has these values already"),
        ({"worked_s": 90_000}, "24 hours"),
        ({"work_date": None}, "work_date or start_at"),
        ({"technician_ref": ""}, "technician_ref"),
    ],
)
async def test_an_edited_write_is_checked_like_a_new_one(desk, fields, message):
    write = await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    with pytest.raises(WriteError, match=message):
        await desk.writes.edit(write.id, fields)
    assert (await desk.writes.show(write.id)).write == write


async def test_an_equal_entry_is_told_of_what_was_edited_too(desk):
    await desk.tickets.log_time("T1", worked_s=900, technician="t1")
    other = await desk.tickets.log_time("T1", worked_s=1800, technician="t1")
    assert other.warnings == ()
    assert "write 1" in (await desk.writes.edit(other.id, {"worked_s": 900})).warnings[0]
    assert (await desk.writes.edit(other.id, {"worked_s": 600})).warnings == ()


async def test_what_is_sent_doubtful_or_done_is_left_alone(desk, vendor):
    done = await desk.tickets.note("T1", "hello", send=True)
    vendor.faults.append("reset_after")
    doubt = await desk.tickets.log_time("T2", worked_s=60, technician="t1", send=True)
    left = await desk.tickets.note("T3", "hello")
    await desk.writes.discard([left.id])
    sending = await desk.tickets.note("T4", "hello")
    await desk.store.write(
        lambda tx: tx.exec_driver_sql(f"UPDATE outbox SET state = 'sending' WHERE id = {sending.id}")
    )
    for write in (done, left, sending, *([doubt] if doubt.state == "in_doubt" else [])):
        with pytest.raises(WriteStateError, match="can be edited"):
            await desk.writes.edit(write.id, {"body": "x", "summary": "x"})
    with pytest.raises(NotFoundLocallyError):
        await desk.writes.edit(99, {"body": "x"})


async def test_of_two_who_edit_at_once_one_gets_an_error(desk, monkeypatch):
    write = await desk.tickets.note("T1", "hello")
    ensure = desk.outbox._checks.ensure_takeable

    async def meanwhile(intent, can):
        monkeypatch.undo()
        await desk.writes.edit(write.id, {"body": "theirs"})
        await ensure(intent, can)

    monkeypatch.setattr(desk.outbox._checks, "ensure_takeable", meanwhile)
    with pytest.raises(WriteStateError, match="edited it at this moment"):
        await desk.writes.edit(write.id, {"body": "ours"})
    assert (await desk.store.read(lambda tx: outbox.get(tx, write.id))).values == {"body": "theirs"}


async def test_what_is_not_granted_any_more_is_not_edited(desk, vendor, store_url, clock):
    write = await desk.tickets.note("T1", "hello")
    await desk.aclose()
    async with ServiceDesk(settings_for(vendor, store_url, writes=["tickets.update"]), clock=clock) as later:
        with pytest.raises(WriteNotGrantedError):
            await later.writes.edit(write.id, {"body": "x"})


async def test_several_are_decided_about_together_or_not_at_all(desk, vendor):
    one, other = [(await desk.tickets.note(f"T{n}", "hello")).id for n in (1, 2)]
    for act in (desk.writes.approve, desk.writes.discard, desk.writes.retry):
        with pytest.raises((NotFoundLocallyError, WriteStateError)) as caught:
            await act([one, 99])
        assert caught.value.hint.startswith("Nothing was done with any of them.")
        assert [write.state for write in await desk.writes.list()] == ["proposed", "proposed"]
    await desk.writes.discard([other])
    with pytest.raises(WriteStateError) as caught:
        await desk.writes.approve([one, other], send=True)
    assert caught.value.hint.startswith("Nothing was done with any of them.")
    assert [write.state for write in await desk.writes.list()] == ["proposed"]
    await desk.writes.approve([one, one])
    assert await desk.writes.approve([], send=True) == ()
    assert vendor.commits == [], "none was named, and none is sent"
    (done,) = await desk.writes.retry([one, one], send=True)
    assert (done.state, len(vendor.commits)) == ("confirmed", 1)
