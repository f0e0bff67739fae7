"""Ordering and receiving, over real HTTP: our number, drafts that broke off, packs, marks, and what is read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import OrderStatus, order_number
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, PullMode, PullRequest, Write

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TICKET = {"connection": "psa", "ref": "7", "number": "T-7"}


def line(number, part, quantity="2", cost="38.2", **more):
    costs = {} if cost is None else {"unit_cost": cost, "currency": "EUR"}
    return {"number": number, "part_number": part, "quantity": quantity, **costs, **more}


def place(*lines, id="w-1", **values):  # noqa: A002
    values = {"lines": list(lines or (line(1, "RAM-16-D4", ticket=TICKET),)), **values}
    return Write(id, "purchase_orders.place", values=values, attempted_at=NOW)


def receive(order, *lines, id="r-1", **values):  # noqa: A002
    values = {"lines": [{"line": ref, "quantity": count, **more} for ref, count, more in lines], **values}
    return Write(id, "goods_receipts.create", parent=order, values=values, attempted_at=NOW)


def _copy(row, **changes):
    return {name: value for name, value in row.items() if name != "pk"} | changes


def orders(stand):
    return stand.sandbox.records.all("order")


def lines(stand):
    return stand.sandbox.records.all("order_line")


async def read(shop):
    request = PullRequest("purchase_orders", PullMode.BACKFILL)
    return [shop.map_record("purchase_orders", one.raw) async for page in shop.pull(request) for one in page.records]


async def test_an_order_is_issued_under_our_number_and_the_servers_pattern(shop, stand):
    receipt = await shop.send_write(place(note="quickly"))
    (order,) = orders(stand)
    assert (order["reference"], order["supplier_reference"], order["status"]) == ("PO-0001", order_number("w-1"), 20)
    assert (order["description"], receipt.ref) == ("T-7 quickly", str(order["pk"]))
    (one,) = lines(stand)
    assert (one["quantity"], one["purchase_price"], one["purchase_price_currency"]) == ("2", "38.2", "EUR")
    assert (one["reference"], one["notes"]) == (f"{order_number('w-1')}/1", "for T-7")
    assert await shop.find_write(place()) == Found(receipt.ref)
    await shop.send_write(place(id="w-2"))
    assert [one["reference"] for one in orders(stand)] == ["PO-0001", "PO-0002"]


async def test_an_order_that_is_found_tells_what_it_shows_otherwise(shop, stand):
    """Somebody took a line out of it, and changed another one, before the lost answer was looked up."""
    write = place(line(1, "RAM-16-D4"), line(2, "SSD-1T", cost="84.901"), line(3, "RAM-16-D4", "4"))
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/issue/$"}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(write)
    gone, dearer, fewer = lines(stand)
    dearer["purchase_price"], fewer["quantity"] = "90", "3"
    stand.sandbox.records.drop("order_line", gone["pk"])
    found = await shop.find_write(write)
    assert found.refused == {
        "lines": "Line 1, RAM-16-D4: the order does not show it. "
        "Line 2, SSD-1T: taken at another price than was approved. "
        "Line 3, RAM-16-D4: 3 instead of 4 were taken."
    }
    assert shop.map_record("purchase_orders", found.record.raw).entity.reference == order_number("w-1")


@pytest.mark.parametrize("broken", ["/order/po/$", "/po-line/$", "/issue/$"])
async def test_what_broke_off_in_the_middle_is_taken_up_again(shop, stand, broken):
    await shop.send_write(place(id="another"))
    write = place(line(1, "RAM-16-D4"), line(2, "SSD-1T", cost="84.90"))
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": broken}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(write)
    found = await shop.find_write(write)
    if broken != "/issue/$":
        shop.ctx.clock.instant = NOW + timedelta(seconds=120)
        assert isinstance(await shop.find_write(write), ProvenAbsent), "a draft was not placed"
        found = Found((await shop.send_write(write)).ref)
    assert await shop.find_write(write) == found
    ours = [one for one in orders(stand) if one["supplier_reference"] == order_number("w-1")]
    assert [one["status"] for one in ours] == [20], "one order, and no draft beside it"
    assert len([one for one in lines(stand) if one["order"] == ours[0]["pk"]]) == 2


async def test_an_answer_that_does_not_name_the_order_is_a_doubt(shop, stand):
    odd = {"kind": "status", "status": 201, "body": {"detail": "Created."}}
    stand.sandbox.faults([{**odd, "match": {"method": "POST", "path": "/order/po/$"}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(place())


@pytest.mark.parametrize("broken", ["/order/po/$", "/po-line/$"])
async def test_the_first_order_of_all_that_broke_off_proves_itself_that_it_is_a_draft(shop, stand, broken):
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": broken}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(place())
    assert isinstance(await shop.find_write(place()), Inconclusive)
    shop.ctx.clock.instant = NOW + timedelta(seconds=120)
    assert isinstance(await shop.find_write(place()), ProvenAbsent)


async def test_what_has_our_number_already_is_never_made_a_second_time(shop, stand):
    """Whatever people did to it in InvenTree: placed it counts, on hold it is theirs, a cancelled draft is none."""
    ref = (await shop.send_write(place())).ref
    assert (await shop.send_write(place())).ref == ref
    (order,) = orders(stand)
    order |= {"status": 25, "issue_date": None}
    with pytest.raises(RejectedError, match="PO-0001 in InvenTree has the number"):
        await shop.send_write(place())
    order["status"] = 40
    await shop.send_write(place())
    assert [one["status"] for one in orders(stand)] == [40, 20]


async def test_a_cancellation_that_does_not_show_yet_may_still_come(shop):
    ref = (await shop.send_write(place())).ref
    cancel = Write("c-1", "purchase_orders.cancel", target=ref, values={"status": "cancelled"}, attempted_at=NOW)
    assert isinstance(await shop.find_write(cancel), Inconclusive)
    shop.ctx.clock.instant = NOW + timedelta(seconds=120)
    assert isinstance(await shop.find_write(cancel), ProvenAbsent)


async def test_a_refused_line_leaves_a_draft_and_nothing_ordered(shop, stand):
    fault = {"kind": "status", "status": 400, "body": {"quantity": ["Wrong"]}}
    stand.sandbox.faults([{**fault, "match": {"method": "POST", "path": "/po-line/$"}}])
    with pytest.raises(RejectedError) as refused:
        await shop.send_write(place())
    assert "PO-0001 stays a draft" in str(refused.value.hint)
    assert [one["status"] for one in orders(stand)] == [10]
    await shop.send_write(place())
    assert [one["status"] for one in orders(stand)] == [20]


async def test_packs_are_counted_and_priced_as_the_server_does(shop, stand):
    with pytest.raises(RejectedError, match="packs of 100"):
        await shop.send_write(place(line(1, "CAB-C6", "150", "0.35")))
    receipt = await shop.send_write(place(line(1, "CAB-C6", "300", "0.35")))
    (one,) = lines(stand)
    assert (one["quantity"], Decimal(one["purchase_price"])) == ("3", Decimal(35))
    ((order, (shown,), _),) = await read(shop)
    assert (shown.quantity, shown.unit_cost, shown.received, shown.currency) == (300, Decimal("0.35"), 0, "EUR")
    assert (shown.number, shown.part_number, shown.part_ref) == ("1", "CAB-C6", str(one["part"]))
    assert (order.number, order.reference, order.supplier) == ("PO-0001", order_number("w-1"), "Distribution Example")
    assert (order.status, order.status_text, order.total_cost) == (OrderStatus.PLACED, "Placed", 105)
    await shop.send_write(receive(receipt.ref, (shown.external_id, "100", {}), place="1"))
    ((order, (shown,), _),) = await read(shop)
    assert (order.status, shown.received) == (OrderStatus.PLACED, 100)


async def test_without_a_price_the_server_is_asked_to_find_one(shop, stand):
    seen = []
    real = stand.sandbox.orders.add_line
    stand.sandbox.orders.add_line = lambda row: seen.append(row) or real(row)
    try:
        await shop.send_write(place(line(1, "RAM-16-D4", cost=None)))
    finally:
        del stand.sandbox.orders.add_line
    assert seen[0]["purchase_price"] is None


async def test_of_several_suppliers_one_is_named(shop, stand):
    records = stand.sandbox.records
    other = records.add("company", _copy(records.known("company", 1), name="Other Example"))
    source = records.all("supplier_part", SKU="D-100482")[0]
    records.add("supplier_part", _copy(source, SKU="O-1", supplier=other["pk"]))
    with pytest.raises(RejectedError, match="Several suppliers") as refused:
        await shop.send_write(place())
    assert "--supplier" in str(refused.value.hint)
    with pytest.raises(RejectedError, match="No such supplier"):
        await shop.send_write(place(supplier="Nobody"))
    await shop.send_write(place(supplier="other example"))
    assert [one["supplier"] for one in orders(stand)] == [other["pk"]]


@pytest.mark.parametrize("part", ["FAN-120", "NOBODY", "999"])
async def test_what_no_supplier_sells_is_not_ordered(shop, stand, part):
    with pytest.raises(RejectedError, match="Nothing was ordered"):
        await shop.send_write(place(line(1, part)))
    assert not orders(stand)


async def test_a_number_that_is_the_key_of_another_part_is_not_guessed(shop, stand):
    """A part without a number of its own is offered by its key."""
    records = stand.sandbox.records
    (memory,), (disk,) = records.all("part", IPN="RAM-16-D4"), records.all("part", IPN="SSD-1T")
    memory["IPN"] = str(disk["pk"])
    await shop.send_write(place(line(1, memory["IPN"])))  # the disk is offered by its own number, so it is not meant
    disk["IPN"] = ""
    with pytest.raises(RejectedError, match="no single part"):
        await shop.send_write(place(line(1, memory["IPN"]), id="w-2"))
    assert len(orders(stand)) == 1


async def test_another_pattern_is_a_setting_and_the_wrong_one_is_named(stand_with):
    with stand_with(reference="B-") as other:
        async with other.connector(order_reference="B-{ref:06d}") as shop:
            await shop.send_write(place())
        assert [one["reference"] for one in orders(other)] == ["B-000001"]
        async with other.connector() as shop:
            with pytest.raises(RejectedError, match="does not have the pattern") as refused:
                await shop.send_write(place(id="w-2"))
        assert "order_reference" in str(refused.value.hint)


async def test_pieces_come_with_their_serial_numbers_and_are_found_by_the_mark(shop, stand):
    order = (await shop.send_write(place(line(1, "DOCK-130", "2", "164")))).ref
    (one,) = lines(stand)
    came = receive(order, (str(one["pk"]), "2", {"serial_numbers": ["DK-7", "DK-8"]}), place="Shelf A", note="on time")
    stand.sandbox.faults([{"kind": "drop_after", "match": {"path": "/receive/$"}}])
    with pytest.raises(OutcomeUnknownError):
        await shop.send_write(came)
    assert isinstance(await shop.find_write(came), Found)
    pieces = stand.sandbox.records.all("stock", purchase_order=int(order))
    assert [(item["serial"], item["location"]) for item in pieces] == [("DK-7", 2), ("DK-8", 2)]
    assert stand.sandbox.records.all("track", item=pieces[0]["pk"])[-1]["notes"] == "on time\n\n[ref:r-1]"


async def test_a_receipt_is_proven_absent_by_an_earlier_one_whatever_else_was_moved(shop, stand):
    """Of several entries of that one the first stands for it, and what was taken is no receipt."""
    order = (await shop.send_write(place(line(1, "DOCK-130", "3", "164")))).ref
    ref = str(lines(stand)[0]["pk"])
    two = {"serial_numbers": ["DK-7", "DK-8"]}
    await shop.send_write(receive(order, (ref, "2", two), id="earlier", place="1"))
    level = str(next(item["pk"] for item in stand.sandbox.records.all("stock") if not item.get("serial")))
    values = {"quantity": "1", "ticket_number": "T-7"}
    await shop.send_write(Write("t-1", "stock_moves.take", parent=level, values=values))
    shop.ctx.clock.instant = NOW + timedelta(seconds=120)
    assert isinstance(await shop.find_write(receive(order, (ref, "1", {}))), ProvenAbsent)


async def test_no_more_is_booked_than_was_ordered(shop, stand):
    order = (await shop.send_write(place())).ref
    ref = str(lines(stand)[0]["pk"])
    for count, where in (("3", "1"), ("1", "Nowhere")):
        with pytest.raises(RejectedError, match="Nothing was booked"):
            await shop.send_write(receive(order, (ref, count, {}), place=where))
    with pytest.raises(RejectedError, match="no line 99"):
        await shop.send_write(receive(order, ("99", "1", {}), place="1"))
    assert stand.sandbox.orders.done == 1


async def test_a_server_with_another_history_books_nothing(stand_with):
    with stand_with(api_version=566) as newer:
        async with newer.connector() as shop:
            with pytest.raises(UnsupportedError):
                await shop.send_write(receive("1", ("1", "1", {})))
