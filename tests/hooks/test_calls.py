"""The façade: limits, closing, errors that name the connection, answers that are checked."""

import asyncio
from datetime import datetime

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    HookError,
    NetworkError,
    RejectedError,
    UnsupportedError,
)
from servicedesk_core.hooks import (
    Connector,
    FetchOutcome,
    FetchStatus,
    Found,
    Inconclusive,
    Page,
    ProvenAbsent,
    PullMode,
    PullRequest,
    SourceRecord,
    VendorIdentity,
    Write,
    hookimpl,
)
from servicedesk_core.hooks.boundary import Origin, boundary

REQUEST = PullRequest("tickets", PullMode.BACKFILL)
LAST = Page((SourceRecord("1", {"id": 1}),), None, last=True)
SECRET_TEXT = "the customer's private words"


def connector(**hooks):
    return type("Acme", (Connector,), {name: hookimpl(function) for name, function in hooks.items()})


async def pages(calls):
    return [page async for page in calls.pull(REQUEST)]


async def test_pages_come_through(calls_of):
    async def pull(self, request):
        assert request is REQUEST
        yield LAST

    assert await pages(calls_of(connector(pull=pull))) == [LAST]


async def test_what_is_not_implemented_is_unsupported_and_optional_answers_have_defaults(calls_of):
    calls = calls_of(connector())
    with pytest.raises(UnsupportedError, match="does not offer vendor_identity"):
        await calls.vendor_identity()
    with pytest.raises(UnsupportedError):
        await pages(calls)
    with pytest.raises(UnsupportedError):
        calls.mapper("tickets")
    assert await calls.plan_partitions(REQUEST) == ()
    assert await calls.count(REQUEST) is None
    assert await calls.usage() is None
    assert not calls.implements("pull")


async def test_our_own_errors_pass_with_the_connection_filled_in(calls_of):
    async def pull(self, request):
        yield Page((), "v1:1", last=False)
        raise NetworkError("The line broke.", retry_after_s=3)

    with pytest.raises(NetworkError) as caught:
        await pages(calls_of(connector(pull=pull)))
    assert caught.value.connection == "psa"
    assert caught.value.retry_after_s == 3


async def test_any_other_error_names_who_and_where_but_not_what(calls_of):
    async def count(self, request):
        raise ValueError(SECRET_TEXT)

    with pytest.raises(HookError) as caught:
        await calls_of(connector(count=count)).count(REQUEST)
    error = caught.value
    assert error.connection == "psa"
    for expected in ("acme", "servicedesk-acme 1.0", "count", "ValueError"):
        assert expected in error.message
    assert "test_calls.py" in error.detail
    assert isinstance(error.__cause__, ValueError)
    assert SECRET_TEXT not in str(error) + error.detail + repr(error)


@pytest.mark.parametrize("raised", [SystemExit(3), asyncio.CancelledError(), TimeoutError(), StopIteration()])
async def test_exceptions_with_a_meaning_of_their_own_cannot_leak(calls_of, raised):
    async def count(self, request):
        raise raised

    with pytest.raises(HookError):
        await calls_of(connector(count=count)).count(REQUEST)


async def test_a_step_that_never_comes_back_is_stopped_and_closed(calls_of):
    closed = []

    async def pull(self, request):
        try:
            yield Page((), "v1:1", last=False)
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    with pytest.raises(HookError, match=r"did not come back from pull within 0\.05 s"):
        await pages(calls_of(connector(pull=pull), step_timeout_s=0.05))
    assert closed == [True]


async def test_the_limit_is_for_each_page_not_for_all(calls_of, make_later):
    async def pull(self, request):
        for number in range(6):
            make_later(20)
            await asyncio.sleep(0)
            yield Page((), f"v1:{number}", last=False)
        yield LAST

    assert len(await pages(calls_of(connector(pull=pull), step_timeout_s=60))) == 7


async def test_a_generator_is_closed_when_the_caller_stops_early(calls_of):
    closed = []

    async def pull(self, request):
        try:
            while True:
                yield Page((), "v1:1", last=False)
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    stream = calls_of(connector(pull=pull)).pull(REQUEST)
    await anext(stream)
    await stream.aclose()
    assert closed == [True]


async def test_a_generator_that_will_not_close_is_reported_and_does_not_hold_us_up(calls_of, caplog):
    async def pull(self, request):
        try:
            yield LAST
        finally:
            await asyncio.Event().wait()

    stream = calls_of(connector(pull=pull), step_timeout_s=0.05).pull(REQUEST)
    assert await anext(stream) == LAST
    await stream.aclose()
    assert "did not come back from pull" in caplog.text


