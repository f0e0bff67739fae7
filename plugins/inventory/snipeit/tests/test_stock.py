"""What the interface writes for people is read as what it means."""

from decimal import Decimal

import httpx
import pytest

from servicedesk_core.domain.parts import PartQuery
from servicedesk_core.errors import AuthenticationError, ProtocolError, RateLimitedError
from servicedesk_core.hooks import FetchStatus
from servicedesk_snipeit.values import amount


async def test_texts_lose_the_escapes_of_html(snipeit, read):
    parts = await read(snipeit, "parts")
    assert parts["components/1"].name == "Dock WD19S 130W & cable"
    assert parts["accessories/1"].name == "Keyboard 'Öre'"
    assert (await read(snipeit, "stock_levels"))["components/1"].place == "Store & Van"


async def test_a_cost_is_read_as_the_installation_writes_it(stand_with, read):
    with stand_with(decimal=",") as stand:
        async with stand.connector(decimal_separator=",") as right, stand.connector() as wrong:
            assert (await read(right, "parts"))["components/2"].unit_cost == Decimal("1299.00")
            told = await read(wrong, "parts")
            assert told["components/2"].unit_cost is None
            raw = {"kind": "components", "id": 2, "name": "x", "purchase_cost": "1.299,00"}
            (issue,) = wrong.map_record("parts", raw).issues
            assert (issue.kind, issue.field) == ("unreadable_cost", "unit_cost")
            assert wrong.mapping_version("parts") != right.mapping_version("parts")


def test_nothing_is_guessed_of_a_cost():
    assert amount("1,299.00", ".") == amount("1.299,00", ",") == Decimal(1299)
    assert amount("", ".") is None
    for wrong in ("1.299", "1,299", "1.299,00", "USD 5.00", "12,99.00"):
        with pytest.raises(ValueError, match="separator"):
            amount(wrong, ".")


async def test_without_a_currency_there_is_no_cost(stand, read):
    async with stand.connector(currency=None) as connector:
        part = (await read(connector, "parts"))["components/1"]
        assert (part.unit_cost, part.currency) == (None, None)
        (offer,) = await connector.find_parts(PartQuery(part_number="WD19S-130W"))
        assert offer.unit_price is None


async def test_only_assets_on_the_shelf_are_stock_and_each_is_a_piece(snipeit, read):
    levels = await read(snipeit, "stock_levels")
    pieces = {level.serial_number: level.part_ref for ref, level in levels.items() if ref.startswith("hardware/")}
    assert pieces == {"PF1SPARE1": "models/1", "PF1SPARE2": "models/1"}
    parts = await read(snipeit, "parts")
    assert parts["models/1"].name == "ThinkPad T14"
    assert "models/2" not in parts, "nothing of it lies on the shelf"


async def test_minimum_and_what_is_left_are_kept_apart_from_what_is_owned(snipeit, read):
    assert (await read(snipeit, "parts"))["consumables/1"].minimum == 6
    level = (await read(snipeit, "stock_levels"))["consumables/1"]
    assert (level.available, level.on_hand) == (4, 4)


async def test_a_row_that_is_deleted_while_it_is_read_takes_none_with_it(stand, snipeit):
    from servicedesk_core.hooks import PullMode, PullRequest

    seen, pages = set(), 0
    async for page in snipeit.pull(PullRequest("stock_levels", PullMode.BACKFILL, page_size=2)):
        seen |= {record.external_id for record in page.records}
        pages += 1
        if pages == 1:
            del stand.sandbox.stock.items["components"][1]
    assert {f"components/{number}" for number in stand.sandbox.stock.items["components"]} <= seen


