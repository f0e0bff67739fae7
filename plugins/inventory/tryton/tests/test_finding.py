"""Looking for a part over real HTTP."""

from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import PartQuery


async def found(tryton, **query):
    return await tryton.find_parts(PartQuery(**query))


@pytest.mark.parametrize(
    "query",
    [
        {"words": "ssd nvme"},
        {"words": "990-1T"},
        {"part_number": "SSD-1T"},
        {"part_number": "ex 990 1t"},
        {"part_number": "ex9901t"},
        {"part_number": "D-100371"},
        {"upc": "4006381333931"},
        {"words": "ssd", "part_number": "EX-990-1T"},
    ],
    ids=[
        "words",
        "number-as-words",
        "code",
        "mpn-with-blanks",
        "mpn-bare",
        "suppliers-code",
        "ean",
        "words-and-number",
    ],
)
async def test_a_part_is_found_by_each_of_its_names(tryton, query):
    (offer,) = await found(tryton, **query)
    assert (offer.number, offer.name, offer.manufacturer) == ("SSD-1T", "SSD 1 TB NVMe", "Example Storage")
    assert (offer.manufacturer_part_number, offer.available, offer.is_active) == ("EX-990-1T", Decimal(8), True)
    assert [(place.name, place.available, place.ref) for place in offer.places] == [
        ("Shelf A", Decimal(6), "9-1"),
        ("Van 1", Decimal(2), "10-1"),
    ]
    assert (offer.unit_price, offer.currency) == (Decimal("79.9583"), "USD")


async def test_a_lots_number_finds_that_piece_alone(tryton, stand):
    (offer,) = await found(tryton, serial="dk-0002")
    assert [(place.ref, place.serial_numbers) for place in offer.places] == [("9-3-2", ("DK-0002",))]
    stand.sandbox.shipping.count(9, 3, -1, 2)
    (gone,) = await found(tryton, serial="DK-0002")
    assert (gone.number, gone.available, gone.places) == ("DOCK-130", 0, ())
    (whole,) = await found(tryton, part_number="DOCK-130")
    assert [place.ref for place in whole.places] == ["9-3-1"]


async def test_all_that_is_said_must_fit_and_nothing_is_no_error(tryton):
    for query in (
        {"words": "ssd", "part_number": "RAM-16-D4"},
        {"serial": "DK-0001", "part_number": "SSD-1T"},
        {"part_number": "990-1T"},  # a piece of a number is no number
        {"upc": "4006381333948"},
        {"words": "s%d"},  # what a pattern would find
        {"words": "no such thing"},
    ):
        assert await found(tryton, **query) == (), query


async def test_a_upc_is_an_ean_with_a_nought(tryton, stand):
    for kept, asked in (("036000291452", "0036000291452"), ("0036000291452", "036000291452")):
        stand.sandbox.records.write("product.identifier", 1, code=kept)
        assert [offer.number for offer in await found(tryton, upc=asked)] == ["SSD-1T"]


async def test_a_few_requests_are_asked_and_nothing_is_changed(tryton, stand):
    await found(tryton, words="ssd")
    first = stand.requests.total()
    await found(tryton, words="ssd")
    assert (first, stand.requests.total() - first) == (8, 4)
    assert stand.sandbox.shipping.done == 0


async def test_a_server_without_lots_has_no_serial_numbers(stand_with):
    with stand_with(bare=True) as bare:
        async with bare.connector() as tryton:
            assert await found(tryton, serial="DK-0001") == ()
            (offer,) = await found(tryton, part_number="DOCK-130")
            assert [place.ref for place in offer.places] == ["9-3"]
