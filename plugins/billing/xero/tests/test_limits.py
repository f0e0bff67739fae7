"""Xero's limits: a minute is waited for, a day is not; and errors in its several shapes."""

import asyncio

import pytest

from servicedesk_core.errors import NotFoundError, ProtocolError, RateLimitedError, RejectedError
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_xero.sandbox.seed import id_of

MATCH = {"method": "GET", "path": "/api.xro/"}


def limited(word, seconds):
    headers = {"X-Rate-Limit-Problem": word, **({"Retry-After": seconds} if seconds else {})}
    return {"kind": "status", "status": 429, "body": "", "headers": headers, "match": MATCH}


@pytest.mark.parametrize("seconds", ["7", None])
async def test_a_minute_is_waited_for(stand, seconds):
    clock = stand.clock()
    async with stand.connector(clock=clock) as xero:
        stand.sandbox.faults([limited("minute", seconds)])
        await xero.vendor_identity()
        assert sum(clock.slept_s) >= int(seconds or 60)


@pytest.mark.parametrize("seconds", ["40000", None])
async def test_a_day_is_not(stand, seconds):
    clock = stand.clock()
    async with stand.connector(clock=clock) as xero:
        stand.sandbox.faults([limited("day", seconds)])
        with pytest.raises(RateLimitedError, match="no more requests today") as refused:
            await xero.vendor_identity()
        assert refused.value.retry_after_s == int(seconds or 3600)
        assert clock.slept_s == []
        assert stand.requests["GET Organisation"] == 1


async def test_no_more_than_sixty_a_minute_and_five_at_once_are_asked(stand_with):
    with stand_with(latency_s=0.005) as stand:
        clock = stand.clock()
        async with stand.connector(clock=clock) as xero:
            await asyncio.gather(*(xero.vendor_identity() for _ in range(65)))
            assert stand.sandbox.most_at_once <= 5
            assert sum(clock.slept_s) > 0


async def test_the_stand_in_itself_counts_minutes_and_days(stand_with):
    with stand_with(requests_per_minute=2, requests_per_day=3) as stand:
        async with stand.connector(clock=stand.clock()) as xero:
            for _ in range(2):
                await xero.vendor_identity()
            stand.sandbox.advance(hours=0.05)
            await xero.vendor_identity()
            with pytest.raises(RateLimitedError, match="today"):
                await xero.vendor_identity()


async def test_what_is_left_of_the_day_is_read_from_answers(stand, xero):
    await xero.vendor_identity()
    sent = stand.requests["GET Organisation"]
    use = await xero.usage()
    assert stand.requests["GET Organisation"] == sent
    assert (use.allowed, use.total) == (5000, 0)  # the stand-in allows more than the connection believes
    async with stand.connector(requests_per_day=100_001) as other:
        assert (await other.usage()).total == 3


async def test_xml_is_never_asked_for_and_never_taken_for_an_answer(stand, xero):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": "<Response/>", "match": MATCH}])
    with pytest.raises(ProtocolError, match="no JSON"):
        await xero.vendor_identity()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"ErrorNumber": 16, "Type": "QueryParseException", "Message": "No property exists"}, "No property exists"),
        ({"Elements": [{"ValidationErrors": [{"Message": "First"}]}, {"ValidationErrors": [{"Message": "Second"}]}]},
         "First; Second"),
        ({"Title": "An error occurred", "Detail": "Something is wrong"}, "Something is wrong"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told(stand, xero, body, told):
    stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": MATCH}])
    with pytest.raises(RejectedError, match=told):
        await xero.vendor_identity()


async def test_a_record_that_is_not_there_is_told_in_plain_text(xero):
    with pytest.raises(NotFoundError):
        await xero.read_document("sales_invoices", id_of("Invoices", "nobody knows it"))
    with pytest.raises(NotFoundError):
        await xero.read_document("sales_invoices", "no id")


async def test_an_answer_without_the_list_is_no_empty_one(stand, xero):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": {"Status": "OK"}, "match": MATCH}])
    with pytest.raises(ProtocolError, match="no Invoices"):
        [page async for page in xero.pull(PullRequest("sales_invoices", PullMode.BACKFILL))]
