"""Orders from the first request to the parcel."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.parts import OrderRequest, OrderStatus, order_number
from servicedesk_core.errors import (
    OutcomeUnknownError,
    ProtocolError,
    RejectedError,
    VendorUnavailableError,
    WriteConflictError,
)
from servicedesk_core.hooks import FetchStatus, Found, Inconclusive, ProvenAbsent, PullMode, PullRequest, Write
from servicedesk_ingram.ordering.answers import placed
from servicedesk_ingram.ordering.meaning import has_ended, order_of, status_of

PLACE = {"method": "POST", "path": "/orders$"}
SEARCH = {"path": "/orders/search$"}
DETAILS = {"path": r"/v6\.1/orders/"}
SITE = {
    "name": "Northwind Clinic", "lines": ["9 High St"], "city": "Reno", "region": "NV", "postal_code": "89501",
    "country": "US",
}  # fmt: skip


def order(*parts, key="w-1", **values):
    """Return an order; a part is its number, or a number and how many."""
    lines = [
        {"number": place, "part_number": part, "quantity": str(count)}
        for place, (part, count) in enumerate(((one, 1) if isinstance(one, str) else one for one in parts), 1)
    ]
    return Write(key, "purchase_orders.place", values={"lines": lines, **values})


def attempted(write, stand, ago_s=600):
    return replace(write, attempted_at=stand.clock().now() - timedelta(seconds=ago_s))


async def pulled(ingram, **request):
    pages = [page async for page in ingram.pull(PullRequest("purchase_orders", PullMode.BACKFILL, **request))]
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    return {record.external_id: record.raw for page in pages for record in page.records}


async def shown(ingram, ref):
    ((found,),) = [one.records async for one in ingram.fetch_records("purchase_orders", [ref])]
    return ingram.map_record("purchase_orders", found.raw)


async def test_an_order_goes_under_our_number_to_the_site_and_is_read_back(stand, ingram):
    write = order(("4SP114", 2), "7RM032", ship_to=SITE, note="By noon.", takes_back_orders=False)
    receipt = await ingram.send_write(write)
    (kept,) = stand.sandbox.orders.all()
    assert kept.customer_number == order_number("w-1")
    assert len(kept.customer_number) <= 35
    assert kept.notes == "By noon."
    assert kept.ship_to == {
        "companyName": "Northwind Clinic", "addressLine1": "9 High St", "city": "Reno", "state": "NV",
        "postalCode": "89501", "countryCode": "US",
    }  # fmt: skip
    assert (receipt.ref, receipt.refused, receipt.warnings) == (kept.number, {}, ())
    entity, lines, issues = await shown(ingram, receipt.ref)
    assert (entity.number, entity.reference, entity.status) == (kept.number, order_number("w-1"), OrderStatus.PLACED)
    assert (entity.total_cost, entity.freight_cost, entity.currency) == (Decimal("158.48"), Decimal("9.5"), "USD")
    told = [(line.order_ref, line.number, line.part_number, line.quantity, line.unit_cost) for line in lines]
    assert told == [
        (kept.number, "1", "4SP114", 2, Decimal("74.34")),
        (kept.number, "2", "7RM032", 1, Decimal("0.3")),
    ]
    assert issues == ()


async def test_what_names_no_address_goes_where_the_connection_says(stand):
    async with stand.connector(ship_to_id="200") as ingram:
        await ingram.send_write(order("4SP114"))
    assert stand.sandbox.orders.all()[0].ship_to == {"addressId": "200"}


async def test_an_order_is_followed_to_the_door(stand, ingram):
    ref = (await ingram.send_write(order(("4SP114", 2)))).ref
    seen = []
    for hours in (0, 25, 48):
        stand.sandbox.advance(hours)
        entity, (line,), _ = await shown(ingram, ref)
        seen.append((entity.status, line.status, line.received))
    assert seen == [
        (OrderStatus.PLACED, OrderStatus.PLACED, None),
        (OrderStatus.SHIPPED, OrderStatus.SHIPPED, 0),
        (OrderStatus.RECEIVED, OrderStatus.RECEIVED, 2),
    ]
    assert line.tracking == ("Example Parcel 1Z0001",)
    assert len(line.serial_numbers) == 2
    assert entity.expected_on == line.expected_on


async def test_what_comes_later_is_told(stand, ingram):
    receipt = await ingram.send_write(order(("2KD007", 3)))
    assert receipt.warnings == ("Line 1, 2KD007: 3 come later.",)
    entity, (line,), _ = await shown(ingram, receipt.ref)
    day = stand.sandbox.clock.now().date() + timedelta(days=9)
    assert (entity.status, line.status) == (OrderStatus.BACK_ORDERED, OrderStatus.BACK_ORDERED)
    assert (line.expected_on, entity.expected_on) == (day, day)


async def test_refused_lines_are_told_and_the_others_are_ordered(stand, ingram):
    """207: two of three."""
    receipt = await ingram.send_write(order("3ZZ404", "4SP114", "9WA001"))
    assert receipt.refused == {"lines": "Line 1, 3ZZ404: SKU-NOTFOUND 3ZZ404. Line 3, 9WA001: SKU-NOT AUTHORIZED."}
    assert [line.part for line in stand.sandbox.orders.all()[0].lines] == ["4SP114"]


async def test_an_order_of_which_nothing_is_taken_is_refused(stand, ingram):
    with pytest.raises(RejectedError, match="nothing was ordered") as refused:
        await ingram.send_write(order("3ZZ404", ("7RM016", 9)))
    assert refused.value.field_errors == ("Line 1, 3ZZ404: SKU-NOTFOUND 3ZZ404.", "Line 2, 7RM016: SKU-NO STOCK.")
    assert stand.sandbox.orders.all() == []


def test_a_refused_line_is_told_by_its_part_where_the_vendor_counts_it_anew():
    """As in the vendor's own example of an answer."""
    lines = [{"number": n, "part_number": part, "quantity": "1"} for n, part in ((1, "DF4128"), (2, "DF4128MW"))]
    taken = {"customerLineNumber": "1", "ingramPartNumber": "DF4128", "quantityOrdered": 1}
    left = {"customerLinenumber": "1", "ingramPartNumber": "DF4128MW", "rejectReason": "SKU-NOTFOUND    DF4128MW"}
    answer = {"orders": [{"ingramOrderNumber": "20-1", "lines": [taken], "rejectedLineItems": [left]}]}
    done = placed(answer, OrderRequest.of({"lines": lines}))
    assert done.refused == ("Line 2, DF4128MW: SKU-NOTFOUND DF4128MW.",)


