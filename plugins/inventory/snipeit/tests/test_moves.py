"""Parts go out and come back; what became of a lost answer is found in the log before anything is repeated."""

import asyncio
from dataclasses import replace

import pytest

from servicedesk_core.errors import MappingError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import FetchStatus, Found, Inconclusive, ProvenAbsent, Write
from servicedesk_snipeit.profile import RETURN, TAKE

TICKET = {"ticket_number": "T20260601.0001"}


def take(parent="components/1", quantity="1", key="k1", **values):
    return Write(key, TAKE, parent=parent, values={"quantity": quantity, **TICKET, **values})


def back(receipt, parent="components/1", quantity="1", key="r1"):
    return Write(key, RETURN, parent=parent, values={"quantity": quantity, **TICKET, "move_ref": receipt.ref})


def left(stand, kind="components", number=1):
    return stand.sandbox.stock.remaining(kind, stand.sandbox.stock.items[kind][number])


async def test_a_component_goes_into_the_device_with_the_serial_number(stand, snipeit):
    receipt = await snipeit.send_write(take(quantity="2", device_serial="czj635566t"))
    assert left(stand) == 3
    (row,) = stand.sandbox.stock.rows["components"].values()
    assert (row["target"], row["qty"]) == (("asset", 5), 2)
    assert row["note"] == "T20260601.0001 x2 [ref:k1]"
    (read,) = [one async for one in snipeit.fetch_records("stock_moves", [receipt.ref])]
    assert read.status is FetchStatus.FOUND
    move = snipeit.map_record("stock_moves", read.records[0].raw).entity
    assert (move.stock_level_ref, move.quantity, move.ticket_number) == ("components/1", 2, "T20260601.0001")


async def test_a_count_that_is_no_number_refuses_its_own_move_and_its_own_record(stand, snipeit):
    for odd in ("five", [5], "NaN", {}):
        row = {"id": 1, "name": "Odd", "qty": 5, "remaining": odd}
        match = {"method": "GET", "path": "/components/1$"}
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": row, "match": match}])
        with pytest.raises(RejectedError, match="is no number there"):
            await snipeit.send_write(take(holder="asset:5"))
        with pytest.raises(MappingError):
            snipeit.map_record("stock_levels", {"kind": "components"} | row)
    assert left(stand) == 5


async def test_only_the_row_of_a_checkout_can_be_checked_in(stand, snipeit):
    receipt = await snipeit.send_write(take(quantity="3", holder="asset:5"))
    await snipeit.send_write(back(receipt, quantity="2"))
    assert left(stand) == 4
    await snipeit.send_write(back(receipt, key="r2"))
    assert left(stand) == 5
    with pytest.raises(RejectedError, match="back already"):
        await snipeit.send_write(back(receipt, key="r3"))


async def test_pieces_of_an_accessory_come_back_one_by_one(stand, snipeit):
    receipt = await snipeit.send_write(take("accessories/1", quantity="2"))
    assert left(stand, "accessories") == 10
    with pytest.raises(RejectedError, match="one piece"):
        await snipeit.send_write(back(receipt, "accessories/1", quantity="2"))
    await snipeit.send_write(back(receipt, "accessories/1"))
    assert left(stand, "accessories") == 11


async def test_a_consumable_goes_to_a_user_and_never_comes_back(stand, snipeit):
    with pytest.raises(RejectedError, match="goes to a user"):
        await snipeit.send_write(take("consumables/1", holder="location:1"))
    receipt = await snipeit.send_write(take("consumables/1"))
    assert left(stand, "consumables") == 3
    with pytest.raises(RejectedError, match="no consumable back"):
        await snipeit.send_write(back(receipt, "consumables/1"))


