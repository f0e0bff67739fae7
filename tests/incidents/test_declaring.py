"""Major incidents: declared over clients' tickets, which stand under one ticket of our own."""

import asyncio
from datetime import timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import Company, Priority, StatusCategory, Ticket
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError, WriteError
from servicedesk_core.features.incidents.actions import Incidents
from servicedesk_core.features.incidents.model import TicketState, What
from tests import stored
from tests.assign.test_assigning import of
from tests.incidents.conftest import applied
from tests.outbox.conftest import settings_for

pytestmark = pytest.mark.slow  # many desks with much in them


async def declared(desk, *tickets, **said):
    return await desk.incidents.declare("Mail is down", tickets=tickets or ("T1", "T3"), **said)


def problems(vendor):
    return {number: one["problem_ref"] for number, one in vendor.records["tickets"].items() if one.get("problem_ref")}


async def test_it_stands_under_a_new_ticket_of_our_own_and_the_vendor_is_told(hit, vendor):
    done = await declared(hit, "T1", "T2", "T3")
    assert [(row.what, row.state, row.is_left) for row in done] == [
        (What.PARENT, "confirmed", False),
        *[(What.LINK, "confirmed", False)] * 3,
    ]
    (one,) = await hit.incidents.list()
    assert (one.title, one.owner, one.priority, one.tickets, one.clients) == ("Mail is down", "mia", "P1", 3, 2)
    made = (await hit.writes.show(done.items[0].write)).write.ref
    assert vendor.records["tickets"][made]["company_ref"] == "own"
    assert problems(vendor) == dict.fromkeys("123", made)
    assert one.due_at == one.declared_at + timedelta(minutes=30)
    (row,) = [row for row in await hit.attention.list(everything=True) if row.external_id == made]
    assert (row.rule, row.next_at) == ("awaited", one.due_at), "the next update is a due of our own ticket"
    assert [each.number for each in await hit.incidents.list(ticket="T3")] == [one.number]
    assert [each.number for each in await hit.incidents.list(ticket=one.parent)] == [one.number]
    assert (await hit.incidents.list(ticket="T4")).items == ()
    assert ("mia", "put under incident 1") in [(each.who, each.what) for each in (await hit.explain("T1")).said]


async def test_what_it_would_do_is_shown_and_writes_nothing(hit):
    plan = await Incidents.declare.foreseen(hit, "Mail is down", tickets=("T1", "T9", "T5"))
    assert [(row.ticket, row.is_left) for row in plan.rows] == [
        (None, False), ("T1", False), ("T9", True), ("T5", True),
    ]  # fmt: skip
    assert "of our own company" in plan.rows[3].why
    assert (await hit.incidents.list(everything=True)).items == (await hit.writes.list()).items == ()


@pytest.mark.slow
async def test_who_may_not_send_declares_and_what_the_vendor_is_told_waits(hit, vendor):
    coordinator = of(hit, "coo")
    done = await declared(coordinator)
    assert done.items[0].state == "proposed"
    assert "1 write waits for an approval" in done.told
    assert {row.why for row in done.items[1:]} == {
        (
            "the desk alone knows it: our own ticket is not made yet: its write waits; "
            "link the incident again once it is there"
        )
    }
    await hit.writes.approve([done.items[0].write], send=True)
    assert (await hit.incidents.show(1)).incident.parent is not None
    again = await coordinator.incidents.link(1)
    assert {row.state for row in again} == {"proposed"}
    await hit.writes.approve([row.write for row in again], send=True)
    assert sorted(problems(vendor)) == ["1", "3"]
    assert (await hit.incidents.link(1)).items == ()


async def test_who_may_not_declare_is_refused_also_when_the_right_was_taken_after_the_preview(hit):
    shown = await Incidents.declare.foreseen(hit, "Mail is down", tickets=("T1",))
    for said in ({}, {"shown": shown}):
        with pytest.raises(NotPermittedError, match="declare"):
            await declared(of(hit, "tec"), **said)
    assert (await hit.incidents.list()).items == (await hit.writes.list()).items == ()


