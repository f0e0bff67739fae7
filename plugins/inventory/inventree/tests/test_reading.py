"""Streams over real HTTP: pages of a moving list, changes, and what records mean."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.errors import MappingError, PermissionDeniedError, ProtocolError
from servicedesk_core.hooks import FetchStatus, PullMode, PullRequest
from servicedesk_inventree.reading.pages import Position, cuts, read_position

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


async def pages(shop, stream="stock_levels", mode=PullMode.BACKFILL, **more):
    return [page async for page in shop.pull(PullRequest(stream, mode, **more))]


async def records(shop, stream, **more):
    raws = [record.raw for page in await pages(shop, stream, **more) for record in page.records]
    return {entity.external_id: entity for raw in raws for entity in [shop.map_record(stream, raw).entity]}


async def test_parts_know_their_makers_and_what_was_paid(shop, stand):
    parts = await records(shop, "parts")
    ssd, cable, fan = parts["1"], parts["4"], parts["6"]
    assert (ssd.number, ssd.manufacturer, ssd.manufacturer_part_number) == ("SSD-1T", "Example Storage", "EX-990-1T")
    assert (ssd.minimum, ssd.category, ssd.currency) == (4, "Spare parts", "EUR")
    assert ssd.unit_cost == Decimal("79.958333")  # six at 79.50 and two at 81.333333
    assert (cable.unit_cost, cable.manufacturer, parts["5"].unit_cost) == (Decimal("0.35"), None, None)
    assert parts["3"].unit_cost == 151  # the piece that a client has is not counted
    assert (fan.is_active, parts["3"].is_serialized) == (False, True)
    assert fan.minimum is None  # nobody set one


async def test_prices_in_several_currencies_are_no_cost(shop, stand):
    item = stand.sandbox.records.get("stock", 2)
    stand.sandbox.records.save("stock", {**item, "purchase_price_currency": "USD"})
    part = (await records(shop, "parts"))["1"]
    assert (part.unit_cost, part.currency) == (None, None)


async def test_levels_say_what_can_be_taken_and_doubles_are_exact(shop, stand):
    levels = await records(shop, "stock_levels")
    assert (levels["1"].place, levels["1"].available, levels["1"].part_ref) == ("Store room/Shelf A", 6, "1")
    assert levels["9"].available == Decimal("0.1")
    assert levels["7"].on_hand == Decimal("153.25")
    assert (levels["6"].serial_number, levels["6"].available, levels["6"].on_hand) == (
        "DK-0000",
        0,
        0,
    )  # a client has it
    assert levels["1"].modified_at == NOW
    reserved = {"pk": 1, "part": 1, "quantity": 0.30000000000000004, "allocated": 0.1, "in_stock": True}
    assert shop.map_record("stock_levels", reserved).entity.available == Decimal("0.2")
    lost = shop.map_record("stock_levels", {**reserved, "status": 70}).entity
    broken = shop.map_record("stock_levels", {**reserved, "status": 65}).entity
    assert (lost.available, lost.on_hand, broken.available, broken.on_hand) == (0, 0, 0, Decimal("0.3"))


async def test_instants_are_of_the_servers_zone(stand):
    async with stand.connector(time_zone="Europe/Berlin") as shop:
        assert (await records(shop, "stock_levels"))["1"].modified_at == NOW - timedelta(hours=1)


async def test_changes_come_though_stamps_are_to_the_minute_and_filters_to_the_day(stand):
    async with stand.connector() as shop:
        stand.sandbox.advance(48)
        stand.sandbox.room.act("add", {"items": [{"pk": 3, "quantity": "1"}]})
        later = NOW + timedelta(hours=48)
        found = await pages(shop, mode=PullMode.INCREMENTAL, since=later + timedelta(seconds=40))
        assert [record.external_id for page in found for record in page.records] == ["3"]
        assert found[-1].max_stamp == later
        assert await shop.count(PullRequest("stock_levels", PullMode.INCREMENTAL, since=later)) is None
        assert await shop.count(PullRequest("parts", PullMode.BACKFILL)) == 6


async def test_records_that_move_forward_between_two_pages_are_not_left_out(shop, stand):
    came = []
    async for page in shop.pull(PullRequest("stock_levels", PullMode.BACKFILL, page_size=3)):
        came += [record.external_id for record in page.records]
        if len(came) == 3:
            for gone in (1, 3):
                stand.sandbox.room.drop(stand.sandbox.records.get("stock", gone))
    assert set(came) == {str(number) for number in range(1, 10)}


async def test_a_page_that_can_be_resumed_survives_deletions_too(shop, stand):
    first, *_ = await pages(shop, "parts", page_size=2)
    stand.sandbox.records.drop("part", 2)
    rest = await pages(shop, "parts", page_size=2, resume=first.resume)
    assert {"3", "4", "5", "6"} <= {record.external_id for page in rest for record in page.records}


async def test_any_deletions_between_pages_leave_nothing_out():
    for gone in ({0}, {1}, {0, 1}, {0, 1, 2, 3}, {2, 3, 4}, set(range(5))):
        rows = [{"pk": number} for number in range(1, 13)]
        kept = [row for place, row in enumerate(rows) if place not in gone]
        now = rows

        async def ask(offset, limit):
            return now[offset : offset + limit], len(now)  # noqa: B023

        came = []
        async for cut in cuts(ask, 3, Position()):
            came += [row["pk"] for row in cut.rows]
            now = kept if len(came) >= 5 else now
        assert {row["pk"] for row in kept} <= set(came), gone


async def test_rows_that_no_order_tells_apart_are_all_read():
    """What was created at one moment stands in another order on each page."""
    for seed in range(20):

        async def ask(offset, limit):
            middle = list(range(8, 24))
            random.Random(f"{seed} {offset} {limit}").shuffle(middle)  # noqa: B023
            listed = [*range(1, 8), *middle, *range(24, 31)]
            return [{"pk": number} for number in listed[offset : offset + limit]], len(listed)

        pieces = [cut async for cut in cuts(ask, 6, Position())]
        assert {row["pk"] for cut in pieces for row in cut.rows} == set(range(1, 31)), seed
        assert [cut.following is None for cut in pieces] == [False] * (len(pieces) - 1) + [True]
        assert all(read_position(cut.following.text()) == cut.following for cut in pieces[:-1])


async def test_a_list_that_keeps_something_back_is_no_list():
    async def ask(offset, limit):
        listed = [1, 2, 3, 3, 5]
        return [{"pk": number} for number in listed[offset : offset + limit]], len(listed)

    with pytest.raises(ProtocolError, match="less than it counts"):
        [cut async for cut in cuts(ask, 2, Position())]


async def test_a_list_that_ends_too_early_is_no_list():
    async def ask(offset, limit):
        return [{"pk": 1}][offset:], 9

    with pytest.raises(ProtocolError, match="empty page after 1 of 9"):
        [cut async for cut in cuts(ask, 1, Position())]


async def test_without_a_page_around_it_a_list_is_refused(shop, stand):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": [], "match": {"path": "/stock/$"}}])
    with pytest.raises(ProtocolError, match="no page"):
        await pages(shop)


async def test_reconciliation_reads_ids_and_stamps(shop):
    found = await pages(shop, mode=PullMode.RECONCILE)
    assert {record.raw for page in found for record in page.records} == {None}
    assert {record.stamps["modified_at"] for page in found for record in page.records} == {NOW}


async def test_named_records_come_one_by_one(shop):
    outcomes = [one async for one in shop.fetch_records("parts", ["1", "99", "x"])]
    assert [one.status for one in outcomes] == [FetchStatus.FOUND, FetchStatus.MISSING, FetchStatus.MISSING]
    (pulled,) = [r for page in await pages(shop, "parts") for r in page.records if r.external_id == "1"]
    assert outcomes[0].records == (pulled,)
    (level,) = [one async for one in shop.fetch_records("stock_levels", ["1"])]
    (pulled,) = [r for page in await pages(shop) for r in page.records if r.external_id == "1"]
    assert level.records == (pulled,)  # else it would look changed


async def test_a_right_that_lacks_is_named_by_the_check(shop, stand):
    denied = {"kind": "status", "status": 403, "body": {"detail": "no"}, "times": None}
    stand.sandbox.faults([{**denied, "match": {"path": "/manufacturer/"}}])
    parts, levels = await shop.check_connection(("parts", "stock_levels"))
    assert (parts.readable, levels.readable, levels.visible) == (False, True, 9)
    assert "Purchase Orders: view" in parts.note
    with pytest.raises(PermissionDeniedError):  # a part without its maker would be another part
        await pages(shop, "parts")


async def test_the_server_is_known_by_its_own_id_and_older_ones_by_their_address(shop, stand):
    assert (await shop.vendor_identity()).account == "8f4f6f0e-2f1f-4f0c-9d52-2b1f3f7c0a11"
    old = {"server": "InvenTree", "version": "0.13.0", "apiVersion": 166}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": old, "match": {"path": "/api/$"}}])
    async with stand.connector() as older:
        identity = await older.vendor_identity()
    assert identity.account == stand.url.removeprefix("http://")
    assert identity.record_urls["parts"].startswith(stand.url)


async def test_fields_are_described_with_what_they_feed(shop):
    fields = {field.name: field for field in await shop.describe_fields("parts")}
    assert (fields["IPN"].maps_to, fields["keywords"].maps_to) == ("number", None)


def test_a_record_without_key_or_quantity_goes_into_quarantine(shop):
    for raw in ({"pk": 1}, {"pk": 1, "part": 1, "quantity": "many", "in_stock": True}, {"part": 1, "quantity": 1}):
        with pytest.raises(MappingError):
            shop.map_record("stock_levels", raw)
