"""A whole desk with this distributor: asked for parts, ordered from, and what became of a lost answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LINES = [
    {"number": 1, "part_number": "4SP114", "quantity": "2"},
    {"number": 2, "part_number": "2KD007", "quantity": "1"},
]


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
    """Propose an order, approve and send it."""
    wanted = Intent(
        connection="ingram", kind="purchase_orders.place", aggregate="order:1", label="2 parts", values={"lines": LINES}
    )
    proposed = await desk.outbox.propose(wanted)
    (done,) = await desk.writes.approve([proposed.id], send=True)
    return done


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


async def test_an_order_is_placed_and_followed_to_the_door(desk, vendor, clock):
    async with desk() as one:
        assert (await ordered(one)).state == "confirmed"
        seen = []
        for days in (0, 1, 3):
            vendor.sandbox.advance(24 * days)
            clock.advance(86_400 * days + 60)
            await one.sync("ingram")
            seen.append(await shown(one))
    number = "20-R0001"
    assert seen == [([(number, "placed")], 2), ([(number, "shipped")], 2), ([(number, "shipped")], 2)]


async def test_an_old_order_is_listed_and_stays_as_it_was_read(desk, vendor, clock):
    """Nobody synced when it was shipped."""
    async with desk() as one:
        assert (await ordered(one)).state == "confirmed"
        await one.sync("ingram")
        for days in (200, 50, 50):
            clock.advance(86_400 * days)
            vendor.sandbox.advance(24 * days)
            await one.sync("ingram")
            assert await shown(one) == ([("20-R0001", "shipped")], 2)
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
