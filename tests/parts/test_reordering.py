"""What the shelf lacks: to its minimum, with what is being taken, less what is on order; one order for each source."""

from decimal import Decimal

import pytest

from servicedesk_core.domain import Part, StatusCategory, StockLevel, Ticket
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import SettingsError
from servicedesk_core.store import outbox
from tests.parts.conftest import NOW
from tests.parts.orders import SHOP, add_line
from tests.parts.shop import ShopFile


@pytest.fixture
def shelf(given, store):
    given(
        Part(external_id="1", name="Dock", manufacturer_part_number="wd19s", minimum=5),
        Part(external_id="2", name="Cable", number="D2", minimum=3),
        Part(external_id="3", name="Fan", minimum=2),
        Part(external_id="4", name="Screw", number="D2-X", minimum=1),
        Part(external_id="5", name="Full", number="D1", minimum=1),
        StockLevel(external_id="1a", part_ref="1", available=2),
        StockLevel(external_id="2a", part_ref="2", available=3),
        StockLevel(external_id="3a", part_ref="3", available=0),
        StockLevel(external_id="4a", part_ref="4", available=0),
        StockLevel(external_id="5a", part_ref="5", available=1),
        Ticket(external_id="7", number="T-7", title="x"),
        connection="shelf",
    )
    values = {"quantity": "1", "part_name": "Cable", "ticket_number": "T-7"}
    intent = Intent("shelf", "stock_moves.take", "stock_levels:2a", "x", values, parent="2a")
    store.write_blocking(lambda tx: outbox.propose(tx, intent, actor="user:ana", now=NOW))


async def test_what_is_lacking_is_ordered_once(desk, shop, shelf):
    await desk.parts.order(stock="wd19s", source="shop", quantity=1)
    plan = await desk.parts.reorder(dry_run=True)
    told = {row.name: (row.lacking, row.taken, row.on_order, row.part_number, row.cost) for row in plan.lines}
    assert told == {
        "Dock": (2, 0, 1, "D1", 200),
        "Cable": (1, 1, 0, "D2", Decimal("12.5")),
        "Fan": (2, 0, 0, None, None),
        "Screw": (1, 0, 0, None, None),
    }
    problems = {row.name: row.problem for row in plan.lines}
    assert "no number" in problems["Fan"]
    assert "Nobody offers it" in problems["Screw"]
    assert plan.writes == ()
    done = await desk.parts.reorder()
    (number,) = done.writes
    assert {row.write for row in done.lines if row.part_number} == {number}
    again = await desk.parts.reorder()
    assert (again.writes, [row.name for row in again.lines]) == ((), ["Fan", "Screw"])
    (view,) = await desk.writes.approve([number], send=True)
    assert view.state == "confirmed"
    assert {one["part_number"]: one["quantity"] for one in shop.all("order")[0]["lines"]} == {"D1": "2", "D2": "1"}


async def test_what_a_ticket_waits_for_and_was_not_delivered_is_ordered_elsewhere_once(desk_of, shop, given, tmp_path):
    other = ShopFile(str(tmp_path / "other.db"))
    shop.offer("D3", price="5")
    other.offer("X-77", mpn="WD19S", price="120")
    both = {
        name: {"connector": f"{SHOP}:Shop", "path": file.path, "writes": ["purchase_orders.place"]}
        for name, file in (("shop", shop), ("other", other))
    }
    waiting = {"number": "T-7", "title": "No dock", "status_category": StatusCategory.WAITING_PARTS}
    given(Ticket(external_id="7", **waiting))
    async with desk_of(connections=both) as desk:
        first = await desk.parts.order("T-7", "D1", source="shop")
        await desk.store.write(lambda tx: add_line(tx, first.write.id, "D3"))
        shop.offer("D1", mpn="WD19S", rejects="discontinued")
        await desk.writes.approve([first.write.id], send=True)
        plan = await desk.parts.reorder(dry_run=True)
        assert [(row.ticket, row.source, row.part_number, row.lacking) for row in plan.lines] == [
            ("T-7", "other", "X-77", 1)
        ]
        (number,) = (await desk.parts.reorder()).writes
        assert (await desk.parts.reorder()).lines == (), "it is proposed, and not once more"
        await desk.writes.approve([number], send=True)
        assert other.all("order")[0]["lines"][0]["part_number"] == "X-77"
        given(Ticket(external_id="7", **waiting | {"status_category": StatusCategory.IN_PROGRESS}))
        assert (await desk.parts.reorder()).lines == ()


async def test_a_source_that_is_down_is_named(desk_of, shelf, tmp_path):
    gone = {"connector": f"{SHOP}:Shop", "path": str(tmp_path), "writes": ["purchase_orders.place"]}
    async with desk_of(connections={"gone": gone}) as desk:
        plan = await desk.parts.reorder()
    assert plan.writes == ()
    assert "gone did not answer" in next(row.problem for row in plan.lines if row.name == "Dock")


async def test_nobody_may_order_without_a_grant(desk_of, shop):
    async with desk_of(connections={"shop": {"connector": f"{SHOP}:Shop", "path": shop.path}}) as desk:
        with pytest.raises(SettingsError, match="may order") as caught:
            await desk.parts.reorder()
    assert "purchase_orders.place" in caught.value.hint
