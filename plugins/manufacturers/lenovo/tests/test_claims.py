"""Cases: checked, opened once, found again, followed."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain.warranty import Attachment, ClaimService, ClaimStatus, DeviceRef
from servicedesk_core.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import FetchStatus, Found, Inconclusive
from servicedesk_lenovo.claims.text import problem


@pytest.fixture
async def writer(stand):
    async with stand.connector(grants=("claims.submit",)) as lenovo:
        yield lenovo


def cases(stand):
    return [case.record for case in stand.sandbox.vendor.cases.cases]


async def fetch(connector, *refs):
    return {outcome.ref: outcome async for outcome in connector.fetch_claims(refs)}


async def opened(stand, connector, claim):
    await connector.submit_claim(claim)
    stand.sandbox.vendor.cases.show_all()
    return cases(stand)[-1]["ID"]


def script(stand, kind, **more):
    stand.sandbox.faults([{"kind": kind, "match": {"method": "POST", "path": "/case$"}} | more])


# checking


async def test_a_complete_claim_has_no_problem_at_all(lenovo, good_claim):
    assert lenovo.check_claim(good_claim) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"symptom": " "}, "symptom"),
        ({"symptom": "x" * 1001}, "symptom"),
        ({"service": ClaimService.REIMBURSEMENT}, "service"),
        ({"attachments": (Attachment(name="a", media_type="image/png", content=b"1"),)}, "attachments"),
        ({"device": DeviceRef(manufacturer="Dell", serial_number="7BC3DE1")}, "device"),
    ],
)
async def test_what_lenovo_would_refuse_is_named_by_field(lenovo, good_claim, changes, field):
    problems = lenovo.check_claim(good_claim.model_copy(update=changes))
    assert field in {problem.field for problem in problems if problem.is_blocking}


async def test_the_length_counts_everything_that_goes_into_the_text(lenovo, good_claim):
    room = 1000 - len(problem(good_claim.model_copy(update={"troubleshooting": "x"}))) + 1
    fits = good_claim.model_copy(update={"troubleshooting": "x" * room})
    assert len(problem(fits)) == 1000
    assert lenovo.check_claim(fits) == ()
    (too_long,) = lenovo.check_claim(good_claim.model_copy(update={"troubleshooting": "x" * (room + 1)}))
    assert (too_long.field, too_long.is_blocking) == ("troubleshooting", True)


async def test_the_contact_needs_an_address_because_the_number_is_mailed(lenovo, good_claim):
    for email in (None, "", "nobody"):
        person = good_claim.contact.model_copy(update={"email": email})
        (lacking,) = lenovo.check_claim(good_claim.model_copy(update={"contact": person}))
        assert (lacking.field, lacking.is_blocking) == ("contact.email", True)


async def test_fields_that_may_be_mandatory_are_warnings(lenovo, good_claim):
    bare = good_claim.model_copy(update={"device": DeviceRef(manufacturer="Lenovo", serial_number="PF000TST")})
    (warning,) = lenovo.check_claim(bare)
    assert (warning.field, warning.is_blocking) == ("device.machine_type", False)


# opening


async def test_a_case_is_opened_without_a_number_and_with_our_reference_first(stand, writer, good_claim):
    receipt = await writer.submit_claim(good_claim)
    assert receipt.ref is None
    assert receipt.warnings
    (record,) = cases(stand)
    assert record["Description"].startswith("Ref SD-TEST0001. No power")
    assert "Part 01AV430 x 1 (serial 8SSN1)." in record["Description"]
    assert record["Product"] == {"Serial": "PF000TST", "ID": "12XX000TUS"}
    assert record["Customer"] == {"Email": "ada@acme.example", "Phone": "+15550100"}


async def test_without_the_grant_nothing_is_sent(stand, lenovo, good_claim):
    with pytest.raises(WriteNotGrantedError):
        await lenovo.submit_claim(good_claim)
    assert stand.requests == {}


async def test_a_success_that_is_an_error_is_a_refusal(stand, writer, good_claim):
    unclear = DeviceRef(manufacturer="Lenovo", serial_number="PF000DUP")
    with pytest.raises(RejectedError, match="101"):
        await writer.submit_claim(good_claim.model_copy(update={"device": unclear}))
    assert cases(stand) == []


async def test_a_number_in_the_answer_is_taken(stand, writer, good_claim):
    for body in ({"ID": "4000009999"}, {"ID": 4000009999}, 4000009999):
        script(stand, "status", status=200, body=body)
        assert (await writer.submit_claim(good_claim)).ref == "4000009999"


@pytest.mark.parametrize("fault", [{"kind": "html", "status": 200}, {"kind": "status", "status": 200, "body": "[]"}])
async def test_an_answer_that_says_nothing_leaves_a_doubt(stand, writer, good_claim, fault):
    script(stand, **fault)
    with pytest.raises(OutcomeUnknownError):
        await writer.submit_claim(good_claim)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_server_error_leaves_a_doubt_and_is_not_repeated(stand, writer, good_claim, status):
    script(stand, "status", status=status, times=None)
    with pytest.raises(OutcomeUnknownError):
        await writer.submit_claim(good_claim)
    assert stand.sandbox.state()["faults"][0]["fired"] == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401, "body": {"Message": "Authorization has been denied for this request."}}, AuthenticationError),
        ({"status": 403, "body": {"Message": "Authorization has been denied."}}, PermissionDeniedError),
        ({"status": 403, "body": {"Message": "Request was throttled."}}, RateLimitedError),
        ({"status": 429}, RateLimitedError),
        ({"status": 400, "body": {"Message": "The request is invalid."}}, RejectedError),
    ],
)
async def test_refusals_are_no_doubt(stand, writer, good_claim, answer, error):
    script(stand, "status", **answer)
    with pytest.raises(error):
        await writer.submit_claim(good_claim)
    assert cases(stand) == []


# a doubt


@pytest.mark.parametrize(("polls", "kind"), [(0, "timeout_after_commit"), (3, "drop_after")])
async def test_a_case_accepted_in_silence_is_found_once_it_is_listed(stand_with, good_claim, just_now, polls, kind):
    with stand_with(polls_until_visible=polls) as stand:
        async with stand.connector(grants=("claims.submit",)) as writer:
            script(stand, kind, seconds=0.05)
            with pytest.raises(OutcomeUnknownError):
                await writer.submit_claim(good_claim)
            answers = [await writer.find_claim(good_claim, just_now) for _ in range(3)]
        assert len(cases(stand)) == 1
        assert answers[-1] == Found(cases(stand)[0]["ID"])
    if polls:
        assert isinstance(answers[0], Inconclusive)
        assert answers[0].ask_again_at > datetime.now(UTC)


async def test_a_case_closed_before_the_first_look_is_found(stand, writer, good_claim, just_now):
    ref = await opened(stand, writer, good_claim)
    stand.sandbox.advance(hours=100)
    assert cases(stand)[0]["Status"] == "Closed"
    assert await writer.find_claim(good_claim, just_now) == Found(ref)


async def test_absence_is_never_proven_and_younger_cases_are_candidates(stand, writer, good_claim, just_now):
    other = await opened(stand, writer, good_claim.model_copy(update={"id": "SD-TEST00011"}))
    answer = await writer.find_claim(good_claim, just_now)
    assert isinstance(answer, Inconclusive)
    assert answer.candidates == (other,)


async def test_older_cases_are_no_candidates(stand, writer, good_claim):
    await opened(stand, writer, good_claim.model_copy(update={"id": "SD-OLD"}))
    answer = await writer.find_claim(good_claim, datetime.now(UTC) + timedelta(hours=1))
    assert answer.candidates == ()


async def test_two_cases_with_our_reference_are_for_a_person(stand, writer, good_claim, just_now):
    first, second = [await opened(stand, writer, good_claim) for _ in range(2)]
    answer = await writer.find_claim(good_claim, just_now)
    assert isinstance(answer, Inconclusive)
    assert set(answer.candidates) == {first, second}


async def test_a_search_that_fails_inside_a_success_proves_nothing(stand, writer, good_claim, just_now):
    body = {"Error": {"Code": 101, "Message": "…"}}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"path": "/case$"}}])
    assert isinstance(await writer.find_claim(good_claim, just_now), Inconclusive)


# following


async def test_cases_are_read_together_and_matched_by_id(stand, writer, good_claim):
    refs = [await opened(stand, writer, good_claim.model_copy(update={"id": f"SD-{n}"})) for n in range(5)]
    before = stand.requests["GET case"]
    found = await fetch(writer, *refs)
    assert {ref: outcome.item.raw["Description"][:8] for ref, outcome in found.items()} == {
        ref: f"Ref SD-{n}" for n, ref in enumerate(refs)
    }
    assert stand.requests["GET case"] == before + 1


async def test_a_case_left_out_of_a_list_is_asked_for_alone(stand, writer, good_claim):
    refs = [await opened(stand, writer, good_claim) for _ in range(3)]
    stand.sandbox.faults([{"kind": "missing_row", "match": {"path": "/case$"}}])
    found = await fetch(writer, *refs, "4999999999")
    assert [found[ref].status for ref in refs] == [FetchStatus.FOUND] * 3
    assert found["4999999999"].status is FetchStatus.MISSING


async def test_statuses_that_are_not_known_are_kept(stand, writer, good_claim):
    ref = await opened(stand, writer, good_claim)
    for word, status in (("Open", ClaimStatus.UNDER_REVIEW), ("Closed", ClaimStatus.CLOSED), ("Dispatching", None)):
        stand.sandbox.vendor.cases.set_status(ref, word, stand.sandbox.vendor.clock.now())
        report = (await fetch(writer, ref))[ref].item
        assert (report.status, report.vendor_status) == (status, word)


async def test_a_closed_case_tells_when_it_was_opened_and_closed(stand, writer, good_claim):
    ref = await opened(stand, writer, good_claim)
    stand.sandbox.advance(hours=100)
    report = (await fetch(writer, ref))[ref].item
    assert [step.status for step in report.history] == [ClaimStatus.UNDER_REVIEW, ClaimStatus.CLOSED]
    assert report.history[1].at > report.history[0].at


async def test_one_unreadable_case_spoils_no_other(stand, writer, good_claim):
    refs = [await opened(stand, writer, good_claim) for _ in range(2)]
    stand.sandbox.faults(
        [
            {"kind": "status", "status": 200, "body": [], "match": {"path": "/case$"}},
            {"kind": "status", "status": 400, "match": {"path": f"/case/{refs[0]}"}},
        ]
    )
    found = await fetch(writer, *refs)
    assert [found[ref].status for ref in refs] == [FetchStatus.FAILED, FetchStatus.FOUND]


async def test_trouble_after_the_first_cases_keeps_those_that_were_read(stand, writer, good_claim):
    refs = [await opened(stand, writer, good_claim) for _ in range(25)]
    stand.sandbox.faults([{"kind": "status", "status": 400, "nth": 2, "match": {"path": "/case$"}}])
    found = await fetch(writer, *refs)
    assert [found[ref].status for ref in refs] == [FetchStatus.FOUND] * 20 + [FetchStatus.FAILED] * 5


async def test_ids_that_cannot_be_are_not_sent(stand, lenovo):
    found = await fetch(lenovo, "4,5", "../warranty")
    assert {outcome.status for outcome in found.values()} == {FetchStatus.MISSING}
    assert stand.requests == {}


async def test_service_requests_and_orders_are_kept_as_they_come(stand, good_claim):
    async with stand.connector(grants=("claims.submit",), support_orders=True) as writer:
        ref = await opened(stand, writer, good_claim)
        stand.sandbox.advance(hours=30)
        raw = (await fetch(writer, ref))[ref].item.raw
    assert raw["ServiceRequests"] == {"ID": ref, "Status": "Open"}
    assert raw["ServiceOrders"][0]["Part"] == "01AV430"


async def test_orders_that_may_not_be_read_do_not_hide_the_case(stand_with, good_claim):
    with stand_with(roles=frozenset({"warranty", "case"}), polls_until_visible=0) as stand:
        async with stand.connector(grants=("claims.submit",), support_orders=True) as writer:
            ref = await opened(stand, writer, good_claim)
            outcome = (await fetch(writer, ref))[ref]
    assert outcome.status is FetchStatus.FOUND
    assert outcome.item.raw["ServiceOrders"] == {"unread": "permission_denied"}
