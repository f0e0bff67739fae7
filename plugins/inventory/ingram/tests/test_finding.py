"""Looking for a part over real HTTP."""

from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import PartQuery
from servicedesk_core.errors import AuthenticationError, ConnectorError, ProtocolError, RejectedError
from servicedesk_ingram.sandbox.products import Product

PRICES = {"path": "/priceandavailability$"}


async def found(ingram, **query):
    return await ingram.find_parts(PartQuery(**query))


def asked(stand):
    return {name: count for name, count in stand.sandbox.requests.items() if "token" not in name}


@pytest.fixture
def other(stand_with):
    """A connection to a stand-in with other habits."""

    @asynccontextmanager
    async def opened(**options):
        with stand_with(**options) as stand:
            async with stand.connector() as ingram:
                yield stand, ingram

    return opened


@pytest.mark.parametrize(
    "query",
    [
        {"words": "ssd nvme"},
        {"part_number": "EX-990-1T"},
        {"part_number": "4SP114"},
        {"part_number": "ex 990 1t"},
        {"upc": "4006381333931"},
        {"upc": "04006381333931"},
        {"words": "nvme", "part_number": "EX-990-1T", "upc": "4006381333931"},
    ],
    ids=["words", "makers-number", "ingrams-number", "spelt-otherwise", "bar-code", "gtin", "all-of-it"],
)
async def test_a_part_is_found_by_each_of_its_names(ingram, stand, query):
    (offer,) = await found(ingram, **query)
    assert (offer.number, offer.name, offer.manufacturer) == ("4SP114", "SSD 1TB NVME M.2 2280", "EXAMPLE STORAGE")
    assert (offer.manufacturer_part_number, offer.upc) == ("EX-990-1T", "4006381333931")
    assert (offer.unit_price, offer.list_price, offer.currency) == (Decimal("74.34"), Decimal("99.99"), "USD")
    assert [(place.name, place.available, place.ref) for place in offer.places] == [
        ("Mira Loma, CA", 30, "10"),
        ("Carol Stream, IL", 120, "40"),
        ("Warehouse 25", 5, "25"),
    ]
    assert (offer.available, offer.is_authorised, offer.takes_back_orders) == (155, True, True)
    assert sum(asked(stand).values()) == 2


async def test_what_arrives_is_told_by_place_and_day_and_what_others_wait_for_is_not(ingram, stand):
    (offer,) = await found(ingram, part_number="WD19S-130W")
    today = stand.sandbox.clock.now().date()
    assert (offer.available, offer.arrives_on) == (0, today + timedelta(days=9))
    assert [(place.name, place.on_order, place.arrives_on) for place in offer.places] == [
        ("Carol Stream, IL", 40, today + timedelta(days=40)),
        ("Jonestown, PA", 12, today + timedelta(days=9)),
    ]


async def test_a_day_that_is_past_is_expected_no_more(stand):
    clock = stand.clock()
    clock.instant = stand.sandbox.clock.now() + timedelta(days=30)
    async with stand.connector(clock=clock, token_url=None) as ingram:
        (offer,) = await found(ingram, part_number="WD19S-130W")
    assert [place.arrives_on for place in offer.places] == [offer.arrives_on, None]


async def test_nought_is_no_price_and_a_lowest_price_is_told(ingram):
    (dock,) = await found(ingram, part_number="WD19S-130W")
    (ssd,) = await found(ingram, part_number="EX-990-1T")
    assert (dock.is_active, ssd.is_active) == (True, True)
    assert (dock.map_price, ssd.map_price) == (Decimal("219.99"), None)


async def test_money_is_exact(ingram):
    (offer,) = await found(ingram, part_number="RAM-32-D4")
    assert offer.unit_price == Decimal("0.3")


async def test_what_is_made_no_more_names_its_successor(ingram):
    (offer,) = await found(ingram, part_number="RAM-16-D4")
    assert (offer.is_active, offer.replaced_by, offer.takes_back_orders) == (False, "7RM032", False)


async def test_what_we_may_not_buy_has_no_price(ingram):
    (offer,) = await found(ingram, part_number="CARE-3Y")
    assert (offer.is_authorised, offer.unit_price, offer.list_price, offer.currency) == (False, None, None, None)


async def test_a_line_that_is_refused_spoils_no_other(ingram, stand):
    """207: the catalogue shows both, and knows a price of one."""
    offers = {offer.number: offer for offer in await found(ingram, words="dock")}
    assert offers.keys() == {"2KD007", "3ZZ404", "9WA001"}
    legacy, dock = offers["3ZZ404"], offers["2KD007"]
    assert (legacy.unit_price, legacy.available, legacy.is_orderable) == (None, None, False)
    assert (dock.unit_price, dock.is_orderable) == (Decimal("189.1"), None)


async def test_answers_of_other_types_mean_the_same(ingram, other):
    usual = await found(ingram, words="example")
    async with other(drifts=True) as (_, drifting):
        assert await found(drifting, words="example") == usual


