"""What answers mean, by default and by a vendor's own rules."""

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
    VendorTimeoutError,
    VendorUnavailableError,
)
from servicedesk_core.http import Outcome, Route, Rule

WRITE = {"routes": (Route("POST", "/notes", "notes.create"),), "grants": frozenset({"notes.create"})}


def answering(status, body=b"", headers=None):
    async def handler(request, reply):
        await reply.send(status, body, headers)

    return handler


def messages(response):
    return response.json()["errors"]


@pytest.mark.parametrize(
    ("status", "error", "sent"),
    [
        (400, RejectedError, 1),
        (401, AuthenticationError, 1),
        (403, PermissionDeniedError, 1),
        (404, NotFoundError, 1),
        (405, UnsupportedError, 1),
        (408, VendorTimeoutError, 3),
        (409, RejectedError, 1),
        (410, NotFoundError, 1),
        (422, RejectedError, 1),
        (425, VendorUnavailableError, 3),
        (429, RateLimitedError, 3),
        (500, VendorUnavailableError, 3),
        (501, UnsupportedError, 1),
        (503, VendorUnavailableError, 3),
        (304, ProtocolError, 1),
        (999, ProtocolError, 1),
    ],
)
async def test_default_meaning_of_a_status_for_reads(serve, connect, status, error, sent):
    server = await serve(answering(status, headers={"x-request-id": "r-42"}))
    with pytest.raises(error) as caught:
        await connect(server).get("Tickets/5/notes", params={"secret": "zzzzzz"})
    assert type(caught.value) is error
    assert len(server.requests) == sent
    assert caught.value.connection == "acme"
    assert caught.value.detail == f"GET /Tickets/{{id}}/notes -> {status}, x-request-id r-42"
    assert "zzzzzz" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, OutcomeUnknownError),
        (400, RejectedError),
        (408, OutcomeUnknownError),
        (425, VendorUnavailableError),
        (429, RateLimitedError),
        (500, OutcomeUnknownError),
        (503, OutcomeUnknownError),
    ],
)
async def test_default_meaning_of_a_status_for_writes_which_are_sent_once(serve, connect, status, error):
    server = await serve(answering(status, headers={"location": "/elsewhere"}))
    with pytest.raises(error):
        await connect(server, **WRITE).post("notes", json={})
    assert len(server.requests) == 1


async def test_the_first_matching_rule_wins_before_the_defaults(serve, connect):
    rules = (
        Rule(outcome=Outcome.PERMANENT, status=500, body_contains="ADEQUATE permissions", error=PermissionDeniedError),
        Rule(outcome=Outcome.PERMANENT, status=range(500, 501), body_matches=r'"errors"\s*:\s*\['),
    )
    server = await serve(answering(500, {"errors": ["does not have the adequate permissions"]}))
    with pytest.raises(PermissionDeniedError):
        await connect(server, rules=rules).get("x")
    server = await serve(answering(500, {"errors": ["Unable to find foo"]}))
    with pytest.raises(RejectedError) as caught:
        await connect(server, rules=rules, error_messages=messages).get("x")
    assert caught.value.field_errors == ("Unable to find foo",)
    assert "Unable to find foo" in str(caught.value)
    server = await serve(answering(500, b"<html>"))
    with pytest.raises(VendorUnavailableError):
        await connect(server, rules=rules).get("x")


@pytest.mark.parametrize(
    "rule",
    [
        Rule(outcome=Outcome.PERMANENT, status=200, body_contains="failed"),
        Rule(outcome=Outcome.PERMANENT, status=(200, 201), body_matches="f.iled"),
        Rule(outcome=Outcome.PERMANENT, header=("x-state", "^BAD$")),
        Rule(outcome=Outcome.PERMANENT, method="get"),
    ],
)
async def test_each_condition_can_turn_a_200_into_an_error(serve, connect, rule):
    server = await serve(answering(200, {"state": "Failed"}, {"x-state": "bad"}))
    with pytest.raises(RejectedError):
        await connect(server, rules=(rule,)).get("x")


