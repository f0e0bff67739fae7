"""What an answer to a write says, or its absence: done, refused, in doubt."""

import asyncio

import pytest

from plugins.autotask.tests.writing.conftest import ALL, TICKET, row, sent, write
from servicedesk_autotask.writing import sender
from servicedesk_core.errors import (
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    VendorTimeoutError,
    VendorUnavailableError,
)

pytestmark = pytest.mark.slow  # the conformance suite writes always


async def test_a_refusal_of_the_vendor_names_what_is_wrong(desk, psa, ticket):
    with pytest.raises(RejectedError) as caught:
        await psa.send_write(write("tickets.update", target=ticket, contact_ref="424242"))
    assert any("contactID" in text for text in caught.value.field_errors)


THREADS = "The Autotask API thread threshold of 3 threads has been exceeded. Itgenatr005"

HOURLY = "The Autotask API request threshold of 10000 requests per hour has been exceeded."

PERMISSION = "The logged in Resource does not have the adequate permissions to update this entity type."


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 429, "body": {"errors": [THREADS]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [THREADS]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [HOURLY]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [PERMISSION]}}, PermissionDeniedError),
        ({"kind": "status", "status": 500, "body": {"errors": ["priority is required"]}}, RejectedError),
        ({"kind": "status", "status": 500, "body": ""}, OutcomeUnknownError),
        ({"kind": "status", "status": 500, "body": {"errors": ["Execution Timeout Expired."]}}, OutcomeUnknownError),
        ({"kind": "html", "status": 503}, OutcomeUnknownError),
        ({"kind": "status", "status": 200, "body": "null"}, OutcomeUnknownError),
        ({"kind": "status", "status": 200, "body": "<html>"}, OutcomeUnknownError),
        ({"kind": "timeout_after_commit", "seconds": 0.05}, OutcomeUnknownError),
        ({"kind": "drop_after"}, OutcomeUnknownError),
        ({"kind": "drop_before"}, OutcomeUnknownError),
        ({"kind": "truncate"}, OutcomeUnknownError),
    ],
    ids=lambda one: one["kind"] + str(one.get("status", "")) if isinstance(one, dict) else one.__name__,
)
async def test_an_answer_says_whether_it_was_done_and_nothing_is_sent_twice(desk, psa, ticket, fault, error):
    desk.sandbox.faults([{**fault, "times": None, "match": {"method": "PATCH", "path": "/Tickets$"}}])
    with pytest.raises(error):
        await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    (entry,) = desk.sandbox.state()["faults"]
    assert entry["seen"] == 1


async def test_a_write_right_that_is_missing_is_named(desk_with):
    with desk_with(tickets=20, unwritable_entities=frozenset({"Tickets"})) as desk:
        async with desk.connector(grants=ALL) as psa:
            with pytest.raises(PermissionDeniedError) as caught:
                await psa.send_write(write("tickets.create", **TICKET))
            assert "Service Desk: Tickets, add" in caught.value.hint


async def test_trouble_before_the_write_is_no_doubt(desk, psa, ticket):
    desk.sandbox.faults([{"kind": "html", "status": 503, "times": None, "match": {"method": "GET", "path": ticket}}])
    with pytest.raises(VendorUnavailableError):
        await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    assert len(sent(desk)) == 1


async def test_waiting_too_long_is_a_doubt_only_once_something_was_sent(desk, psa, ticket, monkeypatch):
    one = write("tickets.update", target=ticket, priority="P1")
    monkeypatch.setattr(sender, "SEND_S", 0.1)
    desk.sandbox.faults([{"kind": "slow", "seconds": 1, "match": {"method": "PATCH"}}])
    with pytest.raises(OutcomeUnknownError, match="did not answer"):
        await psa.send_write(one)

    async def wait(*_args, **_options):
        await asyncio.Event().wait()

    monkeypatch.setattr(psa._api, "write", wait)
    with pytest.raises(VendorTimeoutError, match="nothing was sent"):
        await psa.send_write(one)
    async with asyncio.timeout(60):  # the first is carried out all the same; the next test must not find it
        while row(desk, "Tickets", ticket)["priority"] != 4:  # noqa: ASYNC110  # the vendor tells nobody
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "workflow_revert", "match": {"method": "PATCH"}},
        {"kind": "workflow_set", "set": {"status": 19}, "match": {"method": "PATCH"}},
    ],
    ids=lambda one: one["kind"],
)
async def test_a_workflow_rule_that_changes_it_back_is_told(desk, psa, ticket, fault):
    desk.sandbox.faults([fault])
    receipt = await psa.send_write(write("tickets.update", target=ticket, status="On Hold"))
    assert len(receipt.warnings) == 1
    assert "status shows something else" in receipt.warnings[0]
    assert receipt.record.raw["status"] in {1, 19}


async def test_a_result_that_cannot_be_read_back_is_still_a_result(desk, psa, ticket):
    fault = {"kind": "html", "status": 404, "times": None, "nth": 2, "match": {"method": "GET", "path": ticket}}
    desk.sandbox.faults([fault])
    receipt = await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    assert "could not be read back" in receipt.warnings[0]
    assert row(desk, "Tickets", ticket)["priority"] == 4