REFUSED = {"lines": [], "rejectedLineItems": [{"customerLinenumber": "1", "rejectReason": "SKU-NO STOCK"}]}
TAKEN = {"lines": [{"customerLineNumber": "1", "quantityOrdered": 1}]}
ERRORS = {"errors": [{"fields": [{"field": "notes", "message": "Too long"}]}]}


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (ERRORS, RejectedError),
        ({"orders": [REFUSED], **ERRORS}, RejectedError),
        ({"orders": [TAKEN], **ERRORS}, OutcomeUnknownError),
        ({"orders": [{**TAKEN, "rejectedLineItems": REFUSED["rejectedLineItems"]}]}, OutcomeUnknownError),
        ({"orders": [{**TAKEN, "ingramOrderNumber": "20-1"}], **ERRORS}, None),
    ],
    ids=["errors", "refused-with-errors", "taken-with-errors", "taken-in-part-unnamed", "placed-with-errors"],
)
async def test_an_error_beside_what_was_taken_refuses_nothing(stand, ingram, answer, raised):
    """Whoever calls such an order refused orders it again."""
    stand.sandbox.faults([{"kind": "status", "status": 207, "body": answer, "match": PLACE}])
    if raised is None:
        assert (await ingram.send_write(order("4SP114"))).ref == "20-1"
        return
    with pytest.raises(raised):
        await ingram.send_write(order("4SP114"))