async def test_cancelling_the_caller_stays_a_cancellation_and_closes(calls_of):
    started, closed = asyncio.Event(), []

    async def pull(self, request):
        try:
            started.set()
            await asyncio.Event().wait()
            yield LAST
        finally:
            closed.append(True)

    task = asyncio.create_task(pages(calls_of(connector(pull=pull))))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == [True]


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ({"records": []}, "not Page"),
        (Page((), None, last=False), "no resume"),
        (Page((), "x" * 5000, last=False), "at most 4096"),
        (Page((), 7, last=False), "at most 4096"),
        (Page((), None, last="yes"), "not bool"),
        (Page("12", None, last=True), "not a sequence of SourceRecord"),
        (Page(({"id": 1},), None, last=True), "a record is dict"),
        (Page((SourceRecord("1", SECRET_TEXT),), None, last=True), "a raw payload is str"),
        (Page((), None, last=True, max_stamp=datetime(2024, 1, 1)), "time zone"),  # noqa: DTZ001
        (Page((), None, last=True, gone=(1,)), "with int in it"),
    ],
)
async def test_garbage_pages_are_refused_without_showing_them(calls_of, page, complaint):
    async def pull(self, request):
        yield page

    with pytest.raises(HookError, match=complaint) as caught:
        await pages(calls_of(connector(pull=pull)))
    assert SECRET_TEXT not in str(caught.value)


@pytest.mark.parametrize("answer", [None, "acme", 5, object()])
async def test_garbage_answers_are_refused(calls_of, answer):
    async def vendor_identity(self):
        return answer

    with pytest.raises(HookError, match="not VendorIdentity"):
        await calls_of(connector(vendor_identity=vendor_identity)).vendor_identity()


async def test_a_truth_value_is_not_a_count(calls_of):
    async def count(self, request):
        return True

    with pytest.raises(HookError, match="not int"):
        await calls_of(connector(count=count)).count(REQUEST)


async def fetch(calls, *refs):
    return [outcome async for outcome in calls.fetch_records("tickets", refs)]


async def test_every_reference_gets_exactly_one_outcome(calls_of):
    async def fetch_records(self, stream, refs):
        for ref in self.answers:
            yield FetchOutcome(ref, FetchStatus.MISSING)

    acme = connector(fetch_records=fetch_records)
    acme.answers = ("2", "1")
    assert [outcome.ref for outcome in await fetch(calls_of(acme), "1", "2")] == ["2", "1"]
    assert await fetch(calls_of(acme)) == []
    for answers, complaint in ((("1",), "no answer for 1 of 2"), (("1", "1"), "answered twice"), (("9",), "not asked")):
        acme.answers = answers
        with pytest.raises(HookError, match=complaint):
            await fetch(calls_of(acme), "1", "2")


async def test_a_doubt_is_only_settled_by_a_clear_answer(calls_of):
    async def find_write(self, write):
        answer = self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    acme = connector(find_write=find_write)
    for clear in (Found("7"), ProvenAbsent("searched by reference"), Inconclusive("two candidates")):
        acme.answer = clear
        assert await calls_of(acme).find_write(Write("w1", "tickets.update")) == clear
    for unclear in (None, "7", NetworkError("down"), ValueError(SECRET_TEXT)):
        acme.answer = unclear
        result = await calls_of(acme).find_write(Write("w1", "tickets.update"))
        assert isinstance(result, Inconclusive)
        assert SECRET_TEXT not in result.reason


async def test_rejected_credentials_are_recorded_before_the_error_goes_on(calls_of):
    recorded = []

    async def record(error):
        recorded.append(error.connection)

    async def vendor_identity(self):
        raise AuthenticationError("No.")

    async def pull(self, request):
        raise AuthenticationError("No.")
        yield LAST

    calls = calls_of(connector(vendor_identity=vendor_identity, pull=pull), on_authentication_failure=record)
    with pytest.raises(AuthenticationError):
        await calls.vendor_identity()
    with pytest.raises(AuthenticationError):
        await pages(calls)
    assert recorded == ["psa", "psa"]


async def test_calls_may_overlap(calls_of):
    gate = asyncio.Event()

    async def vendor_identity(self):
        await gate.wait()
        return VendorIdentity("acme", "1")

    async def count(self, request):
        gate.set()
        return 1

    calls = calls_of(connector(vendor_identity=vendor_identity, count=count))
    assert await asyncio.gather(calls.vendor_identity(), calls.count(REQUEST)) == [VendorIdentity("acme", "1"), 1]


def test_an_error_out_of_a_plugin_holds_no_secret_in_any_of_its_words():
    origin = Origin("psa", "acme", "servicedesk-acme 1.0", lambda text: text.replace("s3cret", "***"))
    with pytest.raises(RejectedError) as told, boundary(origin, "send_write"):
        raise RejectedError("No s3cret.", field_errors=("s3cret is no title",), hint="s3cret?", detail="s3cret!")
    error = told.value
    assert (error.message, error.field_errors, error.hint, error.detail) == (
        "No ***.", ("*** is no title",), "***?", "***!",
    )  # fmt: skip
    assert "s3cret" not in repr(error)