async def test_a_number_that_the_search_does_not_show_is_asked_for_as_it_was_typed(other):
    async with other(finds_any_spelling=False) as (stand, ingram):
        product = Product("5HI777", "HI-1", "Example", "HIDDEN", "0036000291452", 5)
        stand.sandbox.catalogue.products.put(product)
        stand.sandbox.faults([{"kind": "status", "status": 404, "times": None, "match": {"path": "/catalog$"}}])
        for query in ({"part_number": "hi-1"}, {"part_number": "5hi777"}, {"upc": "036000291452"}):
            assert [offer.number for offer in await found(ingram, **query)] == ["5HI777"], query
        assert await found(ingram, part_number="HI-1", words="shown") == ()
        assert await found(ingram, upc="036000291453") == ()  # its check digit is wrong


async def test_a_number_that_is_a_piece_of_many_is_found_all_the_same(other):
    async with other(more_products=300) as (stand, ingram):
        stand.sandbox.catalogue.products.put(Product("ZLAST", "CAB", "Example", "ROLL", price=5))
        assert [offer.number for offer in await found(ingram, part_number="CAB")] == ["ZLAST"]


async def test_a_number_without_its_market_means_all_of_them(ingram, stand):
    for number, market in (("6QK101", "#ABA"), ("6QK102", "#ABB")):
        stand.sandbox.products.put(Product(number, f"QK7{market}", "Example", "KEYBOARD", price=5))
    assert [offer.number for offer in await found(ingram, part_number="qk7")] == ["6QK101", "6QK102"]
    assert [offer.number for offer in await found(ingram, part_number="QK7#ABB")] == ["6QK102"]


async def test_of_very_many_the_first_fifty_are_offered_in_two_requests(other):
    async with other(more_products=400) as (stand, ingram):
        offers = await found(ingram, words="cable")
        assert (len(offers), asked(stand)) == (50, {"GET catalog": 1, "POST priceandavailability": 1})
        whole = {"recordsFound": 10_000, "catalog": [{"ingramPartNumber": f"X{n:05}"} for n in range(10_000)]}
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": whole, "match": {"path": "/catalog$"}}])
        assert len(await found(ingram, words="cable")) == 50  # a page larger than was asked for


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        ({"currencyCode": "XTS", "customerPrice": 5}, ("XTS", 5)),
        ({"currencyCode": "", "customerPrice": 5}, ("USD", 5)),
        ({"currencyCode": "string", "customerPrice": 5}, (None, None)),
        ({"currencyCode": "EUR", "customerPrice": "1.299,00"}, ("EUR", None)),
    ],
    ids=["unexpected", "the-account's", "no-currency", "no-number"],
)
async def test_a_price_is_taken_with_its_currency_or_not_at_all(ingram, stand, pricing, expected):
    line = {"ingramPartNumber": "4SP114", "pricing": pricing, "availability": "none"}
    stand.sandbox.faults([{"kind": "status", "status": 207, "body": [line, "odd", {}], "match": PRICES}])
    (offer,) = await found(ingram, part_number="4SP114")
    assert (offer.currency, offer.unit_price) == expected


async def test_strangers_in_an_answer_are_not_offered(ingram, stand):
    lines = [{"ingramPartNumber": "2KD007"}, {"ingramPartNumber": "4SP114"}, {"ingramPartNumber": "4SP114"}]
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": lines, "match": PRICES}])
    assert [offer.number for offer in await found(ingram, part_number="4SP114")] == ["4SP114"]


@pytest.mark.parametrize(
    "query", [{"words": "no such thing"}, {"part_number": "NONE-1"}, {"words": "x", "upc": "36000291452"}]
)
async def test_nothing_found_is_no_error(ingram, query):
    assert await found(ingram, **query) == ()


async def test_a_question_about_prices_is_a_read_that_is_repeated_with_a_number_of_its_own(ingram, stand):
    stand.sandbox.faults([{"kind": "drop_after", "match": PRICES}])
    assert len(await found(ingram, part_number="4SP114")) == 1
    assert asked(stand) == {"GET catalog": 1, "POST priceandavailability": 2}
    assert len(stand.sandbox.correlations) == 3
    assert {len(one) for one in stand.sandbox.correlations} == {32}


@pytest.mark.parametrize("at", [{"path": "/catalog$"}, PRICES], ids=["search", "prices"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 200, "body": {"rows": []}}, ProtocolError),
        ({"status": 404, "body": {"fault": {"faultstring": "Unable to identify proxy"}}}, ProtocolError),
        ({"status": 404, "body": "<!DOCTYPE html><html></html>"}, ProtocolError),
        ({"status": 400, "body": {"errors": [{"fields": [{"field": "x", "messaage": "no"}]}]}}, RejectedError),
    ],
    ids=["another-shape", "no-such-interface", "no-such-server", "refusal"],
)
async def test_an_answer_that_is_none_is_an_error_and_no_empty_shelf(ingram, stand, at, answer, error):
    stand.sandbox.faults([{"kind": "status", **answer, "times": None, "match": at}])
    with pytest.raises(error):
        await found(ingram, part_number="4SP114")


async def test_a_refused_secret_is_shown_nowhere(stand, caplog):
    async with stand.connector(client_secret="not-this-one") as ingram:
        with pytest.raises(AuthenticationError) as refused:
            await found(ingram, words="ssd")
    assert "not-this-one" not in f"{refused.value} {refused.value.detail} {caplog.text}"


async def test_a_source_that_breaks_down_in_the_middle_is_an_error(ingram, stand):
    stand.sandbox.faults([{"kind": "html", "status": 503, "times": None, "match": PRICES}])
    with pytest.raises(ConnectorError):
        await found(ingram, words="ssd")
