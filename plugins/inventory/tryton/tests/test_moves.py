"""Taking pieces from stock and giving them back, over real HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.errors import NetworkError, OutcomeUnknownError, RejectedError, TransientError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, Write

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SSD, DOCK, CABLE, SHELF, VAN, CLIENTS = 1, 3, 4, 9, 10, 11


def take(parent="9-1", quantity="1", *, id="w-1", **values):  # noqa: A002
    return Write(id, "stock_moves.take", parent=parent, values={"quantity": quantity, **values}, attempted_at=NOW)


def give_back(parent, move_ref, quantity="1", *, id="w-2", **values):  # noqa: A002
    values = {"quantity": quantity, "move_ref": move_ref, **values}
    return Write(id, "stock_moves.return", parent=parent, values=values, attempted_at=NOW)


async def test_what_is_taken_lies_with_the_clients_and_names_its_ticket_and_its_mark(tryton, stand):
    written = await tryton.send_write(
        take(quantity=Decimal(2), ticket_number="T2026.7001", device_serial="5CG1", note="swapped\nboth")
    )
    (shipment,) = stand.shipments()
    assert shipment["reference"] == "ticket T2026.7001, device 5CG1: swapped both [ref:w-1]"
    assert (written.ref, shipment["state"], shipment["number"]) == (str(shipment["id"]), "done", "1")
    assert (stand.lies(SHELF, SSD), stand.lies(CLIENTS, SSD)) == (4, 2)
    assert await tryton.find_write(take()) == Found(written.ref)
    await tryton.send_write(give_back("9-1", written.ref))
    assert (stand.lies(SHELF, SSD), stand.lies(CLIENTS, SSD)) == (5, 1)


async def test_a_piece_with_a_serial_number_is_that_very_piece(tryton, stand):
    written = await tryton.send_write(take("9-3-2"))
    assert [stand.lies(SHELF, DOCK, lot) for lot in (1, 2)] == [1, 0]
    with pytest.raises(RejectedError, match="Only 0"):
        await tryton.send_write(take("9-3-2", id="w-3"))
    with pytest.raises(RejectedError, match="no such movement"):
        await tryton.send_write(give_back("9-3-1", written.ref))
    await tryton.send_write(give_back("9-3-2", written.ref))
    assert stand.lies(SHELF, DOCK, 2) == 1


@pytest.mark.parametrize(
    ("parent", "quantity", "said"),
    [
        ("9-1", "7", "Only 6 can be taken"), ("9-1", "0", "more than nothing"), ("9-1", "0.5", "0 decimal places"),
        ("10-4", "0.125", "2 decimal places"), ("9-5", "1", "Only 0"), ("99-1", "1", "no such place"),
        ("11-1", "1", "no such place"), ("x", "1", "no stock level"),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_refused_before_it_is_sent(tryton, stand, parent, quantity, said):
    with pytest.raises(RejectedError, match=said):
        await tryton.send_write(take(parent, quantity))
    assert stand.shipments() == []


async def test_what_is_assigned_to_somebody_lies_there_and_cannot_be_taken(tryton, stand):
    reserve(stand, 5)
    with pytest.raises(RejectedError, match="Only 1 can be taken"):
        await tryton.send_write(take(quantity="2"))
    assert stand.lies(SHELF, SSD) == 6


async def test_stock_that_is_taken_twice_at_once_is_taken_once(tryton, stand):
    """Between the look and the shipment somebody else sets the pieces aside: the server's word counts."""
    before(stand, "create", lambda: reserve(stand, 5))
    with pytest.raises(RejectedError, match="not so many any more"):
        await tryton.send_write(take(quantity="2"))
    assert [row["state"] for row in stand.shipments()] == ["assigned", "cancelled"]
    assert stand.lies(SHELF, SSD) == 6


async def test_what_the_server_assigned_to_two_at_once_is_not_taken(tryton, stand):
    def at_once():
        reserve(stand, 5)
        stand.sandbox.shipping.is_careless = True

    before(stand, "assign_try", at_once)
    with pytest.raises(RejectedError, match="not so many any more"):
        await tryton.send_write(take(quantity="2"))
    assert [row["state"] for row in stand.shipments()] == ["cancelled", "assigned"]
    assert stand.lies(SHELF, SSD) == 6


async def test_the_place_may_be_named_and_is_asked_for_when_nobody_did(stand):
    async with stand.connector(taken_to=None) as tryton:
        with pytest.raises(RejectedError) as refused:
            await tryton.send_write(take())
        assert "taken_to" in str(refused.value.hint)
        await tryton.send_write(take(holder="location:4"))
    assert stand.lies(4, SSD) == -7  # eight were counted in from there


async def test_only_what_was_taken_there_is_given_back(tryton, stand):
    taken = (await tryton.send_write(take(quantity="2"))).ref
    for write in (
        give_back("9-1", taken, "3"),
        give_back("10-1", taken),
        give_back("9-1", "999"),
        give_back("9-1", "x"),
    ):
        with pytest.raises(RejectedError, match="Nothing was moved"):
            await tryton.send_write(write)
    assert stand.sandbox.shipping.done == 1


async def test_absence_is_proven_only_after_the_server_had_time(tryton):
    early = await tryton.find_write(take())
    assert isinstance(early, Inconclusive)
    assert early.ask_again_at == NOW + timedelta(seconds=120)
    tryton.ctx.clock.instant = NOW + timedelta(seconds=120)
    assert isinstance(await tryton.find_write(take()), Inconclusive)  # nothing shows yet that the search works
    await tryton.send_write(take("10-1", id="another"))
    assert isinstance(await tryton.find_write(take()), ProvenAbsent)


