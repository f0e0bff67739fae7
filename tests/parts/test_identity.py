"""Whether offers are of one part, and which one is best: the same however they arrive."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from servicedesk_core.domain.parts import (
    Offered,
    Part,
    PartOffer,
    PartQuery,
    PartSource,
    StockLevel,
    decimal_of,
    fits,
    merged,
    plain_number,
    plain_upc,
    ranked,
    same_number,
)

DOCK, CABLE, TONER = "0884116392842", "0190404302218", "4006381333931"


def offer(number="X", **more):
    if "unit_price" in more:
        more = {"currency": "USD"} | more
    return PartOffer(number=number, **more)


def offered(connection="shop", source=PartSource.DISTRIBUTOR, number="X", **more):
    return Offered(connection, source, offer(number, **more))


def groups(*offers):
    return [[one.number for one in group] for group in merged(offers, lambda one: one)]


MAKERS = st.sampled_from([None, "Dell", "DELL Inc.", "dell emc", "Lenovo", "n/a", ""])
NUMBERS = st.sampled_from([None, "WD19S", "wd-19s", "WD 19S#ABU", "wd19s#ABD", "P2419H", "", "-"])
CODES = st.sampled_from([None, DOCK, DOCK[1:], TONER, CABLE, "not one", "000000000000", "0884116392843"])
PRICES = st.none() | st.decimals(0, 5_000, places=2)
COUNTS = st.none() | st.integers(0, 9).map(Decimal)
OFFERED = st.builds(
    lambda number, maker, mpn, upc, price, currency, available, arrives, is_active, source: Offered(
        source.value,
        source,
        PartOffer(
            number=number,
            manufacturer=maker,
            manufacturer_part_number=mpn,
            upc=upc,
            unit_price=price,
            currency=currency,
            available=available,
            arrives_on=arrives,
            is_active=is_active,
        ),
    ),
    st.sampled_from("ABCDEF"),
    MAKERS,
    NUMBERS,
    CODES,
    PRICES,
    st.sampled_from(["USD", "EUR", "XAU"]),
    COUNTS,
    st.none() | st.just(date(2026, 5, 1)),
    st.sampled_from([None, True, False]),
    st.sampled_from(PartSource),
)


@given(st.lists(OFFERED, max_size=8), st.randoms())
def test_the_order_in_which_sources_answer_decides_nothing(found, chance):
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert ranked(found, Decimal(2)) == ranked(shuffled, Decimal(2))


@given(st.lists(OFFERED, max_size=8))
def test_every_offer_is_in_exactly_one_part_and_no_part_has_two_makers(found):
    parts = ranked(found, Decimal(1))
    assert sorted(map(repr, itertools.chain(*parts))) == sorted(map(repr, found))
    for part in parts:
        named = {one.offer.manufacturer for one in part} - {None, "", "n/a"}
        assert len({name.casefold()[:4] for name in named}) <= 1, named
        markets = {one.offer.manufacturer_part_number or "" for one in part}
        assert len({number[-4:] for number in markets if "#" in number}) <= 1, markets


@given(st.lists(OFFERED, min_size=1, max_size=8))
def test_what_is_made_no_more_never_stands_before_what_is(found):
    for part in ranked(found, Decimal(1)):
        gone = [one.offer.is_active is False for one in part]
        assert gone == sorted(gone)


def test_one_part_is_known_by_its_makers_number_however_it_is_spelt():
    dell = offer("1", manufacturer="Dell", manufacturer_part_number="WD19S-130W")
    assert groups(dell, offer("2", manufacturer="DELL EMC", manufacturer_part_number="wd19s 130w")) == [["1", "2"]]
    assert groups(dell, offer("2", manufacturer="Lenovo", manufacturer_part_number="WD19S-130W")) == [["1"], ["2"]]


def test_a_market_behind_the_number_tells_parts_apart():
    us, de, bare, bare2 = (
        offer(name, manufacturer="HP", manufacturer_part_number=number)
        for name, number in (("us", "QK7#ABA"), ("de", "qk-7#abd"), ("bare", "QK7"), ("bare2", "QK7"))
    )
    assert groups(us, de) == [["us"], ["de"]]
    assert groups(us, bare) == [["us", "bare"]], "an offer without a market joins the only one that there is"
    assert groups(us, de, bare, bare2) == [["us"], ["de"], ["bare"], ["bare2"]], "among several it may be of either"
    us, de, bare = (one.model_copy(update={"upc": code}) for one, code in ((us, DOCK), (de, TONER), (bare, TONER)))
    assert groups(us, de, bare, bare2) == [["us"], ["de", "bare"], ["bare2"]], "its bar code says of which it is"
    assert groups(us, de.model_copy(update={"upc": DOCK})) == [["us"], ["de"]]


def test_no_chain_of_offers_leads_from_one_maker_or_market_to_another():
    dell = offer("dell", manufacturer="Dell", manufacturer_part_number="1200")
    between = offer("between", upc=TONER, manufacturer_part_number="1200")
    lenovo = offer("lenovo", upc=TONER, manufacturer="Lenovo")
    assert groups(dell, between) == [["dell", "between"]]
    assert groups(between, lenovo) == [["between", "lenovo"]]
    assert groups(dell, between, lenovo) == [["dell", "between"], ["lenovo"]]
    us, de = offer("us", upc=DOCK, manufacturer_part_number="QK7#ABA"), offer("de", manufacturer_part_number="QK7#ABD")
    old, renamed = (offer(name, upc=code, manufacturer_part_number="N1") for name, code in (("o", DOCK), ("r", TONER)))
    assert groups(us, old, renamed, de.model_copy(update={"upc": TONER})) == [["us"], ["o", "r"], ["de"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("qk-7 #aba", "QK7#ABA", True),
        ("QK7#ABA", "QK7#ABD", False),
        ("QK7", "QK7#ABD", True),
        ("#4711", "4711", True),
        ("A#12345", "a12345", True),
        ("", "", False),
    ],
)
def test_numbers_may_be_one_parts(one, other, same):
    assert same_number(one, other) is same_number(other, one) is same
    assert plain_number("#4711") == "4711"
    assert plain_number("#471") == "471", "a market stands behind a number"


def test_an_offer_without_a_maker_joins_the_only_one_that_there_is():
    number = {"manufacturer_part_number": "1200-X"}
    dell, acme, nobody = (offer(name, manufacturer=name, **number) for name in ("Dell", "Acme", "n/a"))
    assert groups(nobody, dell) == [["n/a", "Dell"]]
    assert groups(nobody, dell, acme) == [["n/a"], ["Dell"], ["Acme"]]


def test_a_bar_code_is_the_same_in_every_length_and_nothing_with_a_wrong_check_digit():
    assert plain_upc("884116392842") == plain_upc("0 884116-392842") == plain_upc("00884116392842")
    assert plain_upc("884116392843") == plain_upc("000000000000") == plain_upc("12345") == ""


def test_a_renamed_part_is_known_by_its_bar_code_unless_makers_contradict_each_other():
    old = offer("old", manufacturer="Dell", manufacturer_part_number="WD19S", upc=DOCK)
    new = offer("new", manufacturer="Dell", manufacturer_part_number="WD22TB4", upc=DOCK)
    foreign = offer("foreign", manufacturer="Lenovo", manufacturer_part_number="40AY", upc=DOCK)
    assert groups(old, new) == [["old", "new"]]
    assert groups(old, foreign) == [["old"], ["foreign"]]


def test_our_own_shelf_is_first_then_who_can_send_now_then_who_gets_more():
    found = [
        offered("late", unit_price=Decimal(1), available=Decimal(0), arrives_on=date(2026, 5, 2)),
        offered("soon", unit_price=Decimal(9), available=Decimal(0), arrives_on=date(2026, 5, 1)),
        offered("dear", unit_price=Decimal(8), available=Decimal(2)),
        offered("cheap", unit_price=Decimal(7), available=Decimal(2)),
        offered("silent", unit_price=Decimal(1)),
        offered("gone", unit_price=Decimal(1), available=Decimal(9), is_active=False),
        offered("shelf", PartSource.STOCK, available=Decimal(2)),
        offered("few", PartSource.STOCK, available=Decimal(1), unit_price=Decimal(1)),
    ]
    told = [one.connection for part in ranked([*found], Decimal(2)) for one in part]
    assert told == ["shelf", "cheap", "dear", "soon", "late", "few", "silent", "gone"]


def test_prices_in_a_currency_that_nobody_expects_are_compared_with_nothing():
    found = [
        offered("gold", unit_price=Decimal("0.01"), currency="XAU", available=Decimal(5)),
        offered("us", unit_price=Decimal(200), currency="USD", available=Decimal(5)),
        offered("us2", unit_price=Decimal(190), currency="USD", available=Decimal(5)),
    ]
    assert [one.connection for part in ranked(found, Decimal(1)) for one in part] == ["us2", "us", "gold"]
    assert ranked(found, Decimal(1), "XAU")[0][0].connection == "gold"


def test_another_rule_orders_otherwise():
    found = [offered("a", available=Decimal(5), manufacturer_part_number="M"), offered("b")]
    assert ranked(found, Decimal(1), rank=lambda one, *_: one.connection != "b")[0][0].connection == "b"


def test_ten_thousand_offers_are_merged():
    found = [
        offered(f"s{n % 7}", number=str(n), manufacturer="Dell", manufacturer_part_number=f"M{n % 2_500}")
        for n in range(10_000)
    ]
    parts = ranked(found, Decimal(1))
    assert len(parts) == 2_500
    assert {len(part) for part in parts} == {4}


@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_json_number_is_the_amount_that_was_meant(amount):
    assert decimal_of(str(amount)) == amount
    assert decimal_of(float(amount.quantize(Decimal("0.01")))) == amount.quantize(Decimal("0.01"))


def test_no_noise_of_a_fraction_gets_into_an_amount():
    assert decimal_of(0.1 + 0.2) == Decimal("0.3")
    assert str(decimal_of(1e2)) == "100"
    for wrong in (float("nan"), float("inf"), "1.299,00", "", True, None, [], 10**13):
        with pytest.raises(ValueError, match=r"amount|number"):
            decimal_of(wrong)


def test_a_price_without_a_currency_is_no_price_and_a_question_says_something():
    with pytest.raises(ValidationError, match="currency"):
        PartOffer(number="1", unit_price=Decimal(1))
    with pytest.raises(ValidationError, match="say a part number"):
        PartQuery(words="  ")


def test_what_a_search_finds_beside_the_question_does_not_fit():
    offer = PartOffer(number="C-1", name="Dock WD19S", manufacturer="Dell", manufacturer_part_number="wd-19s")
    asked = (
        {"part_number": "WD19S"},
        {"part_number": "c1"},
        {"words": "dell dock"},
        {"words": "dock fan"},
        {"upc": "5397184373132"},
        {"part_number": "WD19"},
    )
    assert [fits(offer, PartQuery(**one)) for one in asked] == [True, True, True, False, False, False]


def test_a_part_of_a_stock_is_offered_with_what_can_be_taken_where():
    part = Part(external_id="7", name="Dock", unit_cost=Decimal("189.50"), currency="EUR")
    levels = [
        StockLevel(external_id="7:a", part_ref="7", place="Van", available=Decimal(2)),
        StockLevel(external_id="7:b", part_ref="7", available=Decimal(-1), serial_number="S1"),
    ]
    offer = PartOffer.of(part, levels)
    assert (offer.number, offer.available, offer.unit_price) == ("7", 2, Decimal("189.50"))
    assert [(at.name, at.available, at.ref, at.serial_numbers) for at in offer.places] == [
        ("Van", 2, "7:a", ()),
        ("stock", 0, "7:b", ("S1",)),
    ]
    assert PartOffer.of(part, []).available is None, "nobody said how many"
