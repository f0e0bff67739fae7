"""RMAs and cases, to the end."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_cisco.meaning.returns import report
from servicedesk_core.domain.warranty import ClaimEventKind, ClaimProgress, ClaimState, ClaimStatus, ReturnState, fold
from servicedesk_core.errors import VendorUnavailableError
from servicedesk_core.hooks import FetchStatus

SERIAL = "FXS0000TST1"


def opened(stand, **more):
    """Open a case in Cisco's web tools, on the vendor's day."""
    return stand.sandbox.orders.open(SERIAL, stand.sandbox.today(), **more)


@pytest.fixture
def opened_case(stand):
    """A case with an RMA."""
    return opened(stand)


async def test_an_rma_is_followed_from_order_to_return(stand, cisco, follow, opened_case):
    rma = opened_case["rma"]
    seen = []
    for days in (0, 2, 10):
        stand.sandbox.advance(24 * days)
        outcome = (await follow(cisco, rma))[rma]
        assert outcome.status is FetchStatus.FOUND
        seen.append(outcome.item)
    ordered, shipped, closed = seen
    assert ordered.status is ClaimStatus.APPROVED
    assert shipped.status is ClaimStatus.AWAITING_RETURN
    assert (shipped.shipments[0].carrier, shipped.shipments[0].serial_number) == ("UPS", "FXS0000NEW1")
    (part,) = shipped.returns
    ordered_on = stand.sandbox.orders.orders[rma].ordered_on
    assert (part.state, part.due_on) == (ReturnState.DUE, ordered_on + timedelta(days=10))
    assert closed.status is ClaimStatus.CLOSED
    assert (closed.returns[0].state, closed.returns[0].received_quantity) == (ReturnState.RECEIVED, Decimal(1))
    assert {ref.kind: ref.value for ref in closed.other_refs}["case"] == opened_case["case"]


async def test_numbers_come_as_texts_and_the_rma_itself_as_a_number(stand, cisco, follow, opened_case):
    rma = opened_case["rma"]
    raw = (await follow(cisco, rma))[rma].item.raw
    assert isinstance(raw["rmaNo"], int)
    assert raw["returnLines"]["returnParts"][0]["returnQtyAuth"] == "1"


async def test_no_such_rma_is_an_error_in_a_success(cisco, follow, opened_case):
    outcomes = await follow(cisco, "899999999", opened_case["rma"], "not a number")
    assert [outcomes[ref].status for ref in ("899999999", opened_case["rma"], "not a number")] == [
        FetchStatus.MISSING,
        FetchStatus.FOUND,
        FetchStatus.MISSING,
    ]


async def test_a_case_leads_to_its_rma(stand, cisco, follow, opened_case):
    ref = f"case:{opened_case['case']}"
    item = (await follow(cisco, ref))[ref].item
    assert item.ref == ref
    assert {one.kind: one.value for one in item.other_refs}["RMA"] == opened_case["rma"]
    assert item.returns


async def test_a_case_without_an_rma_is_followed_by_itself(stand, cisco, follow):
    case = opened(stand, with_rma=False)["case"]
    ref = f"case:{case}"
    for word, status in (
        ("Cisco Pending", ClaimStatus.UNDER_REVIEW),
        ("Customer Pending", ClaimStatus.INFO_REQUIRED),
        ("Close Pending", None),
        ("Closed", ClaimStatus.CLOSED),
    ):
        stand.sandbox.orders.say(case, word)
        item = (await follow(cisco, ref))[ref].item
        assert (item.status, item.vendor_status) == (status, word)


async def test_no_such_case_is_a_403_that_means_not_found(cisco, follow):
    assert (await follow(cisco, "case:699999999"))["case:699999999"].status is FetchStatus.MISSING


async def test_thirty_cases_cost_one_request(stand, cisco, follow):
    refs = [f"case:{opened(stand, with_rma=False)['case']}" for _ in range(31)]
    await follow(cisco, *refs)
    assert stand.sandbox.requests["GET case"] == 2


async def test_trouble_with_one_rma_leaves_the_others_alone(stand, cisco, follow, opened_case):
    other = opened(stand)["rma"]
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": {"path": opened_case["rma"]}}])
    outcomes = await follow(cisco, opened_case["rma"], other)
    assert outcomes[opened_case["rma"]].status is FetchStatus.FAILED
    assert outcomes[other].status is FetchStatus.FOUND
    with pytest.raises(VendorUnavailableError):
        await follow(cisco, opened_case["rma"])


def test_lines_decide_and_not_the_word_of_the_order():
    line = {"shippedPartNo": "X", "partsShipDate": "2026-03-02", "partsqtyShipped": "2"}
    back = {"returnQtyAuth": "2", "returnToCiscoBy": "2026-03-12", "reqturnQtyReceived": "1"}
    order = {"rmaNo": 1, "status": "hold", "replacementParts": {"partsLineDetails": [line]}}
    assert report("1", order).status is ClaimStatus.IN_FULFILMENT
    partly = report("1", {**order, "returnLines": {"returnParts": back}})
    assert (partly.status, partly.returns[0].state) == (ClaimStatus.AWAITING_RETURN, ReturnState.PARTLY_RECEIVED)
    whole = report("1", {**order, "returnLines": {"returnParts": [{**back, "reqturnQtyReceived": "2"}]}})
    assert whole.status is ClaimStatus.RETURN_RECEIVED
    assert report("1", {**order, "status": "cancelled"}).status is ClaimStatus.CANCELLED
    assert report("1", {**order, "status": "Sideways"}).status is None


def test_an_order_that_is_followed_never_goes_back():
    """Cisco replaces what it gave an RMA for: an order that waits is approved, whatever its word."""
    progress = ClaimProgress(state=ClaimState.UNDER_REVIEW, ref="1")
    for word in ("Open", "hold", "Booked"):
        told = report("1", {"rmaNo": 1, "status": word, "orderDate": "2026-03-02"})
        folded = fold(progress, told, (), datetime(2026, 3, 3, tzinfo=UTC))
        progress = folded.progress
        assert ClaimEventKind.WENT_BACK not in {event.kind for event in folded.events}
    assert progress.state is ClaimState.APPROVED


def test_a_line_may_be_sent_without_saying_when():
    line = {"shippedPartNo": "X", "partsDispatchStatus": "DISPATCHED"}
    order = {"rmaNo": 1, "status": "booked", "replacementParts": {"partsLineDetails": line}}
    assert report("1", order).status is ClaimStatus.IN_FULFILMENT


async def test_a_batch_refused_for_one_case_hides_no_other(stand, cisco, follow):
    first, second = (opened(stand, with_rma=False)["case"] for _ in range(2))
    body = {"APIError": {"Error": [{"errorCode": "CASE_NOTFOUND", "errorDescription": "Case not found."}]}}
    fault = {"kind": "status", "status": 403, "body": body, "times": None, "match": {"path": "699999999"}}
    stand.sandbox.faults([fault])
    outcomes = await follow(cisco, f"case:{first}", "case:699999999", f"case:{second}")
    assert [outcomes[f"case:{number}"].status for number in (first, "699999999", second)] == [
        FetchStatus.FOUND,
        FetchStatus.MISSING,
        FetchStatus.FOUND,
    ]


async def test_an_error_about_cases_that_says_nothing_of_them_loses_none(stand, cisco, follow):
    case = opened(stand, with_rma=False)["case"]
    rma = opened(stand)["rma"]
    body = {"APIError": {"Error": [{"errorCode": "API_ERROR_01", "errorDescription": "Oops."}]}}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"path": "/case/"}}])
    outcomes = await follow(cisco, f"case:{case}", rma)
    assert outcomes[f"case:{case}"].status is FetchStatus.FAILED
    assert outcomes[rma].status is FetchStatus.FOUND


async def test_a_case_whose_rma_cannot_be_read_does_not_go_back(stand, cisco, follow, opened_case):
    other = opened(stand)["rma"]
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": {"path": opened_case["rma"]}}])
    ref = f"case:{opened_case['case']}"
    assert (await follow(cisco, ref, other))[ref].status is FetchStatus.FAILED


async def test_a_vendor_that_is_down_ends_the_following_of_many(stand, cisco, follow, opened_case):
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": {"path": "/(return|case)/"}}])
    with pytest.raises(VendorUnavailableError):
        await follow(cisco, opened_case["rma"], f"case:{opened_case['case']}", "not a number")


ORDER = {
    "rmaNo": 1,
    "status": "open",
    "orderDate": "2026-03-02",
    "replacementParts": {"trackingInfo": {}, "partsLineDetails": [{"shippedPartNo": "X"}]},
    "returnLines": {"returnParts": [{"returnQtyAuth": "1"}]},
    "laborDetails": {"fieldEngineerName": "Example Engineer", "laborLines": [{}]},
}
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["-1", "NaN", "Infinity", "0.12345678", "0001-01-01T00:00+14:00", "²"]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "partsQtyAuth": anything,
            "partsqtyShipped": anything,
            "partsShipDate": anything,
            "returnQtyAuth": anything,
            "reqturnQtyReceived": anything,
            "returnToCiscoBy": anything,
            "returnDateReceived": anything,
            "fieldEngineerArrivedTime": anything,
            "fieldEngineerReleasedTime": anything,
            "laborStatus": anything,
        },
    ),
    anything,
)
def test_no_order_breaks_the_mapping(changes, odd):
    order = deepcopy(ORDER)
    for place in (order["replacementParts"]["partsLineDetails"][0], order["returnLines"]["returnParts"][0]):
        place.update(changes)
    order["laborDetails"] |= changes
    told = report("1", order | {"orderDate": odd, "contractId": odd})
    assert all(part.received_quantity >= 0 for part in told.returns)


def test_a_visit_of_an_engineer_is_kept():
    labour = {
        "fieldEngineerName": "Example Engineer",
        "fieldEngineerArrivedTime": "2026-03-02T09:00:00Z",
        "fieldEngineerReleasedTime": "",
        "laborLines": [{"laborStatus": "Dispatched"}],
    }
    (visit,) = report("1", {"rmaNo": 1, "status": "open", "laborDetails": labour}).visits
    assert (visit.engineer, visit.vendor_status, visit.ends_at) == ("Example Engineer", "Dispatched", None)
