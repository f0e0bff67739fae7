"""Orders: what is shown before, who may approve, what is found again, what came, and what the lists say."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from servicedesk_core import Scope, ServiceDesk, SyncMode
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.errors import (
    AnotherPersonError,
    NotFoundLocallyError,
    SettingsError,
    WriteError,
    WriteNotGrantedError,
)
from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.features.parts.ordering.receiving import arrivals_of, book
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.features.parts.ordering.rules import Cost
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import Actor
from servicedesk_core.store import outbox, schema
from tests.parts.conftest import NOW
from tests.parts.shop import ShopFile

SHOP = Path(__file__).with_name("shop.py")
BOOKED = "orders.received"
GRANTS = ["purchase_orders.place", "purchase_orders.cancel", "goods_receipts.create"]


@pytest.fixture
def shop(tmp_path):
    shop = ShopFile(str(tmp_path / "shop.db"))
    shop.offer("D1", mpn="WD19S", name="Dock")
    shop.offer("D2", price="12.5", name="Cable")
    return shop


@pytest.fixture
def desk_of(tmp_path, store, clock, shop, given):
    """Open a desk with the shop as a distributor, or as another class of it."""
    given(
        Company(external_id="c1", name="Bolt & Co", address="9 High St", city="Reno", country="US"),
        Ticket(external_id="7", number="T-7", title="No dock", company_ref="c1"),
    )

    def opening(kind="Shop", **more):
        grants = GRANTS if kind == "StoreRoom" else GRANTS[:2]
        connection = {"connector": f"{SHOP}:{kind}", "path": shop.path, "writes": grants}
        settings = {"desk": {"name": "Example MSP", "timezone": "Europe/Berlin"}, "connections": {"shop": connection}}
        return ServiceDesk(settings | more, store=store, clock=clock)

    return opening


@pytest.fixture
async def desk(desk_of):
    async with desk_of() as opened:
        opened.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
        yield opened


async def lines(desk, **asked):
    return (await desk.parts.orders(**asked)).items


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


async def test_a_source_that_takes_some_lines_has_done_it_in_part(desk, shop):
    """Neither a success nor a failure: the write says so, and the list shows the line that was left out."""
    shop.offer("D3", price="5")
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: _add_line(tx, first.write.id, "D3"))
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
    await desk.store.write(lambda tx: _add_line(tx, first.write.id, "D3"))
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
    await desk.store.write(lambda tx: _add_line(tx, first.write.id, "D3"))
    await desk.writes.approve([first.write.id], send=True)
    seen = {row.part_number: (row.state, row.outstanding) for row in await lines(desk)}
    assert seen == {"D1": ("placed", 1), "D3": ("in_doubt", 1)}
    await desk.sync("shop", mode=SyncMode.FULL)
    assert {row.part_number: row.state for row in await lines(desk)} == {"D1": "placed", "D3": "placed"}


@pytest.mark.parametrize(("status", "later_s"), [("cancelled", 0), ("placed", 3600)], ids=["ended", "read-later"])
async def test_a_line_that_no_order_shows_when_all_were_read_was_left_out(desk, shop, clock, status, later_s):
    shop.offer("D3", price="5", apart=True)
    first = await desk.parts.order("T-7", "D1", source="shop")
    await desk.store.write(lambda tx: _add_line(tx, first.write.id, "D3"))
    await desk.writes.approve([first.write.id], send=True)
    kept, lost = shop.all("order")
    shop.put("order", kept["id"], **kept | {"status": status})
    shop.put("order", lost["id"], **lost | {"reference": "by hand"})
    clock.advance(later_s)
    await desk.sync("shop", mode=SyncMode.FULL)
    states = {(row.part_number, row.reference): row.state for row in await lines(desk)}
    assert states["D3", kept["reference"]] == "rejected"


def _add_line(tx, number, part):
    """Give an order a second line, as one of several parts has."""
    write = outbox.get(tx, number)
    second = write.values["lines"][0] | {"number": 2, "part_number": part}
    values = write.values | {"lines": [*write.values["lines"], second]}
    table = schema.outbox
    tx.execute(table.update().where(table.c.id == number).values(new_values=values))
    tables.keep_costs(tx, number, {2: Cost(Decimal(5), Decimal(5), "EUR")})


LIMITS = {"orders": {"currency": "EUR", "per_order": "150", "per_day": "260"}}


async def test_above_a_limit_another_person_approves(desk_of, shop):
    people = {"people": {"ana": {"roles": ["service-manager"]}, "bo": {"roles": ["service-manager"]}}}
    async with desk_of(**LIMITS, **people) as whole:
        ana, bo = (whole.acting_as(Actor(f"user:{name}")) for name in ("ana", "bo"))
        large = await ana.parts.order(stock="D1", source="shop", quantity=2, send=True)
        assert large.write.state == "proposed"
        assert "per_order" in large.needs_another
        with pytest.raises(AnotherPersonError, match="user:ana proposed it"):
            await ana.writes.approve([large.write.id])
        small = [await ana.parts.order(stock="D2", source="shop", send=True) for _ in range(4)]
        assert {one.write.state for one in small} == {"confirmed"}
        (view,) = await bo.writes.approve([large.write.id], send=True)
        assert view.state == "confirmed"
        last = await ana.parts.order(stock="D2", source="shop", send=True)
        assert (last.write.state, "per_day" in last.needs_another) == ("proposed", True)
        shop.offer("D9", price="1", currency="USD")
        dollars = await ana.parts.order(stock="D9", source="shop", send=True)
        assert "USD" in dollars.needs_another
        shop.offer("D8", price=None)
        unknown = await ana.parts.order(stock="D8", source="shop", without_price=True, send=True)
        assert "not known" in unknown.needs_another


async def test_the_limit_of_a_day_begins_anew_at_midnight(desk_of, shop, clock):
    async with desk_of(**LIMITS) as desk:
        for _ in range(2):
            assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "confirmed"
        assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "proposed"
        clock.advance(24 * 3600)
        assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "confirmed"


async def test_trying_again_is_an_approval_too_unless_another_person_gave_one(desk_of, shop):
    people = {"people": {"ana": {"roles": ["service-manager"]}, "bo": {"roles": ["service-manager"]}}}
    async with desk_of(**LIMITS, **people) as whole:
        ana, bo = (whole.acting_as(Actor(f"user:{name}")) for name in ("ana", "bo"))
        shop.offer("D1", price="100")
        refused = (await ana.parts.order(stock="D1", source="shop")).write.id
        large = (await ana.parts.order(stock="D1", source="shop", quantity=2)).write.id
        shop.offer("D1", price="101")
        await ana.writes.approve([refused], send=True)
        await bo.writes.approve([large], send=True)
        shop.offer("D1", price="100")
        for _ in range(2):
            (view,) = await ana.writes.retry([large])
            assert view.state == "queued", "bo approved it"
        with pytest.raises(AnotherPersonError, match="user:ana proposed it") as caught:
            await ana.writes.retry([refused], send=True)
        assert f"servicedesk writes retry {refused}" in caught.value.hint
        (view,) = await bo.writes.retry([refused], send=True)
        assert view.state == "confirmed"


def test_a_limit_needs_its_currency(desk_of):
    with pytest.raises(SettingsError, match="needs its currency"):
        desk_of(orders={"per_order": "500"})


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


async def test_what_a_distributor_sends_is_booked_here_alone(desk, shop, clock):
    found = await desk.parts.order("T-7", "D1", source="shop", quantity=3, send=True)
    got = await desk.parts.receive("SO-1", quantity=1, serials=("S1",))
    assert (got.write, got.lines[0].outstanding) == (None, 2)
    (row,) = await lines(desk)
    assert (row.state, row.received, row.outstanding, row.serial_numbers) == ("partly_received", 1, 2, ("S1",))
    for _ in range(2):
        await desk.parts.receive(found.number, quantity=1, request_id="r2")
    assert (await lines(desk))[0].received == 2, "a second call changes nothing"
    with pytest.raises(WriteError, match="Only 1 of"):
        await desk.parts.receive("SO-1", quantity=2)
    await desk.parts.receive("SO-1")
    assert [(row.state, row.outstanding) for row in await lines(desk)] == [("received", 0)]
    with pytest.raises(WriteError, match="line 1 is received"):
        await desk.parts.receive("SO-1")
    with pytest.raises(NotFoundLocallyError, match="no order"):
        await desk.parts.receive("SO-9")
    assert shop.all("order")[0]["lines"][0]["received"] == 0, "the distributor is told nothing"


async def test_of_two_who_book_the_same_at_once_one_does(desk, store):
    await desk.parts.order(stock="D1", source="shop", quantity=3, send=True)
    arrived = arrivals_of(store.read_blocking(lambda tx: orders(tx, date.min, money=False)), "SO-1")
    how = {"by": "user:ana", "now": NOW}
    for _ in range(2):  # a second call of the same act changes nothing
        store.write_blocking(lambda tx: book(tx, arrived, request_id="r1", **how))
    with pytest.raises(WriteError, match="Not so many are still to come"):
        store.write_blocking(lambda tx: book(tx, arrived, request_id=None, **how))
    (row,) = await lines(desk)
    told = store.read_blocking(lambda tx: tx.execute(select(schema.audit).where(schema.audit.c.action == BOOKED)).all())
    assert (row.received, len(told)) == (3, 1)


async def test_what_comes_to_a_stock_is_booked_there(desk_of, shop):
    async with desk_of("StoreRoom") as desk:
        await desk.parts.order(stock="D1", source="shop", quantity=3, send=True)
        got = await desk.parts.receive("SO-1", quantity=2, serials=("S1", "S2"))
        assert got.write.state == "proposed"
        with pytest.raises(WriteError, match="Only 1 of"):
            await desk.parts.receive("SO-1", quantity=2)
        await desk.writes.approve([got.write.id], send=True)
        (row,) = await lines(desk)
        assert (row.state, row.received, row.serial_numbers) == ("partly_received", 2, ("S1", "S2"))
        shop.fail_next("lost_answer")
        rest = await desk.parts.receive("SO-1", send=True)
        assert rest.write.state == "confirmed"
        assert shop.all("order")[0]["lines"][0]["received"] == "3", "it was found, and not booked again"


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


async def test_who_sees_some_clients_sees_what_is_ordered_for_their_tickets(desk, given):
    given(Ticket(external_id="8", number="T-8", title="Fan", company_ref="c2"))
    for ticket in ("T-7", "T-8"):
        await desk.parts.order(ticket, "D1", source="shop")
    await desk.parts.order(stock="D1", source="shop")
    seen = await lines(desk, scope=Scope("psa", companies=frozenset({"c1"})))
    assert [row.ticket for row in seen] == ["T-7"]


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
