"""A whole desk with this distributor: asked for parts, ordered from, and what became of a lost answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def vendor(stand_with):
    with stand_with(now=NOW) as stand:
        yield stand


@pytest.fixture
def desk(vendor, clock, tmp_path):
    """Opens a desk of one store, as a process after the other does."""
    with Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store:

        def opened():
            told = {**vendor.sandbox.told(vendor.url), "connector": "ingram", "environment": "sandbox"}
            connections = {"ingram": {**told, "order_days": 30, "writes": ["purchase_orders.place"]}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock)

        yield opened


async def ordered(desk):
    """Order two pieces for the shelf."""
    return (await desk.parts.order(stock="EX-990-1T", source="ingram", quantity=2, send=True)).write


async def shown(desk):
    """Return the orders of the store that are there, and how many lines are."""

    def read(tx):
        orders = "SELECT number, status FROM purchase_orders WHERE gone_at IS NULL ORDER BY number"
        lines = "SELECT count(*) FROM purchase_order_lines WHERE gone_at IS NULL"
        rows = [tuple(row) for row in tx.exec_driver_sql(orders)]
        return rows, tx.exec_driver_sql(lines).scalar_one()

    return await desk.store.read(read)


async def test_parts_are_found_with_their_price(desk):
    async with desk() as one:
        found = await one.parts.find("ssd")
    (offer,) = found.offers
    assert (offer.number, offer.unit_price, offer.currency, offer.available) == ("4SP114", Decimal("74.34"), "USD", 155)


async def test_an_order_is_placed_at_the_price_that_was_shown_and_followed_to_the_door(desk, vendor, clock):
    async with desk() as one:
        proposed = await one.parts.order(stock="EX-990-1T", source="ingram", quantity=2)
        (line,) = proposed.lines
        assert (line.part_number, line.unit_cost, line.cost) == ("4SP114", Decimal("74.34"), Decimal("148.68"))
        assert (await one.writes.approve([proposed.write.id], send=True))[0].state == "confirmed"
        seen = []
        for days in (0, 1, 3):
            vendor.sandbox.advance(24 * days)
            clock.advance(86_400 * days + 60)
            await one.sync("ingram")
            (row,) = (await one.parts.orders()).items
            seen.append((row.order, row.state, row.outstanding))
    assert seen == [("20-R0001", "placed", 2), ("20-R0001", "shipped", 2), ("20-R0001", "received", 0)]


async def test_a_price_that_rose_meanwhile_is_not_paid(desk, vendor):
    async with desk() as one:
        proposed = await one.parts.order(stock="EX-990-1T", source="ingram")
        product = vendor.sandbox.products.get("4SP114")
        product.price = 80
        vendor.sandbox.products.put(product)
        (done,) = await one.writes.approve([proposed.write.id], send=True)
    assert (done.state, vendor.sandbox.orders.all()) == ("rejected", [])


async def test_an_old_order_is_listed_and_stays_as_it_was_read(desk, vendor, clock):
    """Nobody synced when it was shipped."""
    async with desk() as one:
        assert (await ordered(one)).state == "confirmed"
        await one.sync("ingram")
        for days in (200, 50, 50):
            clock.advance(86_400 * days)
            vendor.sandbox.advance(24 * days)
            await one.sync("ingram")
            assert await shown(one) == ([("20-R0001", "received")], 1)
        vendor.sandbox.requests.clear()
        await one.sync("ingram", mode="full")
    assert vendor.sandbox.requests["GET orders details"] == 0


async def test_an_order_that_was_placed_before_a_process_died_is_found_and_not_repeated(desk, vendor, clock):
    async with desk() as one:
        down = {"kind": "html", "status": 503, "times": None, "match": {"path": "/orders/search"}}
        vendor.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/orders$"}}, down])
        assert (await ordered(one)).state == "in_doubt"
    vendor.sandbox.faults([])
    clock.advance(3600)
    async with desk() as one:
        await one.outbox.run()
        view = (await one.writes.show(1)).write
    assert (view.state, len(vendor.sandbox.orders.all())) == ("confirmed", 1)