async def test_an_asset_is_one_piece_and_only_on_the_shelf(stand, snipeit):
    receipt = await snipeit.send_write(take("hardware/1", holder="location:2"))
    assert stand.sandbox.stock.items["hardware"][1]["target"] == ("location", 2)
    for other in ("hardware/1", "hardware/3", "hardware/4"):
        with pytest.raises(RejectedError, match="somebody has it"):
            await snipeit.send_write(take(other, key="k2"))
    await snipeit.send_write(back(receipt, "hardware/1"))
    assert stand.sandbox.stock.items["hardware"][1]["target"] is None


async def test_a_device_that_nobody_knows_gets_nothing_unless_somebody_is_named(stand):
    async with stand.connector(holder=None) as connector:
        with pytest.raises(RejectedError, match="No asset has the serial number"):
            await connector.send_write(take("accessories/1", device_serial="unknown"))
        await connector.send_write(take("accessories/1", device_serial="unknown", holder="user:2", key="k2"))


async def test_more_than_there_are_and_parts_of_a_piece_are_refused_unsent(stand, snipeit):
    for quantity, why in (
        ("6", "There are 5"),
        ("0.5", "whole numbers only"),
        ("0", "whole pieces"),
        ("x", "whole pieces"),
    ):
        with pytest.raises(RejectedError, match=why):
            await snipeit.send_write(take(quantity=quantity, holder="asset:5"))
    assert stand.sandbox.acts == 0


async def test_a_refusal_comes_with_200_and_names_the_reason(stand, snipeit):
    body = {"status": "error", "messages": {"assigned_qty": ["Only 1 &amp; no more."]}, "payload": None}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"method": "POST"}}])
    with pytest.raises(RejectedError, match="Only 1 & no more"):
        await snipeit.send_write(take(holder="asset:5"))


async def test_of_two_who_take_the_last_ones_at_once_one_is_refused(stand, snipeit):
    wanted = (take(quantity="3", key=key, holder="asset:5") for key in ("k1", "k2"))
    told = await asyncio.gather(*map(snipeit.send_write, wanted), return_exceptions=True)
    assert sum(isinstance(one, RejectedError) for one in told) == 1
    assert left(stand) == 2


async def test_what_was_done_before_its_answer_got_lost_is_found_by_its_mark(stand, snipeit, clock):
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST"}}])
    write = replace(take(holder="asset:5"), attempted_at=clock.now())
    with pytest.raises(OutcomeUnknownError):
        await snipeit.send_write(write)
    assert await snipeit.find_write(write) == Found("components/1/1")
    other = replace(write, id="k2")
    assert isinstance(await snipeit.find_write(other), Inconclusive), "it may still be on its way"
    clock.advance(121)
    absent = await snipeit.find_write(other)
    assert isinstance(absent, ProvenAbsent)
    assert "components/1/1" in absent.canary, "the same search finds what is there"


async def test_a_success_that_the_log_does_not_show_yet_is_a_doubt(stand, snipeit, monkeypatch):
    monkeypatch.setattr(stand.sandbox.stock, "_note", lambda *_: None)
    with pytest.raises(OutcomeUnknownError, match="log does not show it"):
        await snipeit.send_write(take(holder="asset:5"))


async def test_an_answer_that_says_neither_is_a_doubt(stand, snipeit):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": {"ok": 1}, "match": {"method": "POST"}}])
    with pytest.raises(OutcomeUnknownError, match="neither"):
        await snipeit.send_write(take(holder="asset:5"))


async def test_a_long_list_of_holders_is_read_to_its_end(stand, snipeit):
    stand.sandbox.stock.items["components"][2]["qty"] = 200
    first = await snipeit.send_write(take("components/2", holder="asset:1", key="first"))
    for number in range(60):
        stand.sandbox.stock.check_out("components", 2, {"assigned_to": 5, "assigned_qty": 1, "note": str(number)})
    stand.sandbox.stock.rows["components"] = dict(reversed(stand.sandbox.stock.rows["components"].items()))
    await snipeit.send_write(back(first, "components/2"))
    assert left(stand, "components", 2) == 140
