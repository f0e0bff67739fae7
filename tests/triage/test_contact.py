"""What clients were promised, who has heard from nobody, and what one shift tells the next."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import ActorType, Note, NoteVisibility, Priority
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.features.attention import NextActor, Reason
from servicedesk_core.features.contact.kinds import ClientContact
from servicedesk_core.features.contact.model import PromiseState
from servicedesk_core.features.contact.rules import TOLERANCE, limit_at, state_of
from servicedesk_core.features.report.morning.pages import html, text
from servicedesk_core.features.tickets.working import Promise
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.scope import Scope
from tests import stored
from tests.triage.conftest import NOW

SOON = NOW + timedelta(hours=5)
LIMITS = '[client_contact]\nlimits = { P1 = "15 min" }\notherwise = "10 h"\n'


def written(number: int, hours: float, **fields: object) -> Note:
    values = {"author_type": ActorType.TECHNICIAN, "author_ref": "ana", "visibility": NoteVisibility.PUBLIC} | fields
    at = NOW + timedelta(hours=hours)
    return Note(external_id=f"c{number}-{hours}", ticket_ref=str(number), created_at=at, **values)


async def put(desk, *notes):
    await desk.store.write(lambda tx: stored.put(tx, notes, now=NOW))


async def states(desk):
    return [(row.ticket, row.state) for row in await desk.contact.promises(everything=True)]


@pytest.mark.parametrize(
    ("contact", "withdrawn", "now", "state"),
    [
        (None, None, SOON, PromiseState.OPEN),
        (None, None, SOON + TOLERANCE, PromiseState.OPEN),
        (None, None, SOON + TOLERANCE + timedelta(seconds=1), PromiseState.BROKEN),
        (SOON + TOLERANCE, None, SOON, PromiseState.KEPT),
        (SOON + timedelta(hours=1), None, SOON + timedelta(hours=2), PromiseState.BROKEN),
        (None, NOW, SOON + timedelta(days=1), PromiseState.WITHDRAWN),
    ],
)
def test_a_promise_is_kept_by_contact_in_time(contact, withdrawn, now, state):
    assert state_of(SOON, contact, withdrawn, now) is state


def test_a_limit_is_that_of_the_priority():
    rule = ClientContact(limits={"P1": "1 h"}, otherwise="8 h")
    assert (rule.limit(Priority.P1), rule.limit(None)) == (timedelta(hours=1), timedelta(hours=8))
    assert ClientContact(limits={"P1": "1 h"}).limit(Priority.P2) is None


def test_a_limit_is_of_the_hours_that_count():
    since_us, hour_us = to_us(datetime(2026, 3, 6, 16, 30, tzinfo=UTC)), 3_600_000_000
    office = Calendar(name="office", zone="UTC", hours={"mon-fri": "08:00-17:00"})
    assert limit_at(hour_us, since_us, None) == since_us + hour_us
    assert limit_at(hour_us, since_us, office) == to_us(datetime(2026, 3, 9, 8, 30, tzinfo=UTC)), "after a weekend"


async def test_what_is_promised_is_the_technicians_turn_until_somebody_writes_to_the_client(desk):
    made = await desk.tickets.promise("T7", SOON, what=Promise.CALL, text="about the mailbox")
    (row,) = [row for row in await desk.attention.list(everything=True) if row.number == "T7"]
    assert (row.rule, row.next_actor, row.next_at) == ("awaited", NextActor.TECHNICIAN, SOON)
    assert await states(desk) == [("T7", PromiseState.OPEN)]
    await put(
        desk,
        written(7, 1, visibility=NoteVisibility.INTERNAL),
        written(7, 2, author_type=ActorType.CUSTOMER, author_ref=None),
        written(7, 3, is_system=True),
        written(7, -1),
    )
    assert await states(desk) == [("T7", PromiseState.OPEN)], "nobody of the desk has written to the client since"
    await put(desk, written(7, 4))
    assert await states(desk) == [("T7", PromiseState.KEPT)]
    assert (await desk.contact.promises()).items == ()
    with pytest.raises(SettingsError, match="is kept"):
        await desk.contact.keep(made.number)


async def test_a_promise_that_was_broken_stays_listed_until_there_was_contact(desk):
    made = await desk.tickets.promise("T7", SOON)
    desk.clock.advance(6 * 3600)
    (row,) = [row for row in await desk.attention.list() if row.number == "T7"]
    assert row.reason is Reason.PROMISE_BROKEN
    assert [one.state for one in await desk.contact.promises()] == [PromiseState.BROKEN]
    with pytest.raises(SettingsError, match="its time has passed"):
        await desk.contact.withdraw(made.number, reason="x")
    assert (await desk.contact.keep(made.number)).state is PromiseState.BROKEN
    assert (await desk.contact.promises()).items == ()
    figure = (await desk.kpi.show("promises-kept", period="2026-03")).items[0]
    assert (figure.value, figure.sample) == (0, 1)


async def test_a_promise_by_call_is_kept_by_saying_so_and_one_that_is_withdrawn_counts_for_nothing(desk):
    called, agreed = await desk.tickets.promise("T7", SOON), await desk.tickets.promise("T6", SOON)
    assert (await desk.contact.keep(called.number)).state is PromiseState.KEPT
    gone = await desk.contact.withdraw(agreed.number, reason="They called.")
    assert gone.state is PromiseState.WITHDRAWN
    assert (await desk.kpi.show("promises-kept", period="2026-03")).items[0].value == 100
    foreign = Scope("psa", companies="c1")
    assert (await desk.contact.promises(everything=True, scope=foreign)).items == ()
    with pytest.raises(NotFoundLocallyError, match="no promise"):
        await desk.contact.keep(called.number, scope=foreign)


async def test_nothing_is_promised_in_the_past_or_on_a_ticket_that_is_done(desk):
    with pytest.raises(SettingsError, match="Nothing can be promised"):
        await desk.tickets.promise("T7", NOW)
    with pytest.raises(WriteError, match="already"):
        await desk.tickets.promise("T8", SOON)


async def test_who_has_heard_from_nobody_within_the_limit_of_the_priority_is_listed(desk, tmp_path):
    assert (await desk.contact.unheard()).items == (), "nobody set a limit"
    (tmp_path / "service" / "contact.toml").write_text(LIMITS)
    await desk.definitions.apply(folder=tmp_path / "service", reason="limits")
    await put(desk, written(7, -1), written(6, -1, visibility=NoteVisibility.INTERNAL))
    found = {row.ticket: row.heard_at for row in await desk.contact.unheard()}
    assert found == {"T3": None, "T4": None, "T6": None}, "T1 and T2 are not 10 hours old, T5 is the machines'"
    assert (await desk.kpi.show("clients-unheard")).items[0].value == 3
    called = await desk.tickets.promise("T6", SOON)
    await desk.contact.keep(called.number)
    assert "T6" not in {row.ticket for row in await desk.contact.unheard()}


async def test_what_one_shift_writes_the_next_reads_also_on_the_ticket(desk):
    await desk.shiftlog.add("The line of Acme is down until noon.", ticket="T1")
    await desk.shiftlog.add("Keys are with Ana.")
    assert [(row.ticket, row.text) for row in await desk.shiftlog.list()] == [
        (None, "Keys are with Ana."),
        ("T1", "The line of Acme is down until noon."),
    ]
    assert [row.ticket for row in await desk.shiftlog.list(ticket="T1")] == ["T1"]
    assert (await desk.shiftlog.list(scope=Scope("psa", companies="c2"))).items == ()
    for wrong in ("  ", "x" * 5_000):
        with pytest.raises(SettingsError, match="The line"):
            await desk.shiftlog.add(wrong)


async def test_the_morning_page_tells_what_is_promised_and_what_the_shift_before_wrote(desk):
    assert "Shift log" not in text(await desk.report.morning())
    await desk.tickets.promise("T7", SOON, text="about <the> mailbox")
    await desk.tickets.promise("T6", NOW + timedelta(days=3))
    await desk.shiftlog.add("The line is <b>down</b>.", ticket="T1")
    page = await desk.report.morning()
    assert "Promised to clients: 1" in text(page)
    assert "T1: The line is <b>down</b>." in text(page)
    assert "about &lt;the&gt; mailbox" in html(page)
    assert "The line is &lt;b&gt;down&lt;/b&gt;." in html(page)
