"""What came of orders: booked here, or at the stock that ordered it."""

from datetime import date

import pytest
from sqlalchemy import select

from servicedesk_core.errors import (
    NotFoundLocallyError,
    WriteError,
)
from servicedesk_core.features.parts.ordering.receiving import arrivals_of, book
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.store import schema
from tests.parts.conftest import NOW
from tests.parts.orders import lines

BOOKED = "orders.received"


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