async def test_a_mark_is_that_very_mark_though_a_search_finds_more(tryton, stand):
    await tryton.send_write(take(id="w_1"))
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    assert isinstance(await tryton.find_write(take(id="wx1")), ProvenAbsent)
    await tryton.send_write(take(id="wx1"))  # of w_1 the pattern of the search would find it, too
    assert await tryton.find_write(take(id="w_1")) == Found("1")


@pytest.mark.parametrize("act", ["create", "wait", "assign_try", "do"])
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_wherever_a_movement_breaks_off_it_is_gone_on_with_and_none_is_made_anew(tryton, stand, act, fault):
    await tryton.send_write(take("10-1", id="earlier"))
    stand.sandbox.faults([{"kind": fault, "path": rf"internal\.{act}$"}])
    with pytest.raises((OutcomeUnknownError, TransientError)):
        await tryton.send_write(take(quantity="2"))
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    found = await tryton.find_write(take(quantity="2"))
    if act == "do" and fault == "drop_after":
        assert isinstance(found, Found)
    else:
        assert isinstance(found, ProvenAbsent)  # nothing was moved yet
        assert isinstance(await tryton.find_write(take(id="another", quantity="2")), ProvenAbsent)
        await tryton.send_write(take(quantity="2"))
    assert (stand.lies(SHELF, SSD), len(stand.shipments())) == (4, 2)


async def test_a_draft_may_still_be_on_its_way_at_first(tryton, stand):
    stand.sandbox.faults([{"kind": "drop_after", "path": r"internal\.create$"}])
    with pytest.raises(OutcomeUnknownError):
        await tryton.send_write(take())
    found = await tryton.find_write(take())
    assert isinstance(found, Inconclusive)
    assert found.ask_again_at == NOW + timedelta(seconds=120)


async def test_a_question_of_the_server_refuses_the_write_unless_it_is_always_meant(stand):
    stand.sandbox.asks["stock.shipment.internal.do"] = "effective_date_future"
    async with stand.connector() as tryton:
        with pytest.raises(RejectedError, match="asks before it does this") as refused:
            await tryton.send_write(take())
        assert "'effective_date_future'" in str(refused.value.hint)
    assert [row["state"] for row in stand.shipments()] == ["cancelled"]
    async with stand.connector(answered_warnings=("effective_date_future",)) as tryton:
        await tryton.send_write(take())
        stand.sandbox.asks["stock.shipment.internal.wait"] = "another"
        with pytest.raises(RejectedError, match="asks before"):
            await tryton.send_write(take(id="w-2"))
    assert stand.lies(SHELF, SSD) == 5
    assert stand.sandbox.records.all("res.user.warning") == []  # the answer counted once


async def test_who_takes_the_shipment_further_at_the_same_moment_is_no_harm(tryton, stand):
    before(stand, "do", lambda: stand.sandbox.shipping.act("do", stand.shipments()[-1]))
    written = await tryton.send_write(take())
    assert (written.refused, stand.lies(SHELF, SSD), stand.sandbox.shipping.done) == ({}, 5, 1)


async def test_a_shipment_that_somebody_cancels_meanwhile_is_refused(tryton, stand):
    before(stand, "do", lambda: stand.sandbox.shipping.act("cancel", stand.shipments()[-1]))
    with pytest.raises(RejectedError, match="cancelled"):
        await tryton.send_write(take())
    assert stand.lies(SHELF, SSD) == 6


async def test_a_draft_that_cannot_be_done_nor_cancelled_is_left_to_a_person(tryton, stand):
    refused = {"kind": "status", "status": 200, "body": {"error": ["UserError", ["A period is closed.", "", None]]}}
    stand.sandbox.faults([{**refused, "path": r"internal\.(do|cancel)$", "times": None}])
    written = await tryton.send_write(take())
    assert "is not done: Tryton refused it: A period is closed." in written.refused["quantity"]
    assert stand.lies(SHELF, SSD) == 6


async def test_a_failure_within_the_server_is_a_doubt(tryton, stand):
    broken = {"kind": "status", "status": 200, "body": {"error": ["'NoneType' object has no attribute 'x'", ""]}}
    stand.sandbox.faults([{**broken, "path": r"internal\.create$"}])
    with pytest.raises(OutcomeUnknownError):
        await tryton.send_write(take())


async def test_a_long_note_is_refused_and_a_session_that_ended_is_begun_anew(tryton, stand):
    with pytest.raises(RejectedError):
        await tryton.send_write(take(note="n" * 301))
    await tryton.vendor_identity()
    stand.sandbox.end_sessions()
    await tryton.send_write(take())
    assert stand.sandbox.requests["common.db.login"] == 2


async def test_a_server_that_is_away_is_told_apart_from_a_refusal(tryton, stand):
    await tryton.vendor_identity()
    stand.sandbox.faults([{"kind": "drop_before", "times": None}])
    with pytest.raises(NetworkError):
        await tryton.send_write(take())


def reserve(stand, quantity):
    moved = {"company": 1, "from_location": SHELF, "to_location": CLIENTS}
    move = {**moved, "product": SSD, "unit": 1, "quantity": quantity}
    shipping = stand.sandbox.shipping
    (ref,) = shipping.create([{**moved, "reference": "by hand", "moves": [["create", [move]]]}])
    for act in ("wait", "assign_try"):
        shipping.act(act, stand.sandbox.records.get("stock.shipment.internal", ref))


def before(stand, act, happens):
    """Let something happen directly before a method of shipments is called, once."""
    real = stand.sandbox.answer

    def answer(request):
        if request.json().get("method", "").endswith(f"internal.{act}"):
            del stand.sandbox.answer
            happens()
        return real(request)

    stand.sandbox.answer = answer
