"""The connector, unmodified, against a real server of series 8.2."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import OrderStatus, PartQuery, order_number
from servicedesk_core.errors import AuthenticationError, RejectedError
from servicedesk_core.hooks import FetchStatus, Found, PullMode, PullRequest, Write
from servicedesk_core.testing import PartsSuite, TicketSyncSuite

pytestmark = [pytest.mark.slow, pytest.mark.real_server, pytest.mark.timeout(600)]

TAKE, GIVE_BACK = "stock_moves.take", "stock_moves.return"
PLACE, RECEIVE = "purchase_orders.place", "goods_receipts.create"
SHELF, VAN, CLIENTS = 9, 10, 11


def take(parent, quantity, id):  # noqa: A002
    values = {"quantity": quantity, "ticket_number": "T7", "device_serial": "5CG1"}
    return Write(id, TAKE, parent=parent, values=values, attempted_at=datetime.now(UTC))


def amount(text):
    return {"__class__": "Decimal", "decimal": text}


async def levels(tryton, mode=PullMode.BACKFILL, **more):
    request = PullRequest("stock_levels", mode, **more)
    pages = [page async for page in tryton.pull(request)]
    rows = [tryton.map_record("stock_levels", record.raw).entity for page in pages for record in page.records]
    return {row.external_id: row for row in rows}, pages[-1].max_stamp, [ref for page in pages for ref in page.gone]


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931", "serial": "DK-0002"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, shared):
        async with shared.connector() as tryton:
            yield tryton


class TestStreams(TicketSyncSuite):
    page_size = 2

    @pytest.fixture
    async def connector(self, shared):
        async with shared.connector() as tryton:
            yield tryton


async def test_a_wrong_password_is_told(shared):
    async with shared.connector(password="wrong") as tryton:
        with pytest.raises(AuthenticationError, match="refused the log-in"):
            await tryton.vendor_identity()


def test_the_server_answers_as_it_did_when_the_sandbox_was_written(real, script):
    told, known = script.ask(real.url), script.recorded()
    different = [(now, before) for now, before in zip(told, known, strict=True) if now != before]
    assert different == []


async def test_a_product_is_stocked_found_taken_and_given_back(real):
    async with real.connector(TAKE, GIVE_BACK) as tryton:
        _, until, _ = await levels(tryton)
        mpn = {"type": "mpn", "code": "K-77/B"}
        variant = {"suffix_code": "KB-1", "identifiers": [["create", [mpn]]]}
        keyboard = {"name": "Keyboard", "type": "goods", "default_uom": 1, "cost_price_method": "fixed"}
        made = {**keyboard, "list_price": amount("49.90"), "products": [["create", [variant]]]}
        (template,) = real.person("product.template.create", [made])
        (product,) = real.person("product.product.search", [["template", "=", template]], 0, None, None)
        real.person("product.product.write", [product], {"cost_price": amount("31.4159")})
        real.counted(SHELF, product, 3)
        (offer,) = await tryton.find_parts(PartQuery(part_number="k77b"))
        assert (offer.number, offer.available, offer.unit_price) == ("KB-1", 3, Decimal("31.4159"))
        ref = offer.places[0].ref
        changed, _, _ = await levels(tryton, PullMode.INCREMENTAL, since=until)
        assert changed[ref].on_hand == 3

        written = await tryton.send_write(take(ref, "2", "w-1"))
        assert (real.lies(SHELF, product), real.lies(CLIENTS, product)) == (1, 2)
        assert await tryton.find_write(take(ref, "2", "w-1")) == Found(written.ref)
        back = {"quantity": "2", "move_ref": written.ref}
        await tryton.send_write(Write("w-2", GIVE_BACK, parent=ref, values=back, attempted_at=datetime.now(UTC)))
        assert (real.lies(SHELF, product), real.lies(CLIENTS, product)) == (3, 0)
        (shipment,) = real.person(
            "stock.shipment.internal.search_read",
            [["id", "=", int(written.ref)]],
            0,
            None,
            None,
            ["reference", "state"],
        )
        assert (shipment["reference"], shipment["state"]) == ("ticket T7, device 5CG1 [ref:w-1]", "done")

        await tryton.send_write(take(ref, "3", "w-3"))
        _, _, gone = await levels(tryton, PullMode.INCREMENTAL, since=until)
        assert ref in gone
        assert [one.status async for one in tryton.fetch_records("stock_levels", [ref])] == [FetchStatus.MISSING]


async def test_an_order_is_placed_and_comes_in_two_parts(real):
    async with real.connector(PLACE, RECEIVE) as tryton:

        async def order(ref):
            (found,) = [one async for one in tryton.fetch_records("purchase_orders", [ref])]
            return tryton.map_record("purchase_orders", found.records[0].raw)

        def receive(id, place, *lines):  # noqa: A002
            names = ("line", "quantity", "serial_numbers")
            said = [dict(zip(names, one, strict=False)) for one in lines]
            values = {"lines": said, "place": place, "note": "box"}
            return Write(id, RECEIVE, parent=placed.ref, values=values, attempted_at=datetime.now(UTC))

        known = {"unit_cost": "79.95", "currency": "USD"}
        lines = [{"number": 1, "part_number": "SSD-1T", "quantity": "3", **known}]
        lines += [{"number": 2, "part_number": "DOCK-130", "quantity": "2", **known}]
        values = {"lines": lines, "supplier": "Example Wholesale", "note": "please"}
        wanted = Write("o-1", PLACE, values=values, attempted_at=datetime.now(UTC))
        placed = await tryton.send_write(wanted)
        assert await tryton.find_write(wanted) == Found(placed.ref)
        shown = await order(placed.ref)
        assert (shown.entity.reference, shown.entity.status) == (order_number("o-1"), OrderStatus.PLACED)
        assert (shown.entity.total_cost, shown.entity.tax_cost) == (Decimal("439.73"), Decimal("39.98"))
        ssd, dock = (one.external_id for one in shown.also)

        came = receive("r-1", "Shelf A", (ssd, "2"), (dock, "2", ["N-1", "DK-0001"]))
        booked = await tryton.send_write(came)
        assert await tryton.find_write(came) == Found(booked.ref)
        shown = await order(placed.ref)
        assert [(one.received, one.status) for one in shown.also] == [
            (2, OrderStatus.PLACED),
            (2, OrderStatus.RECEIVED),
        ]
        assert sorted(shown.also[1].serial_numbers) == ["DK-0001", "N-1"]
        assert real.lies(SHELF, 1) == 8

        with pytest.raises(RejectedError, match="only 1 are still to come"):
            await tryton.send_write(receive("r-2", None, (ssd, "2")))
        await tryton.send_write(receive("r-3", None, (ssd, "1")))
        shown = await order(placed.ref)
        assert (shown.entity.status, shown.also[0].received) == (OrderStatus.RECEIVED, 3)


async def test_a_piece_with_a_serial_number_is_that_very_piece(real):
    async with real.connector(TAKE) as tryton:
        (offer,) = await tryton.find_parts(PartQuery(serial="DK-0002"))
        await tryton.send_write(take(offer.places[0].ref, "1", "w-1"))
        there, _, _ = await levels(tryton)
        assert [level.serial_number for level in there.values() if level.part_ref == "3"] == ["DK-0001"]


async def test_stock_that_two_want_at_once_is_never_taken_twice(real):
    async with real.connector(TAKE) as one, real.connector(TAKE) as other:
        done = await asyncio.gather(
            one.send_write(take("9-1", "4", "w-1")), other.send_write(take("9-1", "4", "w-2")), return_exceptions=True
        )
    refused = [result for result in done if isinstance(result, RejectedError)]
    taken = len(done) - len(refused)
    assert taken <= 1, done
    assert (real.lies(SHELF, 1), real.lies(CLIENTS, 1)) == (6 - 4 * taken, 4 * taken)


async def test_a_shipment_that_was_begun_is_gone_on_with(real):
    ends = {"company": 1, "from_location": VAN, "to_location": CLIENTS}
    move = {**ends, "product": 1, "unit": 1, "quantity": 1}
    (ref,) = real.person(
        "stock.shipment.internal.create", [{**ends, "reference": "T7 [ref:w-1]", "moves": [["create", [move]]]}]
    )
    async with real.connector(TAKE) as tryton:
        written = await tryton.send_write(take("10-1", "1", "w-1"))
    assert (written.ref, real.lies(VAN, 1)) == (str(ref), 1)
