"""Looking for a write whose answer got lost: found, proven absent, or left to a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.autotask.tests.writing.conftest import ALL, NOW, TICKET, technician, write
from servicedesk_autotask.api.client import Api
from servicedesk_core.errors import OutcomeUnknownError
from servicedesk_core.hooks import Found, Inconclusive, Known, ProvenAbsent

LATER = NOW + timedelta(minutes=6)


def at(connector, instant):
    connector.ctx.clock.instant = instant


async def lose(desk, connector, one, kind="drop_after"):
    """Send a write whose answer gets lost."""
    desk.sandbox.faults([{"kind": kind, "match": {"method": "POST|PATCH", "path": "/(Tickets|Notes|TimeEntries)$"}}])
    with pytest.raises(OutcomeUnknownError):
        await connector.send_write(one)
    return str(desk.sandbox.recorder.writes[-1]["id"]) if desk.sandbox.recorder.writes else None


async def test_lost_ticket_is_found_by_its_reference(desk, psa):
    one = write("tickets.create", id="lost-1", **TICKET)
    assert isinstance(await psa.find_write(one), Inconclusive)
    ref = await lose(desk, psa, one)
    assert await psa.find_write(one) == Found(ref)


async def test_ticket_that_never_arrived_is_absent_once_the_vendor_had_its_time(desk, psa):
    one = write("tickets.create", id="lost-2", **TICKET)
    await lose(desk, psa, one, "drop_before")
    early = await psa.find_write(one)
    assert isinstance(early, Inconclusive)
    assert early.ask_again_at == NOW + timedelta(minutes=5)
    at(psa, LATER)
    sent = Known("seen", (await psa.send_write(write("tickets.create", id="seen", **TICKET))).ref)
    for known in (replace(one, earlier=(sent,)), one):  # core names an earlier one, or the vendor is asked for any
        found = await psa.find_write(known)
        assert isinstance(found, ProvenAbsent)
        assert (found.evidence, bool(found.canary)) == ("no record carries the key lost-2", True)
    assert isinstance(await psa.find_write(replace(one, attempted_at=None)), Inconclusive)


async def test_reference_that_two_tickets_carry_is_left_to_a_person(desk, psa):
    one = write("tickets.create", id="twice", **TICKET)
    refs = [(await psa.send_write(one)).ref for _ in range(2)]
    found = await psa.find_write(one)
    assert isinstance(found, Inconclusive)
    assert set(found.candidates) == set(refs)


async def test_user_that_sees_no_tickets_proves_nothing(desk_with):
    with desk_with(tickets=20, hidden_entities=frozenset({"Tickets"})) as desk:
        async with desk.connector(grants=ALL) as psa:
            at(psa, LATER)
            found = await psa.find_write(write("tickets.create", id="lost-3", **TICKET))
    assert isinstance(found, Inconclusive)
    assert "No record is known" in found.reason


async def test_lost_update_is_found_by_what_the_record_shows(desk, psa, ticket):
    one = write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1")
    await lose(desk, psa, one)
    assert await psa.find_write(one) == Found(ticket)


async def later(desk, connector, time, *, ahead=timedelta(0)):
    """Let time pass for both sides; ours is ahead by so much then."""
    desk.sandbox.desk.clock.move(time)
    at(connector, desk.sandbox.now() + ahead)
    await connector.vendor_identity()


async def test_update_that_never_arrived_is_absent_when_nobody_touched_the_record(desk_with):
    with desk_with(tickets=20) as desk:
        async with desk.connector(grants=ALL) as psa:
            ticket = (await psa.send_write(write("tickets.create", **TICKET))).ref
            await later(desk, psa, timedelta(hours=1))
            one = write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1")
            one = replace(one, attempted_at=psa.ctx.clock.now())
            await lose(desk, psa, one, "drop_before")
            await later(desk, psa, timedelta(minutes=1))
            assert isinstance(await psa.find_write(one), Inconclusive)
            await later(desk, psa, timedelta(minutes=5))
            assert isinstance(await psa.find_write(one), ProvenAbsent)


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-26, -2, 2, 26])
async def test_a_wrong_clock_neither_hides_what_is_ours_nor_proves_that_nobody_touched_it(desk_with, hours):
    ahead = timedelta(hours=hours)
    with desk_with(tickets=20) as desk:
        async with desk.connector(grants=ALL) as psa:
            ticket = (await psa.send_write(write("tickets.create", **TICKET))).ref
            await later(desk, psa, timedelta(hours=1), ahead=ahead)
            note = write("notes.create_public", parent=ticket, body="Checked on site", title="Visit")
            note = replace(note, attempted_at=psa.ctx.clock.now())
            ref = await lose(desk, psa, note)
            assert await psa.find_write(note) == Found(ref)
            update = write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1")
            update = replace(update, attempted_at=psa.ctx.clock.now())
            await lose(desk, psa, update, "drop_before")
            await later(desk, psa, timedelta(minutes=20), ahead=ahead)
            row = desk.sandbox.store.get("Tickets", int(ticket))
            stamp = desk.sandbox.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            desk.sandbox.store.put("Tickets", [row | {"lastTrackedModificationDateTime": stamp}])
            assert isinstance(await psa.find_write(update), Inconclusive)


async def test_the_stamp_that_was_read_before_proves_it_whatever_the_clocks_say(desk, psa, ticket):
    shown = psa.map_record("tickets", desk.sandbox.store.get("Tickets", int(ticket))).entity
    one = write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1")
    one = replace(one, base_modified_at=shown.modified_at)
    await lose(desk, psa, one, "drop_before")
    at(psa, LATER)
    assert isinstance(await psa.find_write(one), ProvenAbsent)
    await psa.send_write(write("tickets.update", target=ticket, title="By somebody else"))
    assert isinstance(await psa.find_write(one), Inconclusive)


async def test_update_that_a_workflow_may_have_undone_is_left_to_a_person(desk, psa, ticket):
    one = write("tickets.update", target=ticket, base={"status": "New"}, status="On Hold")
    desk.sandbox.faults([{"kind": "workflow_revert", "match": {"method": "PATCH"}}])
    await psa.send_write(one)
    at(psa, LATER)
    found = await psa.find_write(one)
    assert isinstance(found, Inconclusive)
    assert "workflow rule" in found.reason


async def test_update_over_a_third_version_is_left_to_a_person(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, priority="P4"))
    at(psa, LATER)
    found = await psa.find_write(write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1"))
    assert isinstance(found, Inconclusive)
    assert "neither" in found.reason
    gone = await psa.find_write(write("tickets.update", target="424242", priority="P1"))
    assert isinstance(gone, Inconclusive)


async def test_lost_note_is_found_by_its_marker_and_its_absence_proven(desk, psa, ticket):
    one = write("notes.create_internal", id="note-1", parent=ticket, body="A")
    other = write("notes.create_internal", id="note-2", parent=ticket, body="A")
    ref = await lose(desk, psa, one)
    assert await psa.find_write(one) == Found(ref)
    at(psa, LATER)
    assert isinstance(await psa.find_write(other), ProvenAbsent)
    assert isinstance(await psa.find_write(replace(other, parent="424242")), Inconclusive)


async def test_lost_note_without_a_marker_is_found_by_text_author_and_time_but_never_proven_absent(desk, psa, ticket):
    one = write("notes.create_public", parent=ticket, body="Done.\r\n")
    assert isinstance(await psa.find_write(one), Inconclusive)
    ref = await lose(desk, psa, one)
    assert await psa.find_write(one) == Found(ref)
    at(psa, LATER)
    absent = await psa.find_write(write("notes.create_public", parent=ticket, body="Something else"))
    assert isinstance(absent, Inconclusive)
    assert "proves nothing" in absent.reason


async def test_equal_notes_are_never_taken_for_each_other(desk, psa, ticket):
    one = write("notes.create_public", id="a", parent=ticket, body="Done.")
    first = (await psa.send_write(one)).ref
    second = replace(one, id="b", taken_refs=frozenset({first}))
    assert isinstance(await psa.find_write(second), Inconclusive)
    ref = await lose(desk, psa, second)
    assert await psa.find_write(second) == Found(ref)
    both = await psa.find_write(replace(second, taken_refs=frozenset()))
    assert isinstance(both, Inconclusive)
    assert set(both.candidates) == {first, ref}


async def test_notes_of_others_and_of_other_times_are_not_ours(desk, psa, ticket):
    who, _ = technician(desk)
    one = write("notes.create_public", parent=ticket, body="Done.")
    async with desk.connector(grants=ALL, impersonate=int(who)) as other:
        theirs = (await other.send_write(one)).ref
    assert isinstance(await psa.find_write(one), Found), "its author is not known yet"
    await psa.send_write(write("notes.create_internal", parent=ticket, body="Anything"))
    assert isinstance(await psa.find_write(one), Inconclusive), "now it is known that the API user wrote none"
    async with desk.connector(grants=ALL, impersonate=int(who)) as other:
        assert await other.find_write(one) == Found(theirs)
        assert isinstance(await other.find_write(replace(one, attempted_at=NOW + timedelta(hours=2))), Inconclusive)


async def test_lost_time_is_found_by_technician_ticket_start_and_hours(desk, psa, ticket):
    who, _ = technician(desk)
    one = write(
        "time_entries.create", parent=ticket, technician_ref=who, start_at=NOW.isoformat(),
        end_at=(NOW + timedelta(minutes=20)).isoformat(), summary="A",
    )  # fmt: skip
    ref = await lose(desk, psa, one)
    assert await psa.find_write(one) == Found(ref)
    assert isinstance(await psa.find_write(replace(one, taken_refs=frozenset({ref}))), Inconclusive)
    longer = {**one.values, "end_at": (NOW + timedelta(minutes=30)).isoformat()}
    at(psa, LATER)
    assert isinstance(await psa.find_write(replace(one, values=longer)), Inconclusive)
    by_day = write(
        "time_entries.create", parent=ticket, technician_ref=who, work_date="2026-11-19", worked_s=5000, summary="A"
    )
    ref = await lose(desk, psa, by_day)
    assert await psa.find_write(by_day) == Found(ref)


async def test_lost_asset_change_is_found(desk, psa):
    asset = desk.sandbox.store.select("ConfigurationItems", tail="ORDER BY id DESC LIMIT 1")[0]
    one = write("assets.update", target=str(asset["id"]), base={"location": asset["location"]}, location="Rack 9")
    assert isinstance(await psa.find_write(one), Inconclusive)
    await psa.send_write(one)
    assert await psa.find_write(one) == Found(str(asset["id"]))
    assert desk.sandbox.store.get("ConfigurationItems", asset["id"])["location"] == "Rack 9"


async def test_short_page_with_more_behind_it_is_no_end_of_the_search(psa, ticket, desk, monkeypatch):
    """A proof of absence needs the whole list, however the vendor cuts it."""
    one = write("notes.create_internal", id="lost-page", parent=ticket, body="Called, nobody there")
    for n in range(2):
        await psa.send_write(write("notes.create_internal", id=f"before-{n}", parent=ticket, body="Called"))
    ref = await lose(desk, psa, one)
    usual = Api.query

    async def cut(self, entity, conditions, **options):
        return await usual(self, entity, conditions, **options | {"size": 1})

    monkeypatch.setattr(Api, "query", cut)
    at(psa, LATER)
    assert await psa.find_write(one) == Found(ref)
