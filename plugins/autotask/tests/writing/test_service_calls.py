"""One service call with its tickets and technicians: whole, gone on with, or said to be partly there."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.autotask.tests.writing.conftest import row, sent, write
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, WriteNotGrantedError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, WriteReceipt

SLOT = {"start_at": "2026-12-01T09:00:00Z", "end_at": "2026-12-01T11:00:00Z"}
LINK, PERSON, CALL = "/ServiceCalls/[0-9]+/Tickets$", "/ServiceCallTickets/[0-9]+/Resources$", "/ServiceCalls$"
LOST = {"kind": "drop_after"}
REFUSED = {"kind": "status", "status": 500, "body": {"errors": ["The ticket is complete."]}}
BUSY = {"kind": "status", "status": 429, "body": {"errors": ["request threshold of 10000 requests per hour"]}}


def fail(desk, path, fault, method="POST", times=1):
    desk.sandbox.faults([{**fault, "times": times, "match": {"method": method, "path": path}}])


def people(desk, most=2):
    return sorted({pair["resourceID"] for pair in desk.sandbox.store.select("ResourceServiceDeskRoles")})[:most]


def visit(desk, tickets, technicians=None, **more):
    """Return a visit; its key is that of its first ticket, which each test has of its own."""
    values = {"company_ref": "0", "description": "Swap the switch", "ticket_refs": list(tickets), **SLOT, **more}
    refs = [str(one) for one in technicians or people(desk)]
    return write("appointments.create", id=f"visit-{tickets[0]}", **values, technician_refs=refs)


def unit(desk, ref):
    """Return what the vendor has of a service call: its tickets, and the resources on each."""
    store, call = desk.sandbox.store, int(ref.removeprefix("service-call-"))
    links = store.select("ServiceCallTickets", '"serviceCallID" = ?', (call,))
    of = {
        link["id"]: store.select("ServiceCallTicketResources", '"serviceCallTicketID" = ?', (link["id"],))
        for link in links
    }
    return {str(link["ticketID"]): [one["resourceID"] for one in of[link["id"]]] for link in links}


def calls(desk):
    return len(desk.sandbox.store.select("ServiceCalls"))


def later(act):
    """The same write, when all that it began has certainly ended."""
    return replace(act, attempted_at=act.attempted_at - timedelta(minutes=10))


async def shown(psa, ref):
    (outcome,) = [one async for one in psa.fetch_records("appointments", [ref])]
    return psa.map_record("appointments", outcome.records[0].raw).entity


@pytest.fixture
async def two(psa):
    ticket = {"title": "Dock", "company_ref": "0", "priority": "P2", "queue_ref": "29682833"}
    return [(await psa.send_write(write("tickets.create", id=uuid.uuid4().hex, **ticket))).ref for _ in range(2)]


async def test_a_visit_is_one_unit_and_reads_back_as_it_was_asked_for(psa, desk, two):
    receipt = await psa.send_write(visit(desk, two))
    assert receipt.refused == {}
    assert unit(desk, receipt.ref) == dict.fromkeys(two, people(desk))
    record = await shown(psa, receipt.ref)
    assert (record.ticket_refs, record.description, record.state) == (tuple(two), "Swap the switch", "booked")
    assert (
        f"[ref:visit-{two[0]}]" in row(desk, "ServiceCalls", receipt.ref.removeprefix("service-call-"))["description"]
    )


@pytest.mark.parametrize("step", [CALL, LINK, PERSON])
@pytest.mark.parametrize("fault", [LOST, {"kind": "drop_before"}], ids=["done", "not-done"])
async def test_what_broke_off_is_found_by_its_key_and_gone_on_with(psa, desk, two, step, fault):
    act, before = visit(desk, two), calls(desk)
    await psa.send_write(replace(visit(desk, two[:1]), id=f"earlier-{two[0]}"))
    fail(desk, step, fault)
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(act)
    assert isinstance(await psa.find_write(act), Inconclusive), "it may still be under way"
    found = await psa.find_write(later(act))
    assert isinstance(found, ProvenAbsent)
    assert bool(found.begun) is (step != CALL or fault is LOST)
    receipt = await psa.send_write(act)
    assert (receipt.refused, calls(desk)) == ({}, before + 2)
    assert unit(desk, receipt.ref) == dict.fromkeys(two, people(desk)), "nothing lacks, nothing is there twice"
    assert await psa.find_write(act) == Found(receipt.ref)


async def test_a_quota_that_ends_in_the_middle_is_a_doubt_and_before_it_nothing(psa, desk, two):
    fail(desk, LINK, BUSY, times=10)
    with pytest.raises(OutcomeUnknownError, match="not all that belongs to it"):
        await psa.send_write(visit(desk, two))


@pytest.mark.parametrize(("step", "field"), [(LINK, "ticket_refs"), (PERSON, "technician_refs")])
async def test_a_refused_link_is_told_and_the_rest_stands(psa, desk, two, step, field):
    fail(desk, step, REFUSED)
    receipt = await psa.send_write(visit(desk, two))
    assert list(receipt.refused) == [field]
    assert "The ticket is complete" in receipt.refused[field]
    had = unit(desk, receipt.ref)
    # A change of what is there mends it.
    record = await shown(psa, receipt.ref)
    base = {"ticket_refs": list(record.ticket_refs), "technician_refs": list(record.technician_refs)}
    wanted = {"ticket_refs": two, "technician_refs": [str(one) for one in people(desk)]}
    mended = await psa.send_write(write("appointments.change", target=receipt.ref, base=base, **wanted))
    assert (had != unit(desk, receipt.ref)) or field == "technician_refs"
    assert set(unit(desk, receipt.ref)) == set(two)
    assert mended.refused == {}
    # And cancelling takes it back.
    back = write("appointments.cancel", target=receipt.ref, base={"state": "booked"}, state="cancelled")
    assert (await psa.send_write(back)).refused == {}
    assert (await shown(psa, receipt.ref)).state == "cancelled"


async def test_a_change_moves_the_slot_and_exchanges_people_and_tickets(psa, desk, two):
    ref = (await psa.send_write(visit(desk, two[:1], people(desk)[:1]))).ref
    base = {"start_at": SLOT["start_at"], "ticket_refs": two[:1], "technician_refs": [str(people(desk)[0])]}
    values = {"start_at": "2026-12-01T10:00:00Z", "ticket_refs": two[1:], "technician_refs": [str(people(desk)[1])]}
    act = write("appointments.change", target=ref, base=base, **values)
    assert (await psa.send_write(act)).refused == {}
    assert unit(desk, ref) == {two[1]: [people(desk)[1]]}
    assert (await shown(psa, ref)).start_at.hour == 10
    assert await psa.find_write(act) == Found(ref)
    again = await psa.send_write(act)
    assert "nothing was sent" in again.warnings[0]


async def test_a_change_that_broke_off_is_gone_on_with(psa, desk, two):
    ref = (await psa.send_write(visit(desk, two[:1], people(desk)[:1]))).ref
    base = {"end_at": SLOT["end_at"], "technician_refs": [str(people(desk)[0])]}
    values = {"end_at": "2026-12-01T12:00:00Z", "technician_refs": [str(one) for one in people(desk)]}
    act = write("appointments.change", target=ref, base=base, **values)
    fail(desk, PERSON, {"kind": "drop_before"})
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(act)
    found = await psa.find_write(later(act))
    assert isinstance(found, ProvenAbsent)
    assert found.begun == ref
    await psa.send_write(act)
    assert unit(desk, ref) == {two[0]: people(desk)}


async def test_an_exchange_that_broke_off_between_who_comes_and_who_goes_is_gone_on_with(psa, desk, two):
    first, second = people(desk)
    ref = (await psa.send_write(visit(desk, two[:1], [first]))).ref
    act = write("appointments.change", target=ref, base={"technician_refs": [str(first)]},
                technician_refs=[str(second)])  # fmt: skip
    fail(desk, "/ServiceCallTickets/[0-9]+/Resources/[0-9]+$", {"kind": "drop_before"}, method="DELETE")
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(act)
    assert unit(desk, ref) == {two[0]: [first, second]}
    found = await psa.find_write(later(act))
    assert isinstance(found, ProvenAbsent)
    assert found.begun == ref
    await psa.send_write(act)
    assert unit(desk, ref) == {two[0]: [second]}


async def test_a_ticket_that_was_added_without_its_technician_is_not_whole(psa, desk, two):
    who = people(desk)[0]
    ref = (await psa.send_write(visit(desk, two[:1], [who]))).ref
    act = write("appointments.change", target=ref, base={"ticket_refs": two[:1]}, ticket_refs=two)
    fail(desk, PERSON, {"kind": "drop_before"})
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(act)
    assert unit(desk, ref) == {two[0]: [who], two[1]: []}
    assert isinstance(await psa.find_write(act), Inconclusive), "it may still be under way"
    found = await psa.find_write(later(act))
    assert isinstance(found, ProvenAbsent)
    assert found.begun == ref
    await psa.send_write(act)
    assert unit(desk, ref) == {one: [who] for one in two}
    assert await psa.find_write(act) == Found(ref)


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_at": SLOT["start_at"]},
        {"ticket_refs": []},
        {"technician_refs": []},
        {"ticket_refs": ["T20261120.0001"]},
        {"state": "completed"},
    ],
    ids=["ends-before", "no-ticket", "nobody", "no-id", "not-its-field"],
)
async def test_what_cannot_be_is_refused_before_anything_is_sent(psa, desk, two, wrong):
    before = len(sent(desk))
    act = visit(desk, two)
    wrong_act = replace(act, values={**act.values, **wrong})
    with pytest.raises(RejectedError):
        await psa.send_write(wrong_act)
    assert await psa.check_write(wrong_act, None)
    assert len(sent(desk)) == before


async def test_a_change_keeps_the_mark_and_nobody_elses_appointment_is_touched(psa, desk, two):
    ref = (await psa.send_write(visit(desk, two))).ref
    change = write("appointments.change", target=ref, base={"description": "Swap the switch"}, description="Bring two")
    receipt = await psa.send_write(change)
    assert isinstance(receipt, WriteReceipt)
    assert row(desk, "ServiceCalls", ref.removeprefix("service-call-"))["description"].endswith(f"[ref:visit-{two[0]}]")
    assert (await shown(psa, ref)).description == "Bring two"
    with pytest.raises(RejectedError, match="none that"):
        await psa.send_write(replace(change, target="appointment-1001"))


async def test_each_act_needs_its_own_grant(desk, two):
    async with desk.connector(grants=("appointments.create", "appointments.change")) as psa:
        ref = (await psa.send_write(visit(desk, two))).ref
        with pytest.raises(WriteNotGrantedError):
            await psa.send_write(write("appointments.cancel", target=ref, base={"state": "booked"}, state="cancelled"))
    async with desk.connector(grants=("appointments.change",)) as psa:
        wanted = {"technician_refs": [str(people(desk)[0])]}
        base = {"technician_refs": [str(one) for one in people(desk)]}
        await psa.send_write(write("appointments.change", target=ref, base=base, **wanted))
        assert unit(desk, ref) == dict.fromkeys(two, people(desk)[:1])


async def test_a_helper_and_a_step_are_added_once_and_a_helper_is_taken_away(psa, desk, ticket):
    helper = str(people(desk)[0])
    pairs = [one for one in desk.sandbox.store.select("ResourceServiceDeskRoles") if str(one["resourceID"]) == helper]
    for kind, values in (
        ("secondary_resources.create", {"technician_ref": helper, "role_ref": str(pairs[0]["roleID"])}),
        ("checklist_items.create", {"name": "Call the contact", "is_important": True}),
    ):
        act = write(kind, parent=ticket, **values)
        first = await psa.send_write(act)
        again = await psa.send_write(replace(act, id="w-2"))
        assert again.ref == first.ref
        assert "already" in again.warnings[0]
        assert await psa.find_write(act) == Found(first.ref)
    (row_of,) = desk.sandbox.store.select("TicketSecondaryResources", '"ticketID" = ?', (int(ticket),))
    away = write(
        "secondary_resources.delete", target=str(row_of["id"]), base={"technician_ref": helper}, technician_ref=None
    )
    assert isinstance(await psa.find_write(later(away)), ProvenAbsent)
    assert (await psa.send_write(away)).ref == str(row_of["id"])
    assert await psa.find_write(away) == Found(str(row_of["id"]))


async def test_a_step_is_ticked_and_taken_back_and_nobody_ticks_over_somebody_else(psa, desk, ticket):
    made = await psa.send_write(write("checklist_items.create", parent=ticket, name="Look at the log"))
    tick = write("checklist_items.update", target=made.ref, base={"is_completed": None}, is_completed=True)
    assert (await psa.send_write(tick)).ref == made.ref
    assert await psa.find_write(tick) == Found(made.ref)
    (row,) = desk.sandbox.store.select("TicketChecklistItems", "id = ?", (int(made.ref),))
    assert (row["isCompleted"], row["completedDateTime"] is not None) == (True, True)
    again = await psa.send_write(replace(tick, id="w-2"))
    assert "already" in again.warnings[0]
    back = write("checklist_items.update", target=made.ref, base={"is_completed": True}, is_completed=False)
    await psa.send_write(back)
    (row,) = desk.sandbox.store.select("TicketChecklistItems", "id = ?", (int(made.ref),))
    assert (row["isCompleted"], row["completedDateTime"]) == (False, None)
