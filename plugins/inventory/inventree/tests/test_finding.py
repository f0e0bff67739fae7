"""Looking for a part over real HTTP."""

from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import PartQuery
from servicedesk_core.errors import AuthenticationError, PermissionDeniedError, ProtocolError


async def found(shop, **query):
    return await shop.find_parts(PartQuery(**query))


@pytest.mark.parametrize(
    "query",
    [
        {"words": "ssd nvme"},
        {"words": "990-1T"},
        {"part_number": "SSD-1T"},
        {"part_number": "EX-990-1T"},
        {"part_number": "D-100371"},
        {"part_number": "ex-990-1t"},
        {"upc": "4006381333931"},
        {"words": "ssd", "part_number": "EX-990-1T"},
    ],
    ids=["words", "number-as-words", "ipn", "mpn", "sku", "in-small-letters", "bar-code", "words-and-number"],
)
async def test_a_part_is_found_by_each_of_its_names(shop, query):
    (offer,) = await found(shop, **query)
    assert (offer.number, offer.name, offer.manufacturer) == ("SSD-1T", "SSD 1 TB NVMe", "Example Storage")
    assert (offer.manufacturer_part_number, offer.available, offer.is_active) == ("EX-990-1T", Decimal(8), True)
    assert [(place.name, place.available, place.ref) for place in offer.places] == [
        ("Store room/Shelf A", Decimal(6), "1"),
        ("Van 1", Decimal(2), "2"),
    ]
    assert (offer.unit_price, offer.currency) == (Decimal("79.5"), "EUR")


async def test_a_serial_number_finds_its_piece_alone(shop):
    (offer,) = await found(shop, serial="DK-0002")
    assert (offer.number, offer.manufacturer_part_number) == ("DOCK-130", "WD19S-130W")
    assert [place.serial_numbers for place in offer.places] == [("DK-0002",)]
    assert offer.places[0].available == 1
    (gone,) = await found(shop, serial="DK-0000")  # a client has it
    assert (gone.available, gone.places) == (0, ())


async def test_what_is_known_and_used_up_is_offered_with_none(shop, stand):
    stand.sandbox.room.act("assign", {"items": [{"item": 4}, {"item": 5}], "customer": 2})
    (offer,) = await found(shop, part_number="DOCK-130")
    assert (offer.available, offer.unit_price) == (0, None)


async def test_all_that_is_said_must_fit_and_nothing_is_no_error(shop):
    for query in (
        {"words": "ssd", "part_number": "RAM-16-D4"},
        {"serial": "DK-0001", "part_number": "SSD-1T"},
        {"part_number": "990-1T"},  # a piece of a number is no number
        {"upc": "4006381333948"},
        {"words": "no such thing"},
    ):
        assert await found(shop, **query) == (), query


async def test_a_number_that_is_a_piece_of_many_is_found_all_the_same(shop, stand):
    for _ in range(120):
        stand.sandbox.records.add("part", {**stand.sandbox.records.get("part", 6), "IPN": "SSD-1T-OLD", "name": "A"})
    assert [offer.name for offer in await found(shop, part_number="SSD-1T")] == ["SSD 1 TB NVMe"]


async def test_what_is_left_blank_asks_for_nothing_and_what_lies_there_comes_first(shop):
    (offer,) = await found(shop, part_number="SSD-1T", serial=" ", upc="", words="  ")
    assert len(offer.places) == 2
    assert [offer.number for offer in await found(shop, words="e")][:2] == ["CAB-C6", "SSD-1T"]


async def test_a_upc_is_an_ean_with_a_nought(shop, stand):
    stand.sandbox.records.save("part", {**stand.sandbox.records.get("part", 2), "barcode": "036000291452"})
    assert [offer.number for offer in await found(shop, upc="0036000291452")] == ["RAM-16-D4"]
    stand.sandbox.records.save("part", {**stand.sandbox.records.get("part", 2), "barcode": "0036000291452"})
    assert [offer.number for offer in await found(shop, upc="036000291452")] == ["RAM-16-D4"]


@pytest.mark.parametrize(("kind", "key"), [("stock", 3), ("supplier_part", 2)])
async def test_a_bar_code_of_a_piece_or_of_a_suppliers_part_leads_to_its_part(shop, stand, kind, key):
    stand.sandbox.records.save(kind, {**stand.sandbox.records.get(kind, key), "barcode": "036000291452"})
    assert [offer.number for offer in await found(shop, upc="036000291452")] == ["RAM-16-D4"]


async def test_what_is_lost_or_in_quarantine_counts_as_in_stock_there_and_not_here(shop, stand):
    stand.sandbox.records.save("stock", {**stand.sandbox.records.get("stock", 1), "status": 75})
    (offer,) = await found(shop, part_number="SSD-1T")
    assert (offer.available, [place.available for place in offer.places]) == (2, [0, 2])
    assert offer.unit_price == Decimal("81.333333")  # of what can be taken


async def test_a_few_requests_are_asked_and_nothing_is_changed(shop, stand):
    await found(shop, part_number="SSD-1T")
    assert stand.sandbox.requests.total() == 6
    await found(shop, words="ssd")
    assert stand.sandbox.requests.total() == 9
    assert stand.sandbox.room.moves == 0


async def test_a_token_that_is_wrong_and_a_right_that_lacks_are_told_apart(stand):
    async with stand.connector(token="wrong") as shop:
        with pytest.raises(AuthenticationError) as refused:
            await found(shop, words="ssd")
    assert "wrong" not in str(refused.value)
    denied = {"detail": "You do not have permission to perform this action."}
    stand.sandbox.faults([{"kind": "status", "status": 403, "body": denied}])
    async with stand.connector() as shop:
        with pytest.raises(PermissionDeniedError, match="do not have permission"):
            await found(shop, words="ssd")


async def test_an_address_of_something_else_is_said(stand):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": {"server": "Other"}, "match": {"path": "/api/$"}}])
    async with stand.connector() as shop:
        with pytest.raises(ProtocolError, match="no InvenTree server"):
            await shop.vendor_identity()


async def test_a_server_that_is_busy_is_asked_again(shop, stand):
    stand.sandbox.faults(
        [{"kind": "status", "status": 503, "match": {"path": "/part/$"}}, {"kind": "status", "status": 429, "nth": 3}]
    )
    assert len(await found(shop, words="ssd")) == 1
