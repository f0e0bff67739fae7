"""Streams over real HTTP: what records mean, what changed, and what a page is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    MappingError,
    PermissionDeniedError,
    ProtocolError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import FetchStatus, PullMode, PullRequest

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SSD, RAM, CABLE, SHELF, VAN, CLIENTS = 1, 2, 4, 9, 10, 11


async def pages(tryton, stream="stock_levels", mode=PullMode.BACKFILL, **more):
    return [page async for page in tryton.pull(PullRequest(stream, mode, **more))]


async def records(tryton, stream, **more):
    raws = [record.raw for page in await pages(tryton, stream, **more) for record in page.records]
    return {entity.external_id: entity for raw in raws for entity in [tryton.map_record(stream, raw).entity]}


async def changed(tryton, stream, since):
    return {
        record.external_id
        for page in await pages(tryton, stream, PullMode.INCREMENTAL, since=since)
        for record in page.records
    }


async def test_products_are_parts_with_all_that_other_records_say(tryton):
    parts = await records(tryton, "parts")
    ssd, dock, cable, fan = parts["1"], parts["3"], parts["4"], parts["5"]
    assert (ssd.name, ssd.number, ssd.upc) == ("SSD 1 TB NVMe", "SSD-1T", "4006381333931")
    assert (ssd.manufacturer, ssd.manufacturer_part_number) == ("Example Storage", "EX-990-1T")
    assert (ssd.unit_cost, ssd.currency, ssd.minimum, ssd.category) == (Decimal("79.9583"), "USD", 4, "Spare parts")
    assert (dock.is_serialized, ssd.is_serialized) == (True, False)
    assert (cable.manufacturer_part_number, cable.minimum) == (None, None)
    assert (fan.is_active, "6" in parts) == (False, False)  # archived ones come, services do not


async def test_a_cost_of_nought_is_no_cost_and_a_foreign_company_has_costs_of_its_own(tryton, stand):
    nought = {"__class__": "Decimal", "decimal": "0"}
    stand.sandbox.records.write("product.cost_price", RAM, cost_price=nought)
    stand.sandbox.records.write("product.cost_price", CABLE, company=2)
    parts = await records(tryton, "parts")
    assert [parts[ref].unit_cost for ref in ("2", "4")] == [None, None]


async def test_money_never_passes_through_a_double(tryton, stand):
    exact = {"__class__": "Decimal", "decimal": "12345678.1234"}
    stand.sandbox.records.write("product.cost_price", SSD, cost_price=exact)
    assert (await records(tryton, "parts"))["1"].unit_cost == Decimal("12345678.1234")
    raw = {"id": 1, "template.": {"name": "A"}, "cost_price": 1.1, "_currency": "USD"}
    assert tryton.map_record("parts", raw).entity.unit_cost is None


async def test_levels_are_of_storage_below_a_warehouse_and_lots_stand_alone(tryton, stand):
    levels = await records(tryton, "stock_levels")
    assert set(levels) == {"9-1", "9-2", "9-3-1", "9-3-2", "10-1", "10-4"}
    assert (levels["9-1"].place, levels["9-1"].on_hand, levels["9-1"].part_ref) == ("Shelf A", 6, "1")
    assert (levels["9-3-1"].serial_number, levels["10-4"].on_hand) == ("DK-0001", Decimal("153.25"))
    stand.sandbox.shipping.count(CLIENTS, SSD, 3)
    stand.sandbox.shipping.count(SHELF, 3, 1)  # a piece without a number
    levels = await records(tryton, "stock_levels")
    assert (levels["9-3"].on_hand, levels["9-3"].serial_number, "11-1" in levels) == (1, None, False)


async def test_two_places_of_one_name_are_told_apart(tryton, stand):
    place = stand.sandbox.records.add("stock.location", name="Shelf A", code=None, type="storage", parent=1, active=1)
    stand.sandbox.shipping.count(place["id"], SSD, 1)
    places = {level.place for level in (await records(tryton, "stock_levels")).values()}
    assert places == {"Warehouse/Storage Zone/Shelf A", "Warehouse/Input Zone/Shelf A", "Van 1"}


async def test_what_is_assigned_lies_there_and_what_is_planned_is_on_its_way(tryton, stand):
    draft = {"company": 1, "from_location": SHELF, "to_location": VAN}
    move = {**draft, "product": SSD, "unit": 1, "quantity": 2}
    shipping = stand.sandbox.shipping
    (ref,) = shipping.create([{**draft, "reference": None, "moves": [["create", [move]]]}])
    levels = await records(tryton, "stock_levels")
    assert (levels["9-1"].available, levels["10-1"].on_order) == (6, 2)
    for act in ("wait", "assign_try"):
        shipping.act(act, stand.sandbox.records.get("stock.shipment.internal", ref))
    levels = await records(tryton, "stock_levels")
    assert (levels["9-1"].on_hand, levels["9-1"].available) == (6, 4)


async def test_only_levels_between_which_something_moved_come_again(tryton, stand):
    stand.sandbox.advance(1)
    later = NOW + timedelta(hours=1)
    stand.sandbox.shipping.count(VAN, SSD, -2)
    stand.sandbox.shipping.count(SHELF, RAM, 1)
    found = await pages(tryton, mode=PullMode.INCREMENTAL, since=later)
    assert [record.external_id for page in found for record in page.records] == ["9-2"]
    assert [ref for page in found for ref in page.gone] == ["10-1"]  # nothing is left of it there
    assert {page.max_stamp for page in found} == {later}


async def test_a_reading_that_goes_on_covers_no_more_than_it_did_at_its_start(tryton, stand):
    first, *_ = await pages(tryton, page_size=1)
    stand.sandbox.advance(1)
    stand.sandbox.shipping.count(SHELF, SSD, 1)  # behind where the reading stands
    rest = await pages(tryton, page_size=1, resume=first.resume)
    assert {page.max_stamp for page in (first, *rest)} == {NOW}
    assert "9-1" not in {record.external_id for page in rest for record in page.records}


@pytest.mark.parametrize(
    ("model", "ref", "change"),
    [
        ("product.product", SSD, {"code": "SSD-1TB"}),
        ("product.template", SSD, {"name": "SSD"}),
        ("product.identifier", 1, {"code": "4006381333948"}),
        ("product.cost_price", SSD, {"cost_price": {"__class__": "Decimal", "decimal": "70"}}),
        ("purchase.product_supplier", 1, {"code": "D-1"}),
        ("stock.order_point", 1, {"min_quantity": 5.0}),
    ],
)
async def test_a_part_has_changed_when_any_record_did_that_says_more_of_it(tryton, stand, model, ref, change):
    stand.sandbox.advance(1)
    later = NOW + timedelta(hours=1)
    assert await changed(tryton, "parts", later) == set()
    stand.sandbox.records.write(model, ref, **change)
    assert await changed(tryton, "parts", later) == {"1"}
    assert await tryton.count(PullRequest("parts", PullMode.INCREMENTAL, since=later)) == 1
    assert (await records(tryton, "parts"))["1"].modified_at == later


async def test_what_is_deleted_between_two_pages_leaves_nothing_out(tryton, stand):
    first, *_ = await pages(tryton, "parts", page_size=2)
    stand.sandbox.records.drop("product.product", 1)
    rest = await pages(tryton, "parts", page_size=2, resume=first.resume)
    assert [record.external_id for page in rest for record in page.records] == ["3", "4", "5"]


async def test_named_records_are_what_a_pull_brings(tryton):
    for stream in ("parts", "stock_levels"):
        pulled = {record.external_id: record for page in await pages(tryton, stream) for record in page.records}
        outcomes = [one async for one in tryton.fetch_records(stream, [*pulled, "9-99", "x", "9" * 30])]
        found = [one.records[0] for one in outcomes if one.status is FetchStatus.FOUND]
        assert found == list(pulled.values())
        assert [one.status for one in outcomes[-3:]] == [FetchStatus.MISSING] * 3


async def test_a_server_without_further_modules_is_read_all_the_same(stand_with):
    with stand_with(bare=True) as bare:
        async with bare.connector() as tryton:
            parts = await records(tryton, "parts")
            assert (parts["1"].minimum, parts["3"].is_serialized) == (None, None)
            assert set(await records(tryton, "stock_levels")) == {"9-1", "9-2", "9-3", "10-1", "10-4"}


async def test_a_right_that_lacks_is_named_by_the_check(tryton, stand):
    stand.sandbox.denied.add("stock.lot")
    parts, levels = await tryton.check_connection(("parts", "stock_levels"))
    assert (parts.readable, levels.readable) == (True, False)
    assert "Stock Lot" in levels.note
    assert "Group Stock" in levels.note
    with pytest.raises(PermissionDeniedError):  # levels without lots would be other levels
        await pages(tryton)


async def test_a_log_in_that_fails_says_why(stand):
    async with stand.connector(password="wrong") as tryton:
        with pytest.raises(AuthenticationError, match="refused the log-in"):
            await tryton.vendor_identity()
    async with stand.connector(database="other") as tryton:
        with pytest.raises(ProtocolError, match="No Tryton server with that database"):
            await tryton.vendor_identity()
    more = {"error": ["LoginException", ["sms", "Code", "char"]]}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": more, "path": "login"}])
    async with stand.connector() as tryton:
        with pytest.raises(AuthenticationError, match="more than a password"):
            await tryton.vendor_identity()


async def test_the_company_is_the_users_or_the_one_that_is_named(stand):
    async with stand.connector() as tryton:
        identity = await tryton.vendor_identity()
    assert (identity.name, identity.account) == ("Example MSP", f"{stand.url.removeprefix('http://')}/erp#1")
    async with stand.connector(company=7) as tryton:
        with pytest.raises(PermissionDeniedError, match="does not see company 7"):
            await tryton.vendor_identity()


async def test_a_failure_within_the_server_is_no_empty_list(tryton, stand):
    broken = {"error": ["'NoneType' object has no attribute 'x'", ""]}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": broken, "path": "search_read"}])
    with pytest.raises(ProtocolError, match="failed to answer"):
        await pages(tryton, "parts")
    stand.sandbox.faults([{"kind": "html", "status": 503, "times": None}])
    with pytest.raises(VendorUnavailableError):
        await pages(tryton, "parts")


async def test_fields_are_described_with_what_they_feed(tryton):
    fields = {field.name: field for field in await tryton.describe_fields("parts")}
    assert (fields["code"].maps_to, fields["cost_prices."].maps_to) == ("number", None)


def test_a_record_without_key_or_quantity_goes_into_quarantine(tryton):
    for stream, raw in (
        ("parts", {"id": 1}),
        ("parts", {"template.": {"name": "A"}}),
        ("stock_levels", {"ref": "9-1", "id": 1, "quantity": None}),
        ("stock_levels", {"id": 1, "quantity": 1.0}),
    ):
        with pytest.raises(MappingError):
            tryton.map_record(stream, raw)