async def test_an_id_that_is_not_there_comes_with_200_and_is_missing(snipeit):
    refs = ["components/1", "components/999", "models/1", "hardware/3", "nonsense"]
    for stream, found in (("parts", {"components/1", "models/1"}), ("stock_levels", {"components/1", "hardware/3"})):
        outcomes = [one async for one in snipeit.fetch_records(stream, refs)]
        assert {one.ref for one in outcomes if one.status is FetchStatus.FOUND} == found
        assert {one.status for one in outcomes} == {FetchStatus.FOUND, FetchStatus.MISSING}


async def test_an_asset_that_was_deleted_is_shown_all_the_same_and_is_missing(stand, snipeit, read):
    stand.sandbox.stock.items["hardware"][3]["deleted"] = "2026-05-30T10:00:00+00:00"
    assert "hardware/3" not in await read(snipeit, "stock_levels")
    (outcome,) = [one async for one in snipeit.fetch_records("stock_levels", ["hardware/3"])]
    assert outcome.status is FetchStatus.MISSING


async def test_a_model_is_the_same_by_its_assets_and_by_itself(snipeit, read):
    (alone,) = [one async for one in snipeit.fetch_records("parts", ["models/1"])]
    assert snipeit.map_record("parts", alone.records[0].raw).entity == (await read(snipeit, "parts"))["models/1"]


async def test_the_search_looks_into_everything_and_only_what_fits_is_offered(snipeit):
    (dock,) = await snipeit.find_parts(PartQuery(part_number="wd19s 130w"))
    assert (dock.number, dock.available, dock.unit_price, dock.currency) == (
        "components/1",
        5,
        Decimal("189.50"),
        "USD",
    )
    assert dock.places[0].ref == "components/1"
    assert [one.name for one in await snipeit.find_parts(PartQuery(words="cable dock"))] == [dock.name]
    assert await snipeit.find_parts(PartQuery(part_number="WD19")) == ()
    (laptop,) = await snipeit.find_parts(PartQuery(words="thinkpad"))
    assert (laptop.available, [place.serial_numbers[0] for place in laptop.places]) == (2, ["PF1SPARE1", "PF1SPARE2"])
    (piece,) = await snipeit.find_parts(PartQuery(serial="pf1spare2"))
    assert (piece.available, piece.places[0].ref) == (1, "hardware/2")


async def test_a_wrong_token_is_refused_and_stands_in_no_error(stand):
    async with stand.connector(token="1|not-this-one") as connector:
        with pytest.raises(AuthenticationError) as caught:
            await connector.vendor_identity()
    assert "not-this-one" not in repr(caught.value) + str(caught.value)


async def test_the_quota_of_a_minute_is_waited_for_and_then_an_error(stand, snipeit):
    stand.sandbox.left = 0
    with pytest.raises(RateLimitedError):
        await snipeit.vendor_identity()


def test_json_is_asked_for_because_errors_are_pages_else(stand):
    wrong = httpx.get(f"{stand.url}/api/v1/components", headers={"Authorization": "Bearer wrong"})
    assert (wrong.status_code, wrong.headers["location"]) == (302, f"{stand.url}/login")
    absent = httpx.get(f"{stand.url}/api/v1/no-such", headers={"Authorization": "Bearer sandbox-token"})
    assert (absent.status_code, absent.headers["content-type"]) == (404, "text/html")


async def test_a_page_that_the_installation_cuts_is_not_the_last(stand_with, read):
    with stand_with(max_results=2) as stand:
        async with stand.connector() as connector:
            there = {f"components/{number}" for number in stand.sandbox.stock.items["components"]}
            assert there <= (await read(connector, "stock_levels", page_size=500)).keys()


async def test_what_is_no_list_is_an_error_and_no_empty_shelf(stand, snipeit, read):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": {"rows": None}, "times": None}])
    with pytest.raises(ProtocolError):
        await read(snipeit, "parts")


async def test_the_installation_is_named_by_its_address(stand, snipeit):
    identity = await snipeit.vendor_identity()
    assert identity.account == stand.url.removeprefix("http://")
    assert identity.record_urls["parts"].format(external_id="components/1") == f"{stand.url}/components/1"