@pytest.mark.parametrize(
    "rule",
    [
        Rule(outcome=Outcome.PERMANENT, status=200, body_contains="other"),
        Rule(outcome=Outcome.PERMANENT, status=201, body_contains="failed"),
        Rule(outcome=Outcome.PERMANENT, header=("x-state", "^good$")),
        Rule(outcome=Outcome.PERMANENT, method="POST"),
        Rule(outcome=Outcome.PERMANENT, header=("x-missing", ".")),
    ],
)
async def test_all_conditions_must_hold(serve, connect, rule):
    server = await serve(answering(200, {"state": "Failed"}, {"x-state": "bad"}))
    assert (await connect(server, rules=(rule,)).get("x")).status == 200


async def test_rules_look_at_the_first_64_kilobytes_only(serve, connect):
    server = await serve(answering(200, b"x" * 70_000 + b"failed"))
    rule = Rule(outcome=Outcome.PERMANENT, body_contains="failed")
    assert (await connect(server, rules=(rule,)).get("x")).status == 200


async def test_a_404_can_be_declared_a_success(serve, connect):
    rule = Rule(outcome=Outcome.SUCCESS, status=404)
    assert (await connect(await serve(answering(404)), rules=(rule,)).get("x")).status == 404


async def test_message_and_hint_of_a_rule_replace_the_usual_ones(serve, connect):
    rule = Rule(
        outcome=Outcome.PERMANENT,
        body_matches=r"Errors were: (?P<message>[^<]+)",
        message="{method} {route} gave {status}: {vendor_message} {unknown}",
        hint="Do this.",
    )
    server = await serve(answering(400, b"<p>Errors were: no such field {0}</p>"))
    with pytest.raises(RejectedError) as caught:
        await connect(server, rules=(rule,)).get("x/1")
    assert caught.value.message == "GET /x/{id} gave 400: no such field {0} {unknown}"
    assert caught.value.hint == "Do this."


async def test_vendor_messages_are_redacted_and_shortened(serve, connect, redactor):
    redactor.register("s3cr3t-value")
    server = await serve(answering(400, {"errors": ["key s3cr3t-value is bad", "y" * 1000, *"abcdefgh"]}))
    with pytest.raises(RejectedError) as caught:
        await connect(server, error_messages=messages).get("x")
    assert caught.value.field_errors[0] == "key *** is bad"
    assert len(caught.value.field_errors[1]) == 300
    assert len(caught.value.field_errors) == 5


async def test_an_extractor_that_meets_something_else_does_not_hide_the_error(serve, connect):
    for body in (b"<html>", b"[]", b'{"errors": null}'):
        with pytest.raises(RejectedError):
            await connect(await serve(answering(400, body)), error_messages=messages).get("x")


async def test_a_transient_rule_on_a_write_is_doubtful_unless_it_proves_that_nothing_was_done(serve, connect):
    server = await serve(answering(500, b"deadlock"))
    doubtful = Rule(outcome=Outcome.TRANSIENT, status=500)
    with pytest.raises(OutcomeUnknownError):
        await connect(server, rules=(doubtful,), **WRITE).post("notes", json={})
    refused = Rule(outcome=Outcome.TRANSIENT, status=500, refused=True)
    with pytest.raises(VendorUnavailableError):
        await connect(server, rules=(refused,), **WRITE).post("notes", json={})
    quota = Rule(outcome=Outcome.TRANSIENT, status=500, error=RateLimitedError)
    with pytest.raises(RateLimitedError):
        await connect(server, rules=(quota,), **WRITE).post("notes", json={})
    assert len(server.requests) == 3


async def test_an_unknown_outcome_of_a_read_is_simply_tried_again(serve, connect):
    server = await serve(answering(500))
    rule = Rule(outcome=Outcome.OUTCOME_UNKNOWN, status=500)
    with pytest.raises(VendorUnavailableError):
        await connect(server, rules=(rule,)).get("x")
    assert len(server.requests) == 3
