"""Placing orders: what is shown before, what is ordered, what is refused, and what is cancelled."""

from decimal import Decimal

import pytest

from servicedesk_core.domain import Company
from servicedesk_core.errors import (
    NotFoundLocallyError,
    SettingsError,
    WriteError,
    WriteNotGrantedError,
)
from tests.parts.orders import SHOP, lines

pytestmark = pytest.mark.slow  # many desks with much in them


async def test_what_it_costs_is_shown_before_and_ordered_under_our_number(desk, shop):
    found = await desk.parts.order("T-7", "wd19s", source="shop", quantity=2)
    (line,) = found.lines
    assert (line.part_number, line.unit_cost, line.cost, line.available, line.ticket) == ("D1", 100, 200, 9, "T-7")
    assert (found.total, found.currency, found.write.state) == (200, "EUR", "proposed")
    assert not shop.all("order"), "nothing is ordered before it is approved"
    assert "100" not in str(found.write.changes), "whoever sees a write may not see what it costs"
    (row,) = await lines(desk)
    assert (row.order, row.state, row.outstanding, row.cost) == (found.number, "proposed", 2, 200)
    await desk.writes.approve([found.write.id], send=True)
    (order,) = shop.all("order")
    assert order["reference"] == found.number
    assert order["lines"][0]["price"] == "100"
    (row,) = await lines(desk, ticket="T-7")
    told = (row.order, row.reference, row.state, row.quantity, row.outstanding, row.ticket_ref, row.write)
    assert told == ("SO-1", found.number, "placed", 2, 2, "7", found.write.id)


async def test_a_lost_answer_is_looked_for_by_our_number_and_not_sent_again(desk, shop):
    shop.fail_next("lost_answer")
    found = await desk.parts.order("T-7", "D1", source="shop", request_id="r1", send=True)
    again = await desk.parts.order("T-7", "D1", source="shop", request_id="r1", send=True)
    assert (again.write.state, again.write.id, again.write.ref) == ("confirmed", found.write.id, "1")
    assert len(shop.all("order")) == 1
    assert again.lines[0].cost == 100


async def test_nothing_is_ordered_of_what_moved_since_it_was_approved(desk, shop):
    cases = {
        "costs more": {"price": "100.01"},
        "EUR now|USD now": {"price": "90", "currency": "USD"},
        "not stated": {"price": None},
        "not offered": {"orderable": False},
    }
    for problem, offered in cases.items():
        shop.offer("D1", mpn="WD19S")
        found = await desk.parts.order(stock="D1", source="shop")
        shop.offer("D1", mpn="WD19S", **offered)
        (view,) = await desk.writes.approve([found.write.id], send=True)
        assert view.state == "rejected"
        assert any(one in view.error for one in problem.split("|")), view.error
        assert "100" not in view.error
    assert not shop.all("order")
    assert not await lines(desk, still_open=True)


async def test_a_higher_price_within_what_was_allowed_is_ordered_and_one_above_is_not_proposed(desk, shop):
    found = await desk.parts.order(stock="D1", source="shop", max_price=Decimal(110))
    shop.offer("D1", price="109.99")
    (view,) = await desk.writes.approve([found.write.id], send=True)
    assert view.state == "confirmed"
    with pytest.raises(WriteError, match="--max-price"):
        await desk.parts.order(stock="D1", source="shop", max_price=Decimal("109.98"))


async def test_what_has_no_price_is_ordered_only_when_somebody_says_so(desk, shop):
    shop.offer("D1", price=None)
    with pytest.raises(WriteError, match="Nobody states what D1 costs") as caught:
        await desk.parts.order(stock="D1", source="shop")
    assert "--without-price" in caught.value.hint
    found = await desk.parts.order(stock="D1", source="shop", without_price=True, send=True)
    assert (found.write.state, found.total, found.lines[0].unit_cost) == ("confirmed", None, None)


@pytest.mark.parametrize(
    ("offered", "problem"),
    [({"orderable": False}, "cannot be ordered"), ({"active": False}, "made no more")],
)
async def test_what_cannot_be_had_is_not_proposed(desk, shop, offered, problem):
    shop.offer("D1", **offered)
    with pytest.raises(WriteError, match=problem):
        await desk.parts.order(stock="D1", source="shop")
    shop.offer("D1", available="1")
    with pytest.raises(WriteError, match="Only 1 of D1"):
        await desk.parts.order(stock="D1", source="shop", quantity=2, no_back_orders=True)


async def test_what_is_not_clear_is_asked_and_never_guessed(desk):
    with pytest.raises(NotFoundLocallyError, match="several parts") as caught:
        await desk.parts.order("T-7", "d", source="shop")
    assert "D1 (Dock), D2 (Cable)" in caught.value.hint
    with pytest.raises(NotFoundLocallyError, match='offers no "X9"'):
        await desk.parts.order("T-7", "X9", source="shop")
    with pytest.raises(SettingsError, match="for which ticket"):
        await desk.parts.order("T-7", source="shop")
    with pytest.raises(SettingsError, match="finds parts"):
        await desk.parts.order("T-7", "D1", source="psa")


async def test_it_goes_to_the_client_where_somebody_says_so(desk, shop, given):
    found = await desk.parts.order("T-7", "D1", source="shop", to_client=True)
    address = next(one.after for one in found.write.changes if one.field == "ship_to")
    assert (address["name"], address["city"], address["country"]) == ("Bolt & Co", "Reno", "US")
    given(Company(external_id="c1", name="Bolt & Co", address="9 High St", city="Reno", country="Nevada"))
    with pytest.raises(NotFoundLocallyError, match="not known as a whole"):
        await desk.parts.order("T-7", "D1", source="shop", to_client=True)


async def test_what_is_not_granted_is_not_proposed(desk_of, shop):
    connection = {"connector": f"{SHOP}:Shop", "path": shop.path}
    async with desk_of(connections={"shop": connection}) as desk:
        with pytest.raises(WriteNotGrantedError, match="does not grant"):
            await desk.parts.order(stock="D1", source="shop")


async def test_an_equal_order_that_is_open_is_told_of(desk):
    first = await desk.parts.order("T-7", "D1", source="shop")
    other = await desk.parts.order("T-7", "D2", source="shop")
    again = await desk.parts.order("T-7", "D1", source="shop")
    assert (first.write.warnings, other.write.warnings) == ((), ())
    assert again.write.warnings == (f"Write {first.write.id} orders D1 for T-7 too.",)


async def test_an_equal_order_for_the_shelf_is_told_of_too(desk):
    first = await desk.parts.order(stock="D1", source="shop")
    again = await desk.parts.order(stock="D1", source="shop")
    assert again.write.warnings == (f"Write {first.write.id} orders D1 for the shelf too.",)


async def test_an_order_is_cancelled_where_it_still_stands_as_it_was_read(desk, shop):
    first = await desk.parts.order(stock="D1", source="shop")
    with pytest.raises(WriteError, match="no open order") as caught:
        await desk.parts.cancel(first.number)
    assert f"discard {first.write.id}" in caught.value.hint
    await desk.writes.approve([first.write.id], send=True)
    order = shop.all("order")[0]
    shop.put("order", "1", **order | {"status": "shipped"})
    late = await desk.parts.cancel("SO-1", send=True)
    assert (late.state, late.error_code) == ("rejected", "write_conflict")
    shop.put("order", "1", **order)
    assert (await desk.parts.cancel("SO-1", send=True)).state == "confirmed"
    assert [row.state for row in await lines(desk)] == ["cancelled"]
    with pytest.raises(WriteError, match="no open order"):
        await desk.parts.cancel("SO-1")
