"""Ordering parts and booking what came, over real HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import OrderStatus, order_number
from servicedesk_core.errors import (
    MappingError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
    UnsupportedError,
)
from servicedesk_core.hooks import FetchStatus, Found, Known, ProvenAbsent, PullMode, PullRequest, Write

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SSD, RAM, DOCK, STORAGE, SHELF = 1, 2, 3, 3, 9


def line(number=1, part="SSD-1T", quantity="3", cost="79.95", **more):
    known = {"number": number, "part_number": part, "quantity": quantity, "unit_cost": cost, "currency": "USD"}
    return {**known, **more}


def place(*lines, id="o-1", **more):  # noqa: A002
    return Write(id, "purchase_orders.place", values={"lines": list(lines), **more}, attempted_at=NOW)


def receive(order, *lines, id="r-1", **more):  # noqa: A002
    values = {"lines": [dict(zip(("line", "quantity"), one, strict=True)) for one in lines], **more}
    return Write(id, "goods_receipts.create", parent=str(order), values=values, attempted_at=NOW)


async def order(tryton, ref):
    (found,) = [one async for one in tryton.fetch_records("purchase_orders", [str(ref)])]
    return tryton.map_record("purchase_orders", found.records[0].raw)


async def test_an_order_is_a_purchase_with_our_number_filled_in_as_the_form_would(tryton, stand):
    ticket = {"connection": "psa", "ref": "7", "number": "T7"}
    wanted = place(line(ticket=ticket), line(2, "RAM-16-D4", "2", "41.5"), supplier="Example Wholesale", note="please")
    written = await tryton.send_write(wanted)
    assert await tryton.find_write(wanted) == Found(written.ref)
    shown, lines = (found := await order(tryton, written.ref)).entity, found.also
    assert (shown.reference, shown.number, shown.note) == (order_number("o-1"), "1", "please")
    assert (shown.status, shown.status_text, shown.supplier) == (OrderStatus.PLACED, "processing", "Example Wholesale")
    assert (shown.total_cost, shown.tax_cost, shown.currency) == (Decimal("355.13"), Decimal("32.28"), "USD")
    assert [(one.part_number, one.part_ref, one.quantity, one.received) for one in lines] == [
        ("SSD-1T", "1", 3, 0),
        ("RAM-16-D4", "2", 2, 0),
    ]
    assert (lines[0].unit_cost, lines[0].manufacturer_part_number) == (Decimal("79.95"), "EX-990-1T")
    kept = stand.sandbox.records.all("purchase.line")[0]
    assert (kept["note"], kept["taxes"], kept["product_supplier"]) == ("ticket T7", [1], 1)


async def test_an_order_that_is_found_tells_what_it_shows_otherwise(tryton, stand):
    wanted = place(line(), line(2, "RAM-16-D4", "2", "41.5"), supplier="Example Wholesale")
    ref = (await tryton.send_write(wanted)).ref
    changed = stand.sandbox.records.all("purchase.line")[1]
    stand.sandbox.records.write("purchase.line", changed["id"], quantity=1.0)
    found = await tryton.find_write(wanted)
    assert found == Found(ref, refused={"lines": "Line 2, RAM-16-D4: 1 instead of 2 were taken."})
    assert tryton.map_record("purchase_orders", found.record.raw).entity.external_id == ref


async def test_a_purchase_stays_ours_when_somebody_writes_into_its_reference(tryton, stand):
    number = order_number("o-1")
    ref = (await tryton.send_write(place(line()))).ref
    for reference, is_ours in (
        (f"{number} / AB 4711", True), (f"AB-{number}-1", False), (f"{number} {order_number('o-2')}", False),
    ):  # fmt: skip
        stand.sandbox.records.write("purchase.purchase", int(ref), reference=reference)
        assert ((await order(tryton, ref)).entity.reference == number) is is_ours
        assert (await tryton.find_write(place(line())) == Found(ref)) is is_ours
    stand.sandbox.records.write("purchase.purchase", int(ref), reference=f"AB 4711, {number}")
    assert (await tryton.send_write(place(line()))).ref == ref, "it is gone on with, and none is made beside it"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (place(line(part="NOPE")), "no active products with the number NOPE"),
        (place(line(part="FAN-120"), supplier="2"), "no active products"),  # archived
        (place(line(part="RAM-16-D4")), "no supplier, or several"),
        (place(line(), supplier="Nobody"), "no parties with the name Nobody"),
        (place(line(quantity="0.5")), "0 decimal places"),
        (place(line(cost=None)), "without a price"),
        (place(line(), line(2, "RAM-16-D4", currency="EUR"), supplier="2"), "one currency only"),
        (place(line(currency="CHF")), "no currency CHF"),
        (place(), "Not sent|not understood"),
        (place(line(number=0)), "not understood"),
    ],
    ids=[
        "unknown",
        "archived",
        "no-supplier",
        "nobody",
        "half",
        "priceless",
        "two-currencies",
        "currency",
        "nothing",
        "odd",
    ],
)
async def test_what_cannot_be_ordered_is_refused_before_it_is_sent(tryton, stand, wanted, said):
    with pytest.raises(RejectedError, match=said) as refused:
        await tryton.send_write(wanted)
    assert refused.value.__cause__ is None, "what follows an error repeats the order"
    assert stand.sandbox.records.all("purchase.purchase") == []


async def test_a_code_that_is_the_id_of_another_product_is_not_guessed(tryton, stand):
    """A product without a code is offered by its id."""
    stand.sandbox.records.write("product.product", SSD, code=str(RAM))
    await tryton.send_write(place(line(part=str(RAM))))  # the other one is offered by its own code
    stand.sandbox.records.write("product.product", RAM, code=None)
    with pytest.raises(RejectedError, match="2 active products with the number 2"):
        await tryton.send_write(place(line(part=str(RAM)), id="o-2"))


async def test_several_warehouses_need_a_word(stand):
    stand.sandbox.records.add("stock.location", name="North", code=None, type="warehouse", parent=None, active=1)
    async with stand.connector() as tryton:
        with pytest.raises(RejectedError, match="Set warehouse"):
            await tryton.send_write(place(line()))
    async with stand.connector(warehouse=5) as tryton:
        await tryton.send_write(place(line()))


@pytest.mark.parametrize("act", ["create", "quote", "confirm"])
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_wherever_an_order_breaks_off_it_is_placed_once(tryton, stand, act, fault):
    earlier = await tryton.send_write(place(line(), id="earlier"))
    stand.sandbox.faults([{"kind": fault, "path": rf"purchase\.{act}$"}])
    with pytest.raises((OutcomeUnknownError, TransientError)):
        await tryton.send_write(place(line()))
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    wanted = replace(place(line()), earlier=(Known("earlier", earlier.ref),))
    found = await tryton.find_write(wanted)
    if not isinstance(found, Found):
        assert isinstance(found, ProvenAbsent)
        await tryton.send_write(wanted)
    placed = stand.sandbox.records.all("purchase.purchase", reference=order_number("o-1"))
    assert [row["state"] for row in placed] == ["processing"]


async def test_an_order_that_the_server_refuses_is_cancelled(tryton, stand):
    refused = {"kind": "status", "status": 200, "body": {"error": ["UserError", ["No account.", "", None]]}}
    stand.sandbox.faults([{**refused, "path": r"purchase\.confirm$"}])
    with pytest.raises(RejectedError, match="No account"):
        await tryton.send_write(place(line()))
    assert [row["state"] for row in stand.sandbox.records.all("purchase.purchase")] == ["cancelled"]


async def test_what_came_is_put_away_and_the_rest_stays_expected(tryton, stand):
    ref, own = stand.ordered(SSD, 3)
    came = receive(ref, (str(own), "2"), place="Shelf A", note="box 1")
    written = await tryton.send_write(came)
    assert await tryton.find_write(came) == Found(written.ref)
    assert stand.lies(SHELF, SSD) == 8
    shown = await order(tryton, ref)
    assert (shown.also[0].received, shown.also[0].status) == (2, OrderStatus.PLACED)
    (shipment,) = stand.sandbox.records.all("stock.shipment.in")
    assert (shipment["reference"], shipment["state"]) == ("box 1 [ref:r-1]", "done")
    for lines in ([(str(own), "2")], [("99", "1")]):
        with pytest.raises(RejectedError, match="still to come"):
            await tryton.send_write(receive(ref, *lines, id="r-2"))
    await tryton.send_write(receive(ref, (str(own), "1"), id="r-3"))
    assert stand.lies(STORAGE, SSD) == 1  # where the warehouse always puts it
    shown = await order(tryton, ref)
    assert (shown.entity.status, shown.also[0].received) == (OrderStatus.RECEIVED, 3)


async def test_pieces_with_serial_numbers_come_as_lots(tryton, stand):
    ref, own = stand.ordered(DOCK, 3)
    lines = [{"line": str(own), "quantity": "2", "serial_numbers": ["DK-0001", "N-7"]}]
    came = Write("r-1", "goods_receipts.create", parent=str(ref), values={"lines": lines}, attempted_at=NOW)
    await tryton.send_write(came)
    new = stand.sandbox.records.one("stock.lot", number="N-7")["id"]
    assert (stand.lies(STORAGE, DOCK, new), stand.lies(STORAGE, DOCK, 1)) == (1, 1)
    (shown,) = (await order(tryton, ref)).also
    assert (shown.received, sorted(shown.serial_numbers)) == (2, ["DK-0001", "N-7"])
    few = [{"line": str(own), "quantity": "1", "serial_numbers": ["A", "B"]}]
    with pytest.raises(RejectedError, match="a serial number for each piece"):
        await tryton.send_write(Write("r-2", "goods_receipts.create", parent=str(ref), values={"lines": few}))


@pytest.mark.parametrize("act", ["create", "receive", "write", "do"])
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_wherever_a_receipt_breaks_off_it_is_booked_once(tryton, stand, act, fault):
    first, own = stand.ordered(RAM, 1)
    await tryton.send_write(receive(first, (str(own), "1"), id="earlier"))
    ref, own = stand.ordered(SSD, 3)
    came = receive(ref, (str(own), "2"), place="Shelf A")
    stand.sandbox.faults([{"kind": fault, "path": rf"shipment\.in\.{act}$"}])
    with pytest.raises((OutcomeUnknownError, TransientError)):
        await tryton.send_write(came)
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    found = await tryton.find_write(came)
    if not isinstance(found, Found):
        assert isinstance(found, ProvenAbsent)
        await tryton.send_write(came)
    assert (stand.lies(SHELF, SSD), len(stand.sandbox.records.all("stock.shipment.in"))) == (8, 2)
    assert (await order(tryton, ref)).also[0].received == 2


async def test_a_receipt_that_is_refused_gives_the_order_back_what_it_planned(tryton, stand):
    ref, own = stand.ordered(DOCK, 3)
    refused = {"kind": "status", "status": 200, "body": {"error": ["UserError", ["A period is closed.", "", None]]}}
    stand.sandbox.faults([{**refused, "path": r"in\.receive$"}])
    lines = [{"line": str(own), "quantity": "2", "serial_numbers": ["N-1", "N-2"]}]
    came = Write("r-1", "goods_receipts.create", parent=str(ref), values={"lines": lines}, attempted_at=NOW)
    with pytest.raises(RejectedError, match="A period is closed"):
        await tryton.send_write(came)
    moves = stand.sandbox.records.all("stock.move", ordered=own)
    assert [(move["quantity"], move["state"], move["incoming"], move["lot"]) for move in moves] == [
        (3, "draft", None, None)
    ]
    await tryton.send_write(came)
    assert (await order(tryton, ref)).also[0].received == 2


async def test_what_came_and_cannot_be_put_away_is_left_to_a_person(tryton, stand):
    ref, own = stand.ordered(SSD, 3)
    refused = {"kind": "status", "status": 200, "body": {"error": ["UserError", ["A period is closed.", "", None]]}}
    stand.sandbox.faults([{**refused, "path": r"in\.do$"}])
    written = await tryton.send_write(receive(ref, (str(own), "2")))
    assert "is not done" in written.refused["lines"]
    assert [row["state"] for row in stand.sandbox.records.all("stock.shipment.in")] == ["received"]


async def test_receipts_of_nothing_and_to_nowhere_are_refused_unsent(tryton, stand):
    ref, own = stand.ordered(SSD, 3)
    stand.sandbox.records.write("purchase.purchase", ref, state="cancelled")
    for came, said in (
        (receive(ref, (str(own), "1")), "is cancelled"),
        (receive(999, (str(own), "1")), "no such purchase"),
        (receive("x", (str(own), "1")), "no such purchase"),
        (receive(ref, (str(own), "1"), place="Moon"), "no place Moon"),
    ):
        with pytest.raises(RejectedError, match=said):
            await tryton.send_write(came)
    assert stand.sandbox.records.all("stock.shipment.in") == []


async def test_an_order_has_changed_when_something_of_it_came(tryton, stand):
    ref, own = stand.ordered(SSD, 3)
    stand.sandbox.advance(1)
    later = NOW + timedelta(hours=1)
    request = PullRequest("purchase_orders", PullMode.INCREMENTAL, since=later)
    assert [page.records async for page in tryton.pull(request)] == [[]]
    await tryton.send_write(receive(ref, (str(own), "1")))
    pages = [page async for page in tryton.pull(request)]
    assert [record.external_id for page in pages for record in page.records] == [str(ref)]
    assert (pages[0].max_stamp, await tryton.count(request)) == (later, 1)


async def test_without_the_module_there_are_no_orders_and_nothing_is_ordered(stand_with):
    with stand_with(bare=True) as bare:
        async with bare.connector() as tryton:
            request = PullRequest("purchase_orders", PullMode.BACKFILL)
            assert [page.records async for page in tryton.pull(request)] == [[]]
            assert await tryton.count(request) == 0
            assert [one.status async for one in tryton.fetch_records("purchase_orders", ["1"])] == [FetchStatus.MISSING]
            with pytest.raises(UnsupportedError, match="no module purchase"):
                await tryton.send_write(place(line()))


def test_a_purchase_in_a_state_that_nobody_knows_goes_into_quarantine(tryton):
    with pytest.raises(MappingError):
        tryton.map_record("purchase_orders", {"id": 1, "state": "pondered"})
