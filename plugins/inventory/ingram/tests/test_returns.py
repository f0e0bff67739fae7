"""Returns from the first request to the credit."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import (
    ClaimEventKind,
    ClaimProgress,
    ClaimState,
    ClaimStatus,
    CreditKind,
    CreditState,
    ReturnState,
    fold,
)
from servicedesk_core.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolError,
    RejectedError,
    VendorUnavailableError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import FetchStatus, Found, Inconclusive, ProvenAbsent
from servicedesk_core.redaction import Redactor
from servicedesk_ingram import IngramSettings
from servicedesk_ingram.api.profile import vendor_messages
from servicedesk_ingram.returns.reports import report
from servicedesk_ingram.sandbox import Sandbox, SandboxOptions
from servicedesk_ingram.values import number

CREATE = {"method": "POST", "path": "/create$"}


def now():
    return datetime.now(UTC)


async def test_a_return_is_followed_to_the_agreed_credit(stand, ingram, claim, follow):
    receipt = await ingram.submit_claim(claim)
    assert receipt.status is ClaimStatus.UNDER_REVIEW
    seen = []
    for hours in (0, 25, 24 * 8):
        stand.sandbox.advance(hours)
        outcome = (await follow(ingram, receipt.ref))[receipt.ref]
        assert outcome.status is FetchStatus.FOUND
        seen.append(outcome.item)
    opened, approved, credited = seen
    assert opened.returns == ()
    assert approved.status is ClaimStatus.AWAITING_RETURN
    assert [part.state for part in approved.returns] == [ReturnState.DUE]
    assert approved.other_refs[0].kind == "RMA"
    assert credited.status is ClaimStatus.AWAITING_CREDIT
    parts, fee = credited.credits
    assert (parts.kind, parts.state, parts.approved) == (CreditKind.PARTS, CreditState.APPROVED, Decimal("213.75"))
    assert (fee.kind, fee.approved, fee.currency) == (CreditKind.FEE, Decimal("-10.5"), "USD")


async def test_our_reference_and_the_part_travel_with_it(stand, ingram, claim):
    await ingram.submit_claim(claim)
    (opened,) = stand.sandbox.returns.by_number.values()
    assert opened.item["referenceNumber"] == claim.id
    assert (opened.item["vendorPartNumber"], opened.item["serialNumber"]) == ("A9W-12345", "EX12345")
    assert opened.item["quantity"] == 1
    assert opened.item["shipFromInfo"][0]["email"] == "ada@acme.example"
    assert "customerOrderNumber" not in opened.item


async def test_part_numbers_can_be_the_distributors(stand, claim):
    async with stand.connector(part_numbers="ingram") as ingram:
        await ingram.submit_claim(claim)
    (opened,) = stand.sandbox.returns.by_number.values()
    assert opened.item["ingramPartNumber"] == "A9W-12345"


async def test_an_answer_without_a_number_is_a_doubt_that_the_search_settles(stand, ingram, claim):
    stand.sandbox.faults([{"kind": "no_number", "match": CREATE}])
    with pytest.raises(OutcomeUnknownError):
        await ingram.submit_claim(claim)
    found = await ingram.find_claim(claim, now())
    assert found == Found(next(iter(stand.sandbox.returns.by_number)))


async def test_an_error_beside_a_return_that_was_opened_refuses_nothing(stand, ingram, claim):
    await ingram.submit_claim(claim)
    (number,) = stand.sandbox.returns.by_number
    errors = [{"fields": [{"field": "notes", "message": "Too long"}]}]
    body = {"returnsClaims": [{"caseRequestNumber": number}], "errors": errors}
    stand.sandbox.faults([{"kind": "status", "status": 201, "body": body, "match": CREATE}])
    assert (await ingram.submit_claim(claim)).ref == number


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after_commit", "truncate"])
async def test_a_lost_answer_is_found_by_our_reference(stand, ingram, claim, kind):
    stand.sandbox.faults([{"kind": kind, "seconds": 0.1, "match": CREATE}])
    with pytest.raises(OutcomeUnknownError):
        await ingram.submit_claim(claim)
    assert isinstance(await ingram.find_claim(claim, now()), Found)
    assert len(stand.sandbox.returns.by_number) == 1


async def test_absence_is_proven_only_after_the_search_had_time(ingram, claim):
    early = await ingram.find_claim(claim, now())
    assert isinstance(early, Inconclusive)
    assert early.ask_again_at > now()
    late = await ingram.find_claim(claim, now() - timedelta(seconds=61))
    assert isinstance(late, ProvenAbsent)


async def test_two_returns_with_one_reference_are_left_to_a_person(stand, ingram, claim):
    for _ in range(2):
        await ingram.submit_claim(claim)
    found = await ingram.find_claim(claim, now())
    assert isinstance(found, Inconclusive)
    assert sorted(found.candidates) == sorted(stand.sandbox.returns.by_number)


async def test_a_refusal_names_the_fields_and_not_their_values(stand, ingram, claim):
    """The vendor has no such invoice, and says so with the number in field and message."""
    field = {"field": "invoiceNumber", "message": "Invoice 40-NFERG-11 is unknown", "value": "40-NFERG-11"}
    body = {"traceid": "1", "type": "/errors/validation-failed", "fields": [field]}
    stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": CREATE}])
    with pytest.raises(RejectedError, match="invoiceNumber: Invoice … is unknown") as caught:
        await ingram.submit_claim(claim)
    assert "40-NFERG-11" not in f"{caught.value} {caught.value.detail}"


@pytest.mark.parametrize("changes", [{"lines": ()}, {"invoice_number": None}])
async def test_what_is_certain_to_be_refused_is_not_sent(stand, ingram, claim, changes):
    with pytest.raises(RejectedError, match="nothing was sent"):
        await ingram.submit_claim(claim.model_copy(update=changes))
    assert stand.sandbox.requests["POST create"] == 0


async def test_a_repeated_question_has_a_number_of_its_own(stand, ingram):
    """The vendor saw the first one; its answer got lost."""
    stand.sandbox.faults([{"kind": "drop_after", "match": {"path": "/search$"}}])
    assert (await ingram.vendor_identity()).account == "20-222222"
    assert len(stand.sandbox.correlations) == 2


async def test_a_return_is_found_behind_the_first_page(stand, ingram, claim):
    """Should the search find more than what was asked for, ours may stand anywhere."""
    await ingram.submit_claim(claim)
    mine = next(iter(stand.sandbox.returns.by_number))
    first = {
        "recordsFound": 2,
        "returnsClaims": [{"caseRequestNumber": "CAS-1", "referenceNumber": "SD-OTHER"}],
        "nextPage": "/resellers/v6/returns/search?page=2",
    }
    second = {"recordsFound": 2, "returnsClaims": [{"caseRequestNumber": mine, "referenceNumber": claim.id}]}
    answer = {"kind": "status", "status": 200, "match": {"path": "/search$"}}
    stand.sandbox.faults([answer | {"body": first}, answer | {"body": second, "nth": 2}])
    assert await ingram.find_claim(claim, now() - timedelta(hours=1)) == Found(mine)


async def test_a_search_that_is_cut_short_proves_nothing(stand, ingram, claim):
    body = {"recordsFound": 30, "returnsClaims": [], "nextPage": None}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"path": "/search$"}}])
    with pytest.raises(ProtocolError):
        await ingram.find_claim(claim, now() - timedelta(hours=1))


async def test_a_find_that_does_not_say_its_reference_is_left_to_a_person(stand, ingram, claim):
    body = {"recordsFound": 1, "returnsClaims": [{"caseRequestNumber": "CAS-1", "referenceNumber": None}]}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"path": "/search$"}}])
    found = await ingram.find_claim(claim, now() - timedelta(hours=1))
    assert isinstance(found, Inconclusive)
    assert found.candidates == ("CAS-1",)


async def test_what_ingram_would_refuse_is_said_before(stand, claim):
    async with stand.connector(primary_reason=None, secondary_reason=None) as ingram:
        bare = claim.model_copy(update={"invoice_number": None, "purchased_on": None})
        fields = {problem.field for problem in ingram.check_claim(bare)}
    assert {"invoice_number", "purchased_on", "lines.0.failure_code", "lines.0.component_code"} <= fields


async def test_a_complete_claim_has_no_problems(ingram, claim):
    assert [problem for problem in ingram.check_claim(claim) if problem.is_blocking] == []
    two = claim.model_copy(update={"lines": (*claim.lines, claim.lines[0].model_copy(update={"number": 2}))})
    assert ingram.check_claim(two)
    assert ingram.check_claim(claim.model_copy(update={"lines": ()}))
    half = claim.lines[0].model_copy(update={"quantity": Decimal("0.5")})
    assert ingram.check_claim(claim.model_copy(update={"lines": (half,)}))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Partially Approved", (ClaimStatus.PARTIALLY_APPROVED, CreditState.EXPECTED)),
        ("Denied", (ClaimStatus.REJECTED, CreditState.DENIED)),
        ("Voided", (ClaimStatus.CANCELLED, CreditState.DENIED)),
        ("Under the Stars", (None, CreditState.EXPECTED)),
    ],
)
async def test_words_are_kept_and_only_known_ones_mean_something(  # noqa: PLR0917  # fixtures
    stand, ingram, claim, follow, word, meant
):
    ref = (await ingram.submit_claim(claim)).ref
    stand.sandbox.returns.say(ref, word, "Serial number is not ours.")
    item = (await follow(ingram, ref))[ref].item
    assert item.vendor_status == word
    assert (item.status, item.credits[0].state) == meant
    assert item.denial_reason == ("Serial number is not ours." if word == "Denied" else None)


def test_money_that_differs_from_what_was_claimed_is_adjusted():
    listed = {"credit": 100.1, "status": "APPROVED"}
    item = report("CAS-1", {"status": "Approved", "subTotal": 200.2, "tax": 16.02}, listed, "CAD")
    parts, tax = item.credits
    assert (parts.state, parts.claimed, parts.approved) == (CreditState.ADJUSTED, Decimal("200.2"), Decimal("100.1"))
    assert (tax.kind, tax.claimed, tax.currency) == (CreditKind.TAX, Decimal("16.02"), "CAD")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("OPEN", CreditState.EXPECTED),
        ("Open", CreditState.EXPECTED),
        ("Under the Stars", CreditState.EXPECTED),
        (None, CreditState.EXPECTED),
        ("Voided", CreditState.DENIED),
        ("Denied", CreditState.DENIED),
    ],
)
@pytest.mark.parametrize("total", [213.75, None])
def test_an_amount_is_agreed_by_the_status_and_not_by_being_there(word, state, total):
    details = {"status": word, "subTotal": total, "tax": 16.02, "additionalFees": 5}
    item = report("CAS-1", details, {"status": word, "credit": 213.75, "estimatedTotalValue": total}, "USD")
    assert [(one.state, one.approved) for one in item.credits] == [(state, None)] * 3
    assert item.credits[0].claimed == Decimal("213.75")
    assert item.status is not ClaimStatus.AWAITING_CREDIT


@pytest.mark.parametrize(
    ("word", "state"), [("Voided", ClaimState.CANCELLED), ("Denied", ClaimState.REJECTED), ("Approved", None)]
)
def test_an_approved_return_may_still_end_without_a_credit(word, state):
    """Goods that never came are voided, goods that came in pieces are denied."""
    details = {"status": "Approved", "returnWarehouseAddress": "Example Returns"}
    before = ClaimProgress(state=ClaimState.UNDER_REVIEW, ref="CAS-1")
    waiting = fold(before, report("CAS-1", details, {}, "USD"), (), now()).progress
    assert waiting.state is ClaimState.AWAITING_RETURN
    ended = fold(waiting, report("CAS-1", details | {"status": word}, {}, "USD"), (), now())
    assert ended.progress.state is (state or ClaimState.AWAITING_RETURN)
    assert ClaimEventKind.WENT_BACK not in {event.kind for event in ended.events}


def test_a_credit_after_fees_is_no_adjustment():
    details = {"status": "Approved", "subTotal": 200, "tax": 16.02, "additionalFees": 10, "estimatedTotal": 206.02}
    item = report("CAS-1", details, {"credit": 206.02}, "CAD")
    assert [one.state for one in item.credits] == [CreditState.APPROVED] * 3
    assert sum(one.approved for one in item.credits) == Decimal("206.02")


def test_an_approval_in_part_waits_for_its_credit_too():
    product = {"status": "Partially Approved", "quantity": 5}
    item = report("CAS-1", {"status": "Partially Approved", "products": [product]}, {"credit": 10}, "USD")
    assert item.status is ClaimStatus.AWAITING_CREDIT
    assert (item.decisions[0].is_approved, item.decisions[0].approved_quantity) == (True, None)


numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
DAYS = st.none() | st.sampled_from(["0001-01-01T00:00:00+14:00", "2026-03-02", "soon"])


@given(st.lists(numbers, min_size=5, max_size=5), DAYS, st.sampled_from(["Approved", "Denied", "?"]))
def test_no_return_breaks_the_mapping(odd, modified, word):
    total, tax, fees, credit, quantity = odd
    products = [{"status": word, "quantity": quantity, "requestDetails": tax}]
    details = {"status": word, "subTotal": total, "tax": tax, "additionalFees": fees, "products": products}
    item = report("CAS-1", details, {"credit": credit, "modifiedOn": modified}, "USD")
    assert item.vendor_status == word


@pytest.mark.parametrize(
    ("value", "expected"), [(0.1, "0.1"), (4165, "4165"), (None, None), ("1", "1"), ("decimal", None), (True, None)]
)
def test_amounts_are_exact(value, expected):
    assert number(value) == (None if expected is None else Decimal(expected))


async def test_a_missing_return_spoils_no_other(stand, ingram, claim, follow):
    ref = (await ingram.submit_claim(claim)).ref
    outcomes = await follow(ingram, "CAS-00000-NOTHING-1", ref, "../secrets")
    assert [outcomes[one].status for one in ("CAS-00000-NOTHING-1", ref, "../secrets")] == [
        FetchStatus.MISSING,
        FetchStatus.FOUND,
        FetchStatus.MISSING,
    ]
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": {"path": "/search$"}}])
    with pytest.raises(VendorUnavailableError):
        await follow(ingram, ref, "../secrets", (await ingram.submit_claim(claim)).ref)


async def test_a_return_that_the_search_does_not_show_is_followed_without_its_credit(stand, ingram, claim, follow):
    ref = (await ingram.submit_claim(claim)).ref
    stand.sandbox.faults([{"kind": "status", "status": 404, "match": {"path": "/search$"}}])
    outcome = (await follow(ingram, ref))[ref]
    assert outcome.status is FetchStatus.FOUND
    assert outcome.item.credits[0].approved is None


async def test_credentials_travel_in_the_address_and_show_up_nowhere(stand):
    async with stand.connector(client_secret="not-this-one", redactor=Redactor()) as ingram:
        for _ in range(2):
            with pytest.raises(AuthenticationError) as caught:
                await ingram.vendor_identity()
        assert "not-this-one" not in f"{caught.value} {caught.value.detail} {ingram.ctx.settings!r}"
    assert stand.sandbox.requests["GET token"] == 1


async def test_an_account_that_is_not_ours_is_refused(stand):
    async with stand.connector(customer_number="20-999999") as ingram:
        with pytest.raises(RejectedError, match="IM-CustomerNumber"):
            await ingram.vendor_identity()


async def test_every_call_has_a_number_of_its_own(stand, ingram):
    for _ in range(3):
        await ingram.vendor_identity()
    assert len(stand.sandbox.correlations) == 3


async def test_a_missing_right_names_what_to_ask_for(stand, ingram):
    stand.sandbox.faults([{"kind": "status", "status": 403, "match": {"path": "/search$"}}])
    with pytest.raises(PermissionDeniedError, match="requirements"):
        await ingram.vendor_identity()


async def test_an_ended_token_is_replaced_once(stand, ingram):
    await ingram.vendor_identity()
    stand.sandbox.tokens.expire_all()
    await ingram.vendor_identity()
    assert stand.sandbox.requests["GET token"] == 2


async def test_without_a_grant_nothing_is_sent(stand, claim):
    async with stand.connector(grants=()) as ingram:
        with pytest.raises(WriteNotGrantedError):
            await ingram.submit_claim(claim)
    assert stand.sandbox.requests["POST create"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"traceid": "1", "type": "/errors/validation-failed", "fields": [{"field": "a", "message": "b", "value": "c"}]},
        {"errors": [{"fields": [{"field": "a", "message": "b", "value": "c"}]}]},
        [{"errors": [{"fields": [{"field": "a", "message": "b", "value": "c"}]}]}],
        {"fields": [{"field": "a", "message": "b", "value": 7}, {"field": "", "message": "d"}, 5]},
    ],
)
def test_errors_come_in_three_shapes(body):
    class Answer:
        @staticmethod
        def json():
            return body

    assert vendor_messages(Answer) == ["a: b"]


@pytest.mark.parametrize(
    "changes",
    [{"url": "http://api.ingrammicro.com"}, {"url": "api"}, {"client_secret": " "}, {"country_code": "usa"}, {"x": 1}],
)
def test_unsafe_or_empty_settings_are_refused(changes):
    given = {"client_id": "x", "client_secret": "y", "customer_number": "20-222222", "country_code": "US"}
    with pytest.raises(ValueError, match=r"https|absolute|empty|pattern|Extra"):
        IngramSettings(**given | changes)


def test_the_stand_in_keeps_returns_and_time_in_its_file(tmp_path):
    options = SandboxOptions(now=datetime(2026, 3, 2, tzinfo=UTC), state=tmp_path / "ingram.db")
    with closing(Sandbox(options)) as first:
        opened = first.returns.open(
            {"invoiceNumber": "1", "invoiceDate": "2026-01-05", "quantity": 1}, first.clock.now()
        )
        first.advance(30)
        now = first.clock.now()
    with closing(Sandbox(options)) as second:
        assert (second.returns.by_number, second.clock.now()) == ({opened.number: opened}, now)
        second.returns.say(opened.number, "Denied")
    with closing(Sandbox(options)) as third:
        assert third.returns.by_number[opened.number].status(now) == "Denied"
        third.reset()
        assert third.returns.by_number == {}