def test_a_line_at_another_price_or_number_is_not_what_was_ordered():
    lines = [
        {"number": 1, "part_number": "A", "quantity": "2", "unit_cost": "74.34", "currency": "USD"},
        {"number": 2, "part_number": "B", "quantity": "2", "unit_cost": "5", "currency": "USD"},
        {"number": 3, "part_number": "C", "quantity": "1", "unit_cost": "5", "currency": "EUR"},
        {"number": 4, "part_number": "D", "quantity": "1"},
    ]
    taken = [
        {"customerLineNumber": "001", "quantityOrdered": "2", "unitPrice": "74.35"},
        {"customerLineNumber": 2, "quantityOrdered": 1, "unitPrice": 5.0},
        {"ingramPartNumber": "C", "quantityOrdered": 1, "unitPrice": 6},
    ]
    answer = {"orders": [{"ingramOrderNumber": "20-1", "currencyCode": "USD", "lines": taken}]}
    done = placed(answer, OrderRequest.of({"lines": lines}))
    assert done.refused == (
        "Line 1, A: taken at 74.35 instead of 74.34 USD.",
        "Line 2, B: 1 instead of 2 were taken.",
        "Line 4, D: the answer does not say what became of it.",
    )


async def test_one_order_that_became_two_is_still_one_of_ours(stand_with):
    with stand_with(splits_orders=True) as stand:
        async with stand.connector() as ingram:
            write = order("4SP114", "2KD007")
            receipt = await ingram.send_write(write)
            assert receipt.warnings[0] == "Ingram Micro made 2 orders of it: 20-R0001, 20-R0002."
            assert await ingram.find_write(attempted(write, stand)) == Found(receipt.ref)
            references = {(await shown(ingram, ref)).entity.reference for ref in ("20-R0001", "20-R0002")}
            assert references == {order_number("w-1")}


async def test_what_was_ordered_twice_is_left_to_a_person(stand, ingram):
    """Somebody typed our number into the web shop."""
    write = order("4SP114")
    for _ in range(2):
        await ingram.send_write(write)
    found = await ingram.find_write(attempted(write, stand))
    assert isinstance(found, Inconclusive)
    assert found.candidates == ("20-R0001", "20-R0002")


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after_commit", "truncate", "no_number"])
async def test_an_order_whose_answer_got_lost_is_found_and_not_placed_again(stand, ingram, kind):
    write = order("4SP114")
    stand.sandbox.faults([{"kind": kind, "seconds": 0.1, "match": PLACE}])
    with pytest.raises(OutcomeUnknownError):
        await ingram.send_write(write)
    assert await ingram.find_write(attempted(write, stand, ago_s=0)) == Found("20-R0001")


async def test_an_order_that_is_found_tells_which_line_was_refused_once_it_has_settled(stand, ingram):
    """So soon after it was placed the order may not show all of its lines."""
    write = order("3ZZ404", ("4SP114", 2))
    stand.sandbox.faults([{"kind": "drop_after", "match": PLACE}])
    with pytest.raises(OutcomeUnknownError):
        await ingram.send_write(write)
    early = await ingram.find_write(attempted(write, stand, ago_s=0))
    assert (type(early), early.candidates) == (Inconclusive, ("20-R0001",))
    found = await ingram.find_write(attempted(write, stand))
    assert found == Found("20-R0001", refused={"lines": "Line 1, 3ZZ404: the order does not show it."})
    assert ingram.map_record("purchase_orders", found.record.raw).entity.reference == order_number("w-1")


