"""Taking pieces from stock and giving them back, over real HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.errors import OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, Write

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def take(parent, quantity="1", *, id="w-1", **values):  # noqa: A002
    return Write(id, "stock_moves.take", parent=parent, values={"quantity": quantity, **values}, attempted_at=NOW)


def give_back(parent, move_ref, quantity="1", *, id="w-2", **values):  # noqa: A002
    values = {"quantity": quantity, "move_ref": move_ref, **values}
    return Write(id, "stock_moves.return", parent=parent, values=values, attempted_at=NOW)


def item(stand, ref):
    return stand.sandbox.records.get("stock", int(ref))


def notes(stand, ref):
    return [entry["notes"] for entry in stand.sandbox.records.all("track", item=int(ref))]


async def test_what_is_taken_stands_in_the_history_with_its_ticket_and_its_mark(shop, stand):
    written = await shop.send_write(
        take("1", Decimal(2), ticket_number="T2026.7001", device_serial="5CG1", note="swapped\nboth", part_name="SSD")
    )
    assert item(stand, 1)["quantity"] == "4"
    assert notes(stand, 1)[-1] == "ticket T2026.7001, device 5CG1: swapped both\n\n[ref:w-1]"
    assert written.ref == str(stand.sandbox.records.all("track", item=1)[-1]["pk"])
    assert await shop.find_write(take("1")) == Found(written.ref)
    back = await shop.send_write(give_back("1", written.ref, "1.5"))
    assert (item(stand, 1)["quantity"], back.warnings) == ("5.5", ())


async def test_the_last_piece_does_not_take_its_history_with_it(shop, stand):
    written = await shop.send_write(take("1", "6"))
    assert (item(stand, 1)["quantity"], item(stand, 1)["delete_on_deplete"]) == ("0", False)
    assert await shop.find_write(take("1", "6")) == Found(written.ref)
    await shop.send_write(give_back("1", written.ref, "6"))
    assert item(stand, 1)["quantity"] == "6"


async def test_an_item_that_is_gone_proves_nothing(shop, stand):
    await shop.send_write(take("3", id="another"))
    stand.sandbox.room.drop(item(stand, 1))
    shop.ctx.clock.instant = NOW + timedelta(hours=1)
    looked = await shop.find_write(take("1"))
    assert isinstance(looked, Inconclusive)
    assert "gone" in looked.reason
    with pytest.raises(RejectedError, match="no such stock item"):
        await shop.send_write(take("1"))


async def test_more_than_there_is_is_refused_before_it_is_sent(shop, stand):
    for write in (take("1", "7"), take("1", "0"), take("1", "0.123456"), take("6", "1"), take("4", "0.5")):
        with pytest.raises(RejectedError, match=r"Nothing was moved|Not sent"):
            await shop.send_write(write)
    assert stand.sandbox.room.moves == 0


async def test_a_piece_with_a_serial_number_goes_to_a_company_and_comes_back(shop, stand):
    written = await shop.send_write(take("4", ticket_number="T-1"))
    assert (item(stand, 4)["customer"], item(stand, 4)["location"]) == (2, None)
    assert await shop.find_write(take("4")) == Found(written.ref)
    await shop.send_write(give_back("4", written.ref))
    assert (item(stand, 4)["customer"], item(stand, 4)["location"]) == (None, 1)  # the part's default location
    with pytest.raises(RejectedError, match="already"):
        await shop.send_write(give_back("4", written.ref, id="w-3"))


async def test_the_company_may_be_named_and_is_asked_for_when_nobody_did(stand):
    async with stand.connector(customer=None) as shop:
        with pytest.raises(RejectedError) as refused:
            await shop.send_write(take("4"))
        assert "customer" in str(refused.value.hint)
        await shop.send_write(take("4", holder="company:2"))
    assert item(stand, 4)["customer"] == 2


async def test_what_the_server_refuses_is_said_in_its_words(shop, stand):
    stand.sandbox.records.save("part", {**stand.sandbox.records.get("part", 3), "salable": False})
    with pytest.raises(RejectedError, match="Part must be salable"):
        await shop.send_write(take("4"))
    assert stand.sandbox.room.moves == 0


async def test_a_place_that_nobody_named_is_asked_for(stand):
    part = stand.sandbox.records.get("part", 3)
    stand.sandbox.records.save("part", {**part, "default_location": None})
    async with stand.connector() as shop:
        taken = (await shop.send_write(take("4"))).ref
        with pytest.raises(RejectedError, match="where the piece is to be put"):
            await shop.send_write(give_back("4", taken))
    async with stand.connector(return_location=3) as shop:
        await shop.send_write(give_back("4", taken))
    assert item(stand, 4)["location"] == 3


async def test_only_what_was_taken_there_is_given_back(shop, stand):
    taken = (await shop.send_write(take("1", "2"))).ref
    for write in (give_back("1", taken, "3"), give_back("2", taken), give_back("1", "999"), give_back("1", "x")):
        with pytest.raises(RejectedError, match="Nothing was moved"):
            await shop.send_write(write)
    assert stand.sandbox.room.moves == 1


async def test_absence_is_proven_only_after_the_server_had_time(shop):
    early = await shop.find_write(take("1"))
    assert isinstance(early, Inconclusive)
    assert early.ask_again_at == NOW + timedelta(seconds=120)
    shop.ctx.clock.instant = NOW + timedelta(seconds=120)
    assert isinstance(await shop.find_write(take("1")), Inconclusive)  # nothing shows yet that the search works
    await shop.send_write(take("3", id="another"))
    assert isinstance(await shop.find_write(take("1")), ProvenAbsent)


async def test_a_mark_that_somebody_copied_is_left_to_a_person(shop, stand):
    await shop.send_write(take("1"))
    stand.sandbox.room.act("add", {"items": [{"pk": 1, "quantity": "1"}], "notes": "undo of [ref:w-1]"})
    assert isinstance(await shop.find_write(take("1")), Inconclusive)
    assert isinstance(await shop.find_write(take("1", id="w-11")), Inconclusive)  # not yet: the mark is another


async def test_a_lost_answer_is_looked_up_and_not_sent_again(shop, stand):
    stand.sandbox.faults([{"kind": "timeout_after_commit", "seconds": 0.05, "match": {"path": "/remove/"}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(take("1", "2"))
    assert isinstance(await shop.find_write(take("1", "2")), Found)
    assert item(stand, 1)["quantity"] == "4"


async def test_success_without_an_entry_is_a_doubt(shop, stand):
    nothing = {"count": 0, "next": None, "previous": None, "results": []}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": nothing, "match": {"path": "/track/$"}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(take("1"))


async def test_somebody_else_at_the_same_shelf_is_told_of(shop, stand):
    look = {**item(stand, 1)}
    real = stand.sandbox.room.act

    def meanwhile(name, body):
        real("remove", {"items": [{"pk": 1, "quantity": "3"}], "notes": "by hand"})
        return real(name, body)

    stand.sandbox.room.act = meanwhile
    try:
        written = await shop.send_write(take("1", "2"))
    finally:
        del stand.sandbox.room.act
    assert look["quantity"] == "6"
    assert "1 are left, not 4" in written.warnings[0]


async def test_a_server_with_another_history_is_sent_nothing(stand_with):
    with stand_with(api_version=566) as newer:
        async with newer.connector() as shop:
            with pytest.raises(UnsupportedError):
                await shop.send_write(take("1"))
            assert isinstance(await shop.find_write(take("1")), Inconclusive)
            parts, levels = await shop.check_connection(("parts", "stock_levels"))
            assert (parts.note, levels.readable, "none is sent" in levels.note) == ("", True, True)
        assert newer.sandbox.room.moves == 0


async def test_a_long_note_is_refused_and_the_longest_fits(shop, stand):
    longest = 300 - len("\n\n[ref:") - 36 - 1
    values = {"ticket_number": "T" * 60, "device_serial": "S" * 60, "note": "n" * longest}
    await shop.send_write(take("1", id="0" * 36, **values))
    assert len(notes(stand, 1)[-1]) <= 512
    with pytest.raises(RejectedError):
        await shop.send_write(take("1", note="n" * (longest + 1)))
