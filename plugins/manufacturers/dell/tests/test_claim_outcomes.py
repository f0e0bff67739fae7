"""What Dell's answer to a claim proves: a refusal, a success, or a doubt."""

from datetime import timedelta

import pytest

from servicedesk_core.errors import (
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
)
from servicedesk_core.hooks import Inconclusive


async def test_validation_error_in_a_200_is_a_refusal_with_dells_reasons(dell, maker, make_claim):
    maker.sandbox.faults([{"kind": "refuse", "action": "CreateDispatch", "reason": "The part is not covered"}])
    with pytest.raises(RejectedError) as caught:
        await dell.submit_claim(make_claim())
    assert caught.value.field_errors == ("The part is not covered",)
    assert maker.sandbox.claims.count() == 0


ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<CreateDispatchResponse xmlns="http://api.dell.com"><CreateDispatchResult><DispatchCreateResult>{}'
    "</DispatchCreateResult></CreateDispatchResult></CreateDispatchResponse></s:Body></s:Envelope>"
)


def answering(inner, **more):
    return [{"kind": "status", "action": "CreateDispatch", "status": 200, "body": ANSWER.format(inner)} | more]


@pytest.mark.parametrize(
    "inner",
    [
        "<DispatchCode>SR1000000009</DispatchCode><Status>Parts Review</Status><Notes/>",
        "<Result>Success</Result><DispatchCode>SR1000000009</DispatchCode><Notes><string>Hello</string></Notes>",
    ],
)
async def test_code_without_a_result_is_a_success_too(dell, maker, inner, make_claim):
    maker.sandbox.faults(answering(inner))
    assert (await dell.submit_claim(make_claim())).ref == "SR1000000009"


@pytest.mark.parametrize("inner", ["", "<Result>Success</Result>", "<Status>Parts Review</Status>"])
async def test_answer_that_is_neither_success_nor_refusal_leaves_a_doubt(dell, maker, inner, make_claim):
    maker.sandbox.faults(answering(inner))
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())


async def test_refusal_that_names_a_code_leaves_a_doubt(dell, maker, make_claim):
    maker.sandbox.faults(answering("<Result>ValidationError</Result><DispatchCode>SR1</DispatchCode>"))
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
async def test_lost_or_cut_off_answer_is_never_sent_again(dell, maker, kind, make_claim):
    maker.sandbox.faults([{"kind": kind, "action": "CreateDispatch"}])
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())
    assert (maker.requests["CreateDispatch"], maker.sandbox.claims.count()) == (1, 1)


@pytest.mark.parametrize("body", ["not xml", "<html></html>", "", '{"ok": true}'])
async def test_success_that_is_no_envelope_leaves_a_doubt(dell, maker, body, make_claim):
    maker.sandbox.faults([{"kind": "status", "action": "CreateDispatch", "status": 200, "body": body}])
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())
    assert maker.requests["CreateDispatch"] == 1


async def test_outage_while_claiming_leaves_a_doubt_and_a_rate_limit_none(dell, maker, make_claim):
    maker.sandbox.faults([{"kind": "status", "action": "CreateDispatch", "status": 503}])
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())
    answer = {"status": 429, "headers": {"Retry-After": "1"}}
    maker.sandbox.faults([{"kind": "status", "action": "CreateDispatch"} | answer])
    with pytest.raises(RateLimitedError):
        await dell.submit_claim(make_claim())
    assert maker.requests["CreateDispatch"] == 2


async def test_doubt_ends_with_candidates_and_a_person(dell, maker, make_claim):
    before = maker.sandbox.now()
    assert isinstance(answer := await dell.find_claim(make_claim(), before), Inconclusive)
    assert (answer.candidates, answer.ask_again_at) == ((), before + timedelta(minutes=15))
    other = (await dell.submit_claim(make_claim(id="SD-OTHER00001"))).ref
    maker.sandbox.faults([{"kind": "drop_after", "action": "CreateDispatch"}])
    with pytest.raises(OutcomeUnknownError):
        await dell.submit_claim(make_claim())
    answer = await dell.find_claim(make_claim(), before)
    assert isinstance(answer, Inconclusive)
    assert len(answer.candidates) == 2
    assert other in answer.candidates
    assert "SD-TEST000001" in answer.reason
    maker.sandbox.advance(24)
    later = await dell.find_claim(make_claim(), maker.sandbox.now())
    assert later.candidates == ()