async def test_absence_is_proven_late_and_by_an_order_that_is_found(stand, ingram):
    write = order("4SP114")
    early = await ingram.find_write(attempted(write, stand, ago_s=0))
    assert isinstance(early, Inconclusive)
    assert early.ask_again_at is not None
    empty = await ingram.find_write(attempted(write, stand))
    assert isinstance(empty, Inconclusive)  # an account without orders shows of no search that it works
    await ingram.send_write(order("4SP114", key="w-0"))
    assert isinstance(await ingram.find_write(attempted(write, stand)), ProvenAbsent)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lines": [{"number": 1, "part_number": "4SP114", "quantity": "0.5"}]}, "lines"),
        ({"lines": [{"number": 1, "part_number": "WD19S-130W-AND-MORE", "quantity": 1}]}, "lines"),
        ({"lines": [{"number": 0}]}, "lines"),
        ({"ship_to": SITE | {"name": "N" * 41}}, "ship_to"),
        ({"ship_to": SITE | {"lines": ["L" * 71]}}, "ship_to"),
        ({"ship_to": SITE | {"lines": ["1", "2", "3", "4"]}}, "ship_to"),
        ({"ship_to": SITE | {"city": "C" * 26}}, "ship_to"),
        ({"ship_to": SITE | {"region": "Nevada"}}, "ship_to"),
        ({"ship_to": SITE | {"postal_code": "8" * 11}}, "ship_to"),
    ],
    ids=["half", "part-number", "no-lines", "name", "line", "lines", "city", "state", "postal-code"],
)
async def test_what_is_too_long_is_said_before_and_refused_unsent(stand, ingram, values, field):
    write = order("4SP114")
    write = replace(write, values={**write.values, **values})
    assert [problem.field for problem in await ingram.check_write(write, None)] == [field]
    with pytest.raises(RejectedError, match="Not sent"):
        await ingram.send_write(write)
    assert stand.sandbox.requests["POST orders"] == 0


async def test_only_what_is_on_hold_is_cancelled(stand, ingram):
    ref = (await ingram.send_write(order("4SP114"))).ref
    cancel = Write("c-1", "purchase_orders.cancel", target=ref, values={"status": "cancelled"})
    with pytest.raises(RejectedError, match="on hold"):
        await ingram.send_write(cancel)
    with pytest.raises(WriteConflictError):
        await ingram.send_write(replace(cancel, base={"status": "pending"}))
    assert isinstance(await ingram.find_write(attempted(cancel, stand)), ProvenAbsent)
    held = stand.sandbox.orders.get(ref)
    held.is_held = True
    stand.sandbox.orders.put(held)
    await ingram.send_write(cancel)
    assert (await shown(ingram, ref)).entity.status is OrderStatus.CANCELLED
    assert await ingram.find_write(attempted(cancel, stand, ago_s=0)) == Found(ref)


async def test_orders_are_read_again_while_something_may_change(stand_with):
    """Of three old ones: the first ended before anybody looked, the second ends later, the third stays open."""
    with stand_with() as stand:
        clock = stand.clock()
        clock.instant = stand.sandbox.clock.now()
        async with stand.connector(order_days=30, clock=clock) as ingram:
            for key, word in enumerate(("Cancelled", "Backordered", "On Hold"), 1):
                await ingram.send_write(order("4SP114", key=f"w-{key}"))
                stand.sandbox.orders.say(f"20-R{key:04}", word)
                old = stand.sandbox.orders.get(f"20-R{key:04}")
                old.placed_at -= timedelta(days=100)
                stand.sandbox.orders.put(old)
            seen = []
            for days in (0, 40, 20, 40):
                clock.instant += timedelta(days=days)
                read = await pulled(ingram)
                seen.append(sorted(ref for ref, raw in read.items() if raw is not None))
                stand.sandbox.orders.say("20-R0002", "Shipped")
            assert seen == [["20-R0002", "20-R0003"]] * 3 + [["20-R0003"]]
            assert len(read) == 3


