"""One update is one note for each ticket, in the words that were shown, to nobody twice and of nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from servicedesk_core.domain import ActorType, Note, NoteVisibility, StatusCategory, Ticket
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Watch
from servicedesk_core.features.attention import Reason
from servicedesk_core.features.incidents.actions import Incidents
from servicedesk_core.features.incidents.model import IncidentState, What
from servicedesk_core.features.incidents.rules import Reader, given_away, safe
from servicedesk_core.features.incidents.watching import overdue
from servicedesk_core.outbox.writes import Writes
from tests import stored
from tests.assign.test_assigning import of

pytestmark = pytest.mark.slow  # many desks with much in them

TEXT = "Mail is down. We are working on it."
BOLT, GLOBEX = (
    Reader(("psa", "c1"), "Bolt & Co", frozenset({"T20260307.0001", "7"})),
    Reader(("psa", "c2"), "Globex GmbH"),
)


class Killed(BaseException):
    """The process ended."""


def told(vendor, visibility="public"):
    """Return the tickets that the vendor has notes on, in order."""
    return sorted(one["ticket"] for one in vendor.added("notes") if one["visibility"] == visibility)


@pytest.fixture
async def down(hit):
    await hit.incidents.declare("Mail is down", tickets=["T1", "T2", "T3"])
    return hit


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("All is well at bolt & co", ["Bolt & Co"]),
        ("All is well at Bolt.", ["Bolt & Co"]),
        ("Globex  is up, and so is everybody", ["Globex GmbH"]),
        ("See T20260307.0001", ["Bolt & Co"]),
        ("Back at 7, the thunderbolts are over; Globexes", []),
        ("See #7.", ["Bolt & Co"]),
        ("", []),
    ],
)
def test_a_text_that_names_a_client_is_known(text, named):
    assert [one.name for one, _ in given_away(text, [BOLT, GLOBEX])] == named
    assert given_away(text, [BOLT if named == ["Bolt & Co"] else GLOBEX]) == (), "who alone reads it may be named"
    assert (safe(text, [BOLT, GLOBEX]) == text) is not bool(named)


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        *[(f"Acme {form}", "Acme is up.", True) for form in ("AB", "Oy", "AS", "ApS", "SAS", "S.p.A.", "UG", "mbH")],
        ("M\u00fcller AG", "Mu\u0308ller is up.", True),
        ("Day Spa", "Good day.", False),
    ],
)
def test_a_client_is_known_however_its_name_is_written(name, text, is_named):
    assert (safe(text, [Reader(("psa", "c9"), name)]) != text) is is_named


async def test_tickets_whose_client_is_not_known_are_each_of_another_one_and_said(hit, clock):
    new = {"title": "Mail", "status": "New", "status_category": StatusCategory.NEW}
    rows = [Ticket(external_id=one, number=f"X{one}", **new) for one in ("80", "81")]
    await hit.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), connection="other"))
    await hit.incidents.declare("Mail is down", tickets=["X80", "X81"], parent="T5")
    assert (await hit.incidents.list()).items[0].clients == 2
    shown = await Incidents.update.foreseen(hit, 1, TEXT)
    assert [row.ticket for row in shown.rows if "its client is not known" in row.why] == ["X80", "X81"]
    with pytest.raises(WriteError, match="names a client"):
        await hit.incidents.update(1, "See #X80.")


async def test_one_update_is_one_note_for_each_ticket_in_the_words_that_were_shown(down, vendor, clock):
    clock.advance(600)
    shown = await Incidents.update.foreseen(down, 1, TEXT)
    assert {row.text for row in shown.rows if row.what is What.NOTE} == {TEXT}
    assert told(vendor) == []
    done = await down.incidents.update(1, TEXT, shown=shown)
    assert [(row.what, row.state) for row in done] == [
        *[(What.NOTE, "confirmed")] * 3, (What.INTERNAL, "confirmed"),
    ]  # fmt: skip
    assert told(vendor) == ["1", "2", "3"]
    assert {one["body"] for one in vendor.added("notes") if one["visibility"] == "public"} == {TEXT}
    assert len(told(vendor, "internal")) == 1
    one = (await down.incidents.show(1)).incident
    assert (one.told_at, one.due_at) == (clock.now(), clock.now() + timedelta(minutes=30))


async def test_a_text_that_names_another_client_is_refused_also_when_somebody_edits_it(down, vendor):
    with pytest.raises(WriteError, match='names Globex GmbH \\("Globex"\\)'):
        await down.incidents.update(1, "Globex is up again.")
    done = await of(down, "coo").incidents.update(1, TEXT)
    with pytest.raises(WriteError, match="names Bolt & Co"):
        await down.writes.edit(done.items[2].write, {"body": "Bolt & Co is up again."})
    await down.writes.edit(done.items[2].write, {"body": "All is up again."})
    assert told(vendor) == []


async def test_what_waits_for_an_approval_is_told_to_nobody_yet(down, vendor, clock):
    async def wrong():
        return await down.store.read(
            lambda tx: [one.key for one in overdue(Watch(tx, down, clock.now(), date(2026, 3, 2), frozenset()))]
        )

    done = await of(down, "coo").incidents.update(1, TEXT)
    assert {row.state for row in done} == {"proposed"}
    assert "4 writes wait for an approval" in done.told
    assert await wrong() == []
    clock.advance(31 * 60)
    assert await wrong() == ["incident:1"]
    (one,) = await down.incidents.list()
    assert (one.state, one.told_at) == (IncidentState.OVERDUE, None)
    (row,) = [row for row in await down.attention.list() if row.number == one.parent]
    assert row.reason in {Reason.EMERGENCY, Reason.PROMISE_BROKEN}
    await down.writes.approve([row.write for row in done], send=True)
    assert (await down.incidents.list()).items[0].state is IncidentState.OPEN
    assert await wrong() == []
    assert told(vendor) == ["1", "2", "3"]


@pytest.mark.parametrize("at", range(6))
@pytest.mark.slow
async def test_an_update_that_was_cut_off_is_gone_on_with_and_nobody_is_told_twice(
    down, vendor, monkeypatch, at, clock
):
    """Killed before, between and behind the proposals of its four notes, and before they are approved."""
    steps = 0

    def killing(real):
        async def step(self, *args, **kwargs):
            nonlocal steps
            steps += 1
            if steps == at + 1:
                raise Killed
            return await real(self, *args, **kwargs)

        return step

    with monkeypatch.context() as patched:
        patched.setattr(Writes, "propose", killing(Writes.propose))
        patched.setattr(Writes, "approve_own", killing(Writes.approve_own))
        if at < 5:
            with pytest.raises(Killed):
                await down.incidents.update(1, TEXT)
            assert told(vendor) == []
        else:
            await down.incidents.update(1, TEXT)
    if at < 5:
        done = await down.incidents.update(1, TEXT)
        assert {row.state for row in done} == {"confirmed"}
    assert told(vendor) == ["1", "2", "3"]
    assert len(told(vendor, "internal")) == 1
    assert [one.text for one in (await down.incidents.show(1)).timeline if one.what == "update"] == [TEXT]
    clock.advance(31 * 60)
    await down.incidents.update(1, TEXT)
    assert len(told(vendor)) == 6, "the same words again are another update once clients are to hear again"


async def test_the_same_words_tell_only_those_who_were_not_told(down, vendor, clock):
    done = await of(down, "coo").incidents.update(1, TEXT)
    by_ticket = {row.ticket: row.write for row in done}
    await down.writes.discard([by_ticket["T2"]])
    await down.writes.approve([by_ticket["T1"]], send=True)
    assert (
        "The clients of 1 ticket were not told"
        in replace(
            done, items=tuple([replace(row, state="discarded" if row.ticket == "T2" else "confirmed") for row in done])
        ).told
    )
    await down.incidents.link(1, ["T4"])
    shown = await Incidents.update.foreseen(down, 1, TEXT)
    assert [row.ticket for row in shown.rows if row.is_left and "told in these words on" in row.why] == ["T1"]
    again = await down.incidents.update(1, TEXT, shown=shown)
    assert [row.is_left for row in again] == [True, False, False, False, False]
    assert {row.state for row in again if not row.is_left} == {"confirmed"}
    assert told(vendor) == ["1", "2", "3", "4"]
    assert len(told(vendor, "internal")) == 1
    with pytest.raises(WriteError, match="T1: told in these words on"):
        await down.incidents.update(1, TEXT)
    assert [one.text for one in (await down.incidents.show(1)).timeline if one.what == "update"] == [TEXT]


async def test_a_note_that_waits_swallows_no_later_update(down, clock):
    first = await of(down, "coo").incidents.update(1, TEXT)
    clock.advance(31 * 60)
    second = await of(down, "coo").incidents.update(1, TEXT)
    assert {row.state for row in second} == {"proposed"}
    assert not {row.write for row in first} & {row.write for row in second}


async def test_a_ticket_that_is_taken_out_is_told_nothing_that_is_under_way(down, vendor, monkeypatch):
    shown = await Incidents.update.foreseen(down, 1, TEXT)
    await down.incidents.unlink(1, ["T3"])
    done = await of(down, "coo").incidents.update(1, TEXT, shown=shown)
    assert [(row.ticket, row.why) for row in done if row.is_left] == [("T3", "it was taken out")]
    (out,) = await down.incidents.unlink(1, ["T2"])
    assert "its note was not sent, and is discarded" in out.why
    await down.writes.approve([row.write for row in done if row.write and row.ticket != "T2"], send=True)
    assert told(vendor) == ["1"]
    assert (await down.incidents.list()).items[0].told_at is not None


async def test_an_update_that_broke_off_before_a_ticket_that_was_taken_out_counts_as_told(down, vendor, monkeypatch):
    real, steps = Writes.propose, 0

    async def step(self, *args, **kwargs):
        nonlocal steps
        steps += 1
        if steps == 2:
            raise Killed
        return await real(self, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(Writes, "propose", step)
        with pytest.raises(Killed):
            await down.incidents.update(1, TEXT)
    await down.incidents.unlink(1, ["T2"])
    await down.incidents.update(1, TEXT)
    assert told(vendor) == ["1", "3"]
    assert (await down.incidents.list()).items[0].told_at is not None


async def test_a_link_that_waits_is_discarded_with_the_ticket_taken_out(down, vendor):
    (row,) = await of(down, "coo").incidents.link(1, ["T4"])
    assert row.state == "proposed"
    (out,) = await down.incidents.unlink(1, ["T4"])
    assert out.why == "its link was not sent, and is discarded"
    assert (await down.writes.show(row.write)).write.state == "discarded"
    assert not vendor.records["tickets"]["4"].get("problem_ref")


@pytest.mark.slow
async def test_a_ticket_that_is_closed_meanwhile_is_told_nothing(down, vendor):
    shown = await Incidents.update.foreseen(down, 1, TEXT)
    await down.tickets.update("T2", status="Complete", send=True)
    done = await down.incidents.update(1, TEXT, shown=shown)
    (row,) = [row for row in done if row.is_left]
    assert (row.ticket, row.why) == ("T2", "It is Complete: it was closed meanwhile.")
    assert told(vendor) == ["1", "3"]
    again = await down.incidents.update(1, "All is up again.")
    assert [(row.ticket, row.why) for row in again if row.is_left] == [("T2", "it is closed")]


@pytest.mark.slow
async def test_what_a_client_wrote_meanwhile_is_shown_beside_the_note(down, clock):
    clock.advance(60)
    note = Note(external_id="c1", ticket_ref="3", body="Hello?", visibility=NoteVisibility.PUBLIC,
                author_type=ActorType.CUSTOMER, created_at=clock.now())  # fmt: skip
    source = {"connection": "psa", "connector": down.settings.connections["psa"].connector}
    await down.store.write(lambda tx: stored.put(tx, [note], now=clock.now(), **source))
    done = await down.incidents.update(1, TEXT)
    assert [(row.ticket, row.is_left) for row in done if "the client wrote on" in row.why] == [("T3", False)]


@pytest.mark.slow
async def test_a_parent_that_is_gone_at_the_vendor_is_said_and_clients_are_told(down, vendor):
    number = (await down.incidents.show(1)).incident.parent
    await down.store.write(lambda tx: tx.exec_driver_sql(f"UPDATE tickets SET gone_at = 1 WHERE number = '{number}'"))
    assert (await down.incidents.show(1)).incident.is_parent_gone
    done = await down.incidents.update(1, TEXT)
    assert [(row.what, row.why) for row in done if row.is_left] == [(What.INTERNAL, "the vendor has it no more")]
    linked = await down.incidents.link(1, ["T4"])
    assert linked.items[0].why == "the desk alone knows it: the vendor has our ticket no more"
    assert told(vendor) == ["1", "2", "3"]
    assert [row.what for row in (await down.incidents.close(1)).items if row.ticket == number] == []


@pytest.mark.slow
async def test_notes_that_the_vendor_refuses_have_their_reason_and_clients_are_still_to_hear(down, vendor):
    vendor.deny.add("notes")
    done = await down.incidents.update(1, TEXT)
    assert not {row.state for row in done} & {"confirmed"}
    assert all(row.why for row in done)
    assert (await down.incidents.list()).items[0].told_at is None


@pytest.mark.slow
async def test_nobody_is_told_where_nothing_is_open(hit):
    await hit.incidents.declare("Mail is down", parent="T5")
    await hit.incidents.update(1, TEXT)
    assert (await hit.incidents.list()).items[0].told_at is not None, "its own ticket alone holds it"
    with pytest.raises(WriteError, match="says nothing"):
        await hit.incidents.update(1, "  ")


async def test_it_is_closed_with_what_was_said_last_and_tickets_only_by_a_person(down, vendor):
    with pytest.raises(WriteError, match="Nobody has said what it was"):
        await down.incidents.close(1)
    await down.incidents.update(1, "A switch was broken.")
    with pytest.raises(WriteError, match="names Bolt & Co"):
        await down.incidents.close(1, text="Bolt & Co had a broken switch.")
    done = await down.incidents.close(1)
    assert {row.state for row in done} == {"proposed"}
    assert len(done.items) == 4
    assert {vendor.records["tickets"][one]["status"] for one in "123"} == {"New"}
    await down.writes.approve([row.write for row in done], send=True)
    assert {vendor.records["tickets"][one]["resolution"] for one in "123"} == {"A switch was broken."}
    (one,) = await down.incidents.list(everything=True)
    assert (one.state, one.said, one.due_at) == (IncidentState.CLOSED, "A switch was broken.", None)
    assert (await down.incidents.list()).items == ()
    for again in (down.incidents.close(1), down.incidents.update(1, TEXT), down.incidents.link(1, ["T4"])):
        with pytest.raises(WriteError, match="was closed by mia"):
            await again


async def test_a_closing_that_broke_off_is_gone_on_with(down, vendor, monkeypatch):
    real, steps = Writes.propose, 0

    async def step(self, *args, **kwargs):
        nonlocal steps
        steps += 1
        if steps == 2:
            raise Killed
        return await real(self, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(Writes, "propose", step)
        with pytest.raises(Killed):
            await down.incidents.close(1, text="A switch was broken.")
    with pytest.raises(WriteError, match="was closed by mia"):
        await down.incidents.close(1, text="It was something else.")
    done = await down.incidents.close(1)
    assert [(row.ticket, row.state) for row in done if row.ticket in {"T1", "T2", "T3"}] == [
        ("T2", "proposed"), ("T3", "proposed"),
    ]  # fmt: skip
    writes = (await down.writes.list()).items
    assert len([one for one in writes if one.state == "proposed"]) == 4
    with pytest.raises(WriteError, match="was closed by mia"):
        await down.incidents.close(1)


async def test_a_resolution_names_no_client_who_came_meanwhile_also_when_somebody_edits_it(down):
    shown = await Incidents.close.foreseen(down, 1, text="A switch at Initech was broken.")
    await down.incidents.link(1, ["T4"])
    with pytest.raises(WriteError, match="names Initech"):
        await down.incidents.close(1, text="A switch at Initech was broken.", shown=shown)
    done = await down.incidents.close(1, text="A switch was broken.")
    with pytest.raises(WriteError, match="names Initech"):
        await down.writes.edit(done.items[0].write, {"resolution": "A switch at Initech was broken."})
    await down.writes.edit(done.items[0].write, {"resolution": "All is well."})


async def test_what_clients_were_not_told_yet_is_discarded_with_the_incident_closed(down, vendor):
    waits = await of(down, "coo").incidents.update(1, TEXT)
    shown = await Incidents.close.foreseen(down, 1)
    assert {row.why for row in shown.rows if row.what is What.NOTE} == {"its note is not sent, and is discarded"}
    await down.incidents.close(1, shown=shown)
    assert {(await down.writes.show(row.write)).write.state for row in waits} == {"discarded"}