async def test_of_two_who_declare_the_same_one_is_told_what_the_other_did(hit):
    done = await asyncio.gather(declared(of(hit, "coo")), declared(hit), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Done", "WriteError"]
    assert len((await hit.incidents.list()).items) == 1
    with pytest.raises(WriteError, match="T3: it stands under incident 1"):
        await hit.incidents.declare("Everything is down", tickets=["T3"])


@pytest.mark.slow
async def test_tickets_that_cannot_stand_under_it_are_said_and_the_others_do(hit, clock):
    await declared(hit, "T1")
    gone = [
        Ticket(
            external_id="7",
            number="T7",
            title="Old",
            company_ref="c2",
            status="Complete",
            status_category=StatusCategory.CLOSED,
        )
    ]
    source = {"connection": "psa", "connector": hit.settings.connections["psa"].connector}
    await hit.store.write(lambda tx: stored.put(tx, gone, now=clock.now(), **source))
    await hit.store.write(lambda tx: tx.exec_driver_sql("UPDATE tickets SET gone_at = 1 WHERE external_id = '2'"))
    done = await hit.incidents.link(1, ("T1", "T2", "T7", "T5", "T99", "T3", "T3"))
    assert {row.ticket: row.why for row in done if row.is_left} == {
        "T1": "it stands under it already",
        "T2": "The vendor has T2 no more.",
        "T7": "it is Complete",
        "T5": "it is of our own company: no client of it is to be told",
        "T99": "The store has no ticket 'T99'.",
    }
    assert [row.ticket for row in done if not row.is_left] == ["T3"]
    assert "Of 5 tickets nothing was done" in done.told


@pytest.mark.slow
async def test_a_ticket_that_is_taken_out_can_stand_under_another_one(hit, vendor):
    await declared(hit, "T1", "T3")
    done = await hit.incidents.unlink(1, ("T3", "T4"))
    assert [(row.ticket, row.state, row.is_left) for row in done] == [("T3", "confirmed", False), ("T4", None, True)]
    assert sorted(problems(vendor)) == ["1"]
    other = await hit.incidents.declare("VPN is down", tickets=["T3"])
    assert other.number == 2
    assert [(one.ticket, one.state) for one in (await hit.incidents.show(1)).tickets] == [
        ("T1", TicketState.OPEN), ("T3", TicketState.OUT),
    ]  # fmt: skip


async def test_a_title_is_the_same_however_its_letters_are_written(hit):
    await hit.incidents.declare("\u00c4rger mit Mail", tickets=["T1"])
    with pytest.raises(WriteError, match="Incident 1 is called so already"):
        await hit.incidents.declare("a\u0308rger  mit mail", tickets=["T3"])


async def test_our_own_ticket_that_was_discarded_does_not_wait(hit):
    done = await declared(of(hit, "coo"))
    await hit.writes.discard([done.items[0].write])
    shown = await Incidents.update.foreseen(hit, 1, "We work on it.")
    assert shown.rows[-1].why == f"our own ticket is not made: write {done.items[0].write} was discarded"


async def test_of_two_tickets_of_one_number_that_is_taken_out_which_is_meant(hit, clock):
    new = {"title": "Mail", "status": "New", "status_category": StatusCategory.NEW}
    rows = [Company(external_id="x", name="Umbrella"), Ticket(external_id="80", number="T1", company_ref="x", **new)]
    await hit.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), connection="other"))
    await hit.incidents.declare("Mail is down", tickets=["1"], connection="psa")
    await hit.incidents.link(1, ["80"])
    (row,) = await hit.incidents.unlink(1, ["T1"])
    assert (row.is_left, row.why) == (
        True, "it could be T1 (1) at psa, T1 (80) at other: say its connection, or its other number",
    )  # fmt: skip
    (row,) = await hit.incidents.unlink(1, ["T1"], connection="psa")
    assert (row.external_id, row.is_left) == ("1", False)


async def test_without_a_company_of_our_own_nothing_is_declared(desk):
    with pytest.raises(WriteError, match="no company of our own") as error:
        await declared(desk)
    assert "servicedesk sync psa" in error.value.hint
    assert (await desk.incidents.list()).items == ()


@pytest.mark.parametrize(
    ("said", "error", "match"),
    [
        ({"parent": "T4"}, WriteError, "T4 is of Initech"),
        ({"parent": "T99"}, NotFoundLocallyError, "T99"),
        ({"owner": "nobody"}, SettingsError, "nobody called"),
        ({"queue": "Nowhere"}, NotFoundLocallyError, "Nowhere"),
    ],
)
@pytest.mark.slow
async def test_what_cannot_be_is_refused_and_nothing_is_kept(hit, said, error, match):
    with pytest.raises(error, match=match):
        await declared(hit, **said)
    assert (await hit.incidents.list()).items == (await hit.writes.list()).items == ()