async def test_an_order_whose_details_are_not_shown_is_what_the_search_says_of_it(stand, ingram):
    ref = (await ingram.send_write(order("4SP114"))).ref
    stand.sandbox.faults([{"kind": "status", "status": 404, "match": DETAILS, "times": None}])
    raw = (await pulled(ingram))[ref]
    entity, lines, _ = ingram.map_record("purchase_orders", raw)
    assert (entity.status, entity.reference, entity.total_cost) == (OrderStatus.PLACED, order_number("w-1"), None)
    assert lines == ()
    outcomes = [one.status async for one in ingram.fetch_records("purchase_orders", [ref])]
    assert outcomes == [FetchStatus.MISSING]


async def test_one_order_that_fails_at_the_vendor_stops_no_pass_and_all_of_them_do(stand, ingram):
    refs = [(await ingram.send_write(order("4SP114", key=f"w-{place}"))).ref for place in range(3)]
    broken = {"kind": "status", "status": 500, "times": None}
    stand.sandbox.faults([{**broken, "match": {"path": rf"/v6\.1/orders/{refs[1]}$"}}])
    read = await pulled(ingram)
    assert {ref: raw is not None for ref, raw in read.items()} == {refs[0]: True, refs[1]: False, refs[2]: True}
    stand.sandbox.faults([])
    assert all((await pulled(ingram)).values()), "it is read again"
    stand.sandbox.faults([{**broken, "match": DETAILS}])
    with pytest.raises(VendorUnavailableError):
        await pulled(ingram)


async def test_pages_may_be_smaller_than_was_asked_for(stand, ingram):
    stand.sandbox.most_orders_a_page = 2
    for place in range(5):
        await ingram.send_write(order("4SP114", key=f"w-{place}"))
    assert sorted(await pulled(ingram)) == [f"20-R{place:04}" for place in range(1, 6)]


async def test_a_list_of_orders_that_is_cut_short_is_no_list(stand, ingram):
    await ingram.send_write(order("4SP114"))
    stand.sandbox.faults(
        [{"kind": "status", "status": 200, "body": {"recordsFound": "30", "orders": []}, "match": SEARCH}]
    )
    with pytest.raises(ProtocolError):
        await pulled(ingram)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("Backordered", "im::backordered", "BACKORDERED", "IM::BACK_ORDERED"), OrderStatus.BACK_ORDERED),
        (("On Hold", "ON HOLD", "IM::HOLD"), OrderStatus.PENDING),
        (("Shipped", "IM::PARTIALLY_SHIPPED", "IM::INVOICED"), OrderStatus.SHIPPED),
        (("Cancelled", "CANCELED"), OrderStatus.CANCELLED),
        (("Under the Stars", "", None), None),
    ],
)
def test_status_words_come_in_several_spellings(words, status):
    assert {status_of(word) for word in words} == {status}


def test_an_order_has_ended_when_nothing_more_is_sent():
    words = ("Shipped", "IM::INVOICED", "Cancelled", "IM::PARTIALLY_SHIPPED", "Processing", "Under the Stars", None)
    assert [has_ended(word) for word in words] == [True] * 3 + [False] * 4


def test_an_unknown_word_is_kept_and_told():
    entity, _, issues = order_of({"details": {"ingramOrderNumber": "20-1", "orderStatus": "Under the Stars"}})
    assert (entity.status, entity.status_text, issues[0].value) == (None, "Under the Stars", "Under the Stars")


odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([]) | st.just([{}])


fields_of_an_order = st.sampled_from(["orderTotal", "currencyCode", "ingramOrderDate", "notes", "lines"])
fields_of_a_line = st.sampled_from(["customerLineNumber", "quantityOrdered", "unitPrice", "shipmentDetails"])


@given(st.dictionaries(fields_of_an_order, odd), st.dictionaries(fields_of_a_line, odd))
def test_no_order_breaks_the_mapping(order_fields, line_fields):
    details = {"lines": [line_fields, line_fields], **order_fields, "ingramOrderNumber": "20-1"}
    assert order_of({"details": details}).entity.number == "20-1"
