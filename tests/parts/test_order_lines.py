"""What the list of orders says: lines that were left out, that are late, that others ordered, and whose they are."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from servicedesk_core import Scope, SyncMode
from servicedesk_core.domain import Ticket
from servicedesk_core.people import Actor
from tests.parts.conftest import NOW
from tests.parts.orders import add_line, lines


async def test_a_source_that_takes_some_lines_has_done_it_in_part(desk, shop):
    """Neither a success nor a failure: the write says so, and the list shows the line that was left out."""
    shop.offer("D3", price="5")
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: add_line(tx, first.write.id, "D3"))
    shop.offer("D3", price="5", rejects="discontinued")
    (view,) = await desk.writes.approve([first.write.id], send=True)
    assert view.state == "partly_applied"
    assert "line 2: discontinued" in view.error
    states = {row.part_number: (row.state, row.problem) for row in await lines(desk)}
    assert states["D1"] == ("placed", None)
    assert states["D3"] == ("rejected", "line 2: discontinued")
    await desk.writes.discard([first.write.id])
    assert {row.part_number: row.state for row in await lines(desk)} == {"D1": "placed", "D3": "rejected"}


async def test_what_was_left_out_of_an_order_whose_answer_got_lost_is_told_as_well(desk, shop):
    """The order that is found is stored like a receipt: done in part, with its record."""
    shop.offer("D3", price="5")
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: add_line(tx, first.write.id, "D3"))
    shop.offer("D3", price="5", rejects="discontinued")
    shop.fail_next("lost_answer")
    await desk.writes.approve([first.write.id], send=True)
    view = (await desk.writes.show(first.write.id)).write
    assert (view.state, view.ref, view.error_code) == ("partly_applied", "1", "partly_applied")
    assert "Line 2, Dock: the order does not show it" in view.error
    assert {row.part_number: row.state for row in await lines(desk)} == {"D1": "placed", "D3": "rejected"}


async def test_a_line_in_an_order_that_was_not_read_yet_is_in_doubt_and_not_refused(desk, shop):
    """The source made two orders of ours, and one is read back: a line called refused would be ordered again."""
    shop.offer("D3", price="5", apart=True)
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: add_line(tx, first.write.id, "D3"))
    await desk.writes.approve([first.write.id], send=True)
    seen = {row.part_number: (row.state, row.outstanding) for row in await lines(desk)}
    assert seen == {"D1": ("placed", 1), "D3": ("in_doubt", 1)}
    await desk.sync("shop", mode=SyncMode.FULL)
    assert {row.part_number: row.state for row in await lines(desk)} == {"D1": "placed", "D3": "placed"}


@pytest.mark.parametrize(("status", "later_s"), [("cancelled", 0), ("placed", 3600)], ids=["ended", "read-later"])
async def test_a_line_that_no_order_shows_when_all_were_read_was_left_out(desk, shop, clock, status, later_s):
    shop.offer("D3", price="5", apart=True)
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: add_line(tx, first.write.id, "D3"))
    await desk.writes.approve([first.write.id], send=True)
    kept, lost = shop.all("order")
    shop.put("order", kept["id"], **kept | {"status": status})
    shop.put("order", lost["id"], **lost | {"reference": "by hand"})
    clock.advance(later_s)
    await desk.sync("shop", mode=SyncMode.FULL)
    states = {(row.part_number, row.reference): row.state for row in await lines(desk)}
    assert states["D3", kept["reference"]] == "rejected"


async def test_what_is_late_is_named(desk, shop, clock):
    await desk.parts.order("T-7", "D1", source="shop", send=True)
    order = shop.all("order")[0]
    shop.put("order", "1", **order | {"expected": (NOW.date() + timedelta(days=2)).isoformat()})
    await desk.sync("shop", mode=SyncMode.FULL)
    (row,) = await lines(desk)
    assert (row.expected_on, row.is_late) == (date(2026, 6, 3), False)
    clock.advance(3 * 24 * 3600)
    assert [row.order for row in await lines(desk, late=True)] == ["SO-1"]
    shop.put("order", "1", **order | {"status": "cancelled", "expected": "2026-06-03"})
    await desk.sync("shop", mode=SyncMode.FULL)
    assert not await lines(desk, late=True)
    assert [row.state for row in await lines(desk)] == ["cancelled"]


async def test_orders_of_others_are_shown_and_lines_that_are_gone_are_not(desk, shop):
    line = {"part_number": "Z", "quantity": "0.30000000000000004", "received": 0, "price": 19.99, "currency": "EUR"}
    both = [line | {"number": "1"}, line | {"number": "2"}]
    shop.put("order", "5", reference="by hand", status="shipped", lines=both)
    await desk.sync("shop", mode=SyncMode.FULL)
    assert [(row.line, row.quantity, row.unit_cost, row.by) for row in await lines(desk)] == [
        ("1", Decimal("0.3"), Decimal("19.99"), None),
        ("2", Decimal("0.3"), Decimal("19.99"), None),
    ]
    shop.put("order", "5", reference="by hand", status="shipped", lines=both[1:])
    await desk.sync("shop", mode=SyncMode.FULL)
    assert [row.line for row in await lines(desk)] == ["2"]


async def test_who_sees_some_clients_sees_what_is_ordered_for_their_tickets(desk, given):
    given(Ticket(external_id="8", number="T-8", title="Fan", company_ref="c2"))
    for ticket in ("T-7", "T-8"):
        await desk.parts.order(ticket, "D1", source="shop")
    await desk.parts.order(stock="D1", source="shop")
    seen = await lines(desk, scope=Scope("psa", companies=frozenset({"c1"})))
    assert [row.ticket for row in seen] == ["T-7"]


async def test_costs_are_seen_by_who_may_see_them(desk_of):
    people = {"people": {"cora": {"roles": ["coordinator"]}, "sam": {"roles": ["service-manager"]}}}
    async with desk_of(**people) as whole:
        cora, sam = (whole.acting_as(Actor(f"user:{name}")) for name in ("cora", "sam"))
        found = await cora.parts.order("T-7", "D1", source="shop")
        assert (found.total, found.lines[0].unit_cost, found.lines[0].currency) == (None, None, None)
        (row,) = (await cora.parts.orders()).items
        assert (row.unit_cost, row.cost, row.currency) == (None, None, None)
        (row,) = (await sam.parts.orders()).items
        assert row.cost == 100