@pytest.mark.slow
async def test_a_ticket_of_our_own_that_is_there_stands_above_them(hit, vendor):
    done = await declared(hit, parent="T5")
    assert (await hit.incidents.show(done.number)).incident.parent == "T5"
    assert problems(vendor) == {"1": "5", "3": "5"}


@pytest.mark.slow
async def test_a_ticket_of_another_connection_stands_under_it_for_the_desk_alone(hit, clock):
    new = {"title": "Mail", "status": "New", "status_category": StatusCategory.NEW}
    rows = [Company(external_id="x", name="Umbrella"), Ticket(external_id="80", number="X80", company_ref="x", **new)]
    await hit.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), connection="other"))
    done = await declared(hit, "T1", "X80")
    assert done.items[2].why == "the desk alone knows it: our ticket is at another connection"
    assert (await hit.incidents.list()).items[0].clients == 2


@pytest.mark.slow
async def test_without_the_grant_for_tickets_the_desk_alone_knows_the_link(hit, vendor, store_url, clock):
    settings = settings_for(vendor, store_url)
    settings["connections"]["psa"]["writes"] = ["notes.create_public", "notes.create_internal"]
    async with ServiceDesk(settings, clock=clock) as other:
        done = await declared(other, parent="T5")
        assert {row.state for row in done} == {None}
        assert all("does not grant" in row.why for row in done.items[1:])
    assert len((await hit.incidents.show(1)).tickets) == 2


async def test_who_sees_a_part_of_the_desk_declares_nothing_and_reads_of_no_other_client(hit):
    scope = Scope("psa", companies=["c2"])
    await hit.incidents.declare("Mail of Bolt & Co is down", tickets=["T1", "T3"])
    await hit.incidents.declare("VPN", tickets=["T4"])
    (one,) = await hit.incidents.list(scope=scope)
    assert (one.title, one.tickets, one.clients, one.parent) == ("(withheld: it names another client)", 1, 1, None)
    shown = await hit.incidents.show(1, scope=scope)
    assert [each.ticket for each in shown.tickets] == ["T3"]
    report = await hit.incidents.report(1, scope=scope)
    assert "Bolt" not in repr((shown, report))
    assert "T1" not in repr((shown, report))
    with pytest.raises(NotFoundLocallyError):
        await hit.incidents.show(2, scope=scope)


@pytest.mark.slow
async def test_what_came_at_once_is_suggested_and_put_under_it_together(hit):
    await declared(hit, "T1")
    assert [row.ticket for row in await hit.incidents.candidates(1)] == ["T2", "T3", "T4"]
    assert [row.ticket for row in await hit.incidents.candidates(1, scope=Scope("psa", companies=["c1"]))] == ["T2"]
    done = await hit.incidents.link(1, suggested=True)
    assert {row.ticket: row.state for row in done} == dict.fromkeys(("T2", "T3", "T4"), "confirmed")
    assert (await hit.incidents.candidates(1)).items == ()


@pytest.mark.slow
async def test_how_often_clients_are_told_is_decided_by_the_service_manager(hit, tmp_path):
    await applied(hit, tmp_path, '[incident_updates]\nevery = { P2 = "90 min" }\notherwise = "4 h"\n')
    for number, said, minutes in (
        (1, {"priority": Priority.P2}, 90),
        (2, {"priority": Priority.P3}, 240),
        (3, {"every_min": 20}, 20),
    ):
        await hit.incidents.declare(f"Incident {number}", tickets=[f"T{number}"], **said)
        one = (await hit.incidents.show(number)).incident
        assert one.due_at - one.declared_at == timedelta(minutes=minutes)


async def test_a_ticket_of_our_own_can_be_named_once_the_one_that_was_proposed_is_given_up(hit, vendor):
    done = await declared(of(hit, "coo"), "T1", "T3")
    with pytest.raises(WriteError, match="waits for a ticket of our own"):
        await hit.incidents.link(1, parent="T5")
    await hit.writes.discard([done.items[0].write])
    with pytest.raises(WriteError, match="stands under a ticket of our own"):
        await hit.incidents.link(1, parent="T4")
    named = await hit.incidents.link(1, parent="T5")
    assert (named.items[0].what, named.items[0].ticket) == (What.PARENT, "T5")
    assert problems(vendor) == {"1": "5", "3": "5"}
    assert (await hit.incidents.show(1)).incident.parent == "T5"
    with pytest.raises(WriteError, match="Incident 1 has a ticket of our own"):
        await hit.incidents.link(1, parent="T5")
