"""The vendor says 500 for nearly everything: what decides is the text."""

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    NetworkError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import PullMode, PullRequest

PERMISSION = "The logged in Resource does not have the adequate permissions to query this entity type."
THREADS = "The Autotask API thread threshold of 3 threads has been exceeded. Itgenatr005"
HOURLY = "The Autotask API request threshold of 10000 requests per hour has been exceeded."


def errors(*texts):
    return {"errors": list(texts)}


@pytest.mark.parametrize(
    "case",
    [
        (500, errors(PERMISSION), PermissionDeniedError, "security level does not allow"),
        (500, errors("IntegrationCode is invalid"), AuthenticationError, "integration code"),
        (500, errors("Authentication failed for this user."), AuthenticationError, "did not let the API user in"),
        (
            401,
            {"Message": "Authorization has been denied."},
            AuthenticationError,
            "rejected the username or the secret",
        ),
        (500, errors("Unable to find hourlyRate in the Role Entity."), RejectedError, "find hourlyRate in the Role"),
        (500, errors("maxCountOfRecordsToReturn must be between 1 and 500"), RejectedError, "must be between"),
        (500, errors("Invalid query syntax."), RejectedError, "Invalid query syntax"),
        (405, {"Message": "The requested resource does not support http method 'POST'."}, UnsupportedError, "405"),
    ],
)
async def test_permanent_errors_are_told_by_their_text_and_not_retried(own_desk, pull, page_fault, case):
    status, body, error, message = case
    async with own_desk.connector(streams=("roles",)) as autotask:
        own_desk.sandbox.faults([page_fault("Roles", body, status=status, times=None)])
        with pytest.raises(error, match=message):
            await pull(autotask, "roles")
    (fault,) = own_desk.sandbox.state()["faults"]
    assert fault["fired"] == 1


@pytest.mark.parametrize(
    "reply",
    [
        (429, errors(THREADS)),
        (500, errors(THREADS)),
        (429, errors(HOURLY)),
        (500, errors(HOURLY)),
        (500, "<html>Server Error</html>"),
        (500, ""),
        (500, {"Message": "An error has occurred."}),
        (500, errors("Transaction was deadlocked on lock resources and has been chosen as the deadlock victim.")),
        (503, "Service Unavailable"),
    ],
)
async def test_passing_troubles_are_tried_again(own_desk, pull, ids, page_fault, reply):
    status, body = reply
    async with own_desk.connector(streams=("roles",)) as autotask:
        expected = ids(await pull(autotask, "roles"))
        own_desk.sandbox.faults([page_fault("Roles", body, status=status)])
        assert ids(await pull(autotask, "roles")) == expected


async def test_thread_limit_that_stays_is_a_rate_limit_without_a_long_wait(own_desk, pull, page_fault):
    async with own_desk.connector(streams=("roles",)) as autotask:
        own_desk.sandbox.faults([page_fault("Roles", errors(THREADS), status=500, times=None)])
        with pytest.raises(RateLimitedError, match="parallel request"):
            await pull(autotask, "roles")
        assert max(autotask.ctx.clock.slept_s) < 60


async def test_outage_that_stays_is_unavailability(own_desk, pull, page_fault):
    async with own_desk.connector(streams=("roles",)) as autotask:
        own_desk.sandbox.faults([page_fault("Roles", "<html></html>", status=502, times=None)])
        with pytest.raises(VendorUnavailableError):
            await pull(autotask, "roles")


async def test_limit_texts_inside_records_are_just_text(own_desk, pull, page_fault):
    row = {"id": 1, "name": THREADS, "description": f"{HOURLY} {PERMISSION} IntegrationCode is invalid"}
    own_desk.sandbox.faults([page_fault("Roles", {"items": [row], "pageDetails": {"count": 1}})])
    async with own_desk.connector(streams=("roles",)) as autotask:
        (page,) = await pull(autotask, "roles")
    assert page.records[0].raw["name"] == THREADS


async def test_html_instead_of_json_is_a_protocol_error(own_desk, pull):
    own_desk.sandbox.faults([{"kind": "html", "match": {"path": "/Roles/query$"}, "status": 200, "times": None}])
    async with own_desk.connector(streams=("roles",)) as autotask:
        with pytest.raises(ProtocolError, match="no JSON"):
            await pull(autotask, "roles")


@pytest.mark.slow  # tests/http holds the limit against small bodies
async def test_answer_of_600_megabytes_is_cut_off(own_desk, pull):
    own_desk.sandbox.faults([{"kind": "huge", "match": {"path": "/Roles/query$"}, "times": None}])
    async with own_desk.connector(streams=("roles",)) as autotask:
        with pytest.raises((ProtocolError, NetworkError)):
            await pull(autotask, "roles")


async def test_missing_right_is_named_by_entity(desk_with, pull):
    with desk_with(forbidden_entities=frozenset({"TimeEntries"})) as desk:
        async with desk.connector(streams=("time_entries",)) as autotask:
            with pytest.raises(PermissionDeniedError) as caught:
                await pull(autotask, "time_entries")
            assert "view TimeEntries" in caught.value.hint
            checks = await autotask.check_connection(("time_entries", "tickets"))
    assert not checks[0].readable
    assert "Timesheets" in checks[0].note
    assert (checks[1].readable, checks[1].visible) == (True, 150)


async def test_hidden_stream_looks_empty_and_the_check_says_what_to_grant(desk_with, pull, ids):
    with desk_with(hidden_entities=frozenset({"Contracts"})) as desk:
        async with desk.connector(streams=("contracts",)) as autotask:
            assert ids(await pull(autotask, "contracts")) == []
            (check,) = await autotask.check_connection(("contracts",))
    assert (check.readable, check.visible) == (True, 0)
    assert "hidden" in check.note
    assert "Contracts: view All" in check.note


async def test_forbidden_joins_leave_their_part_out(desk_with, pull):
    with desk_with(forbidden_entities=frozenset({"Products", "Departments"})) as desk:
        async with desk.connector(streams=("assets", "technicians")) as autotask:
            (page, *_) = await pull(autotask, "assets")
            asset = autotask.map_record("assets", page.records[0].raw).entity
            assert (asset.manufacturer, asset.model) == (None, None)
            assert asset.product_ref
            (people,) = await pull(autotask, "technicians")
            assert any(autotask.map_record("technicians", one.raw).entity.role_refs for one in people.records)


async def test_check_costs_at_most_three_requests_a_stream(own_desk):
    async with own_desk.connector() as autotask:
        for stream in autotask.describe_capabilities().streams:
            before = sum(own_desk.requests.values())
            (check,) = await autotask.check_connection((stream.stream,))
            assert check.readable
            assert sum(own_desk.requests.values()) - before <= 3
            assert (check.oldest_at is not None) == bool(stream.has_created and check.visible)


async def test_identity_survives_a_hidden_own_company(desk_with):
    with desk_with(hidden_entities=frozenset({"Companies"})) as desk:
        async with desk.connector(streams=("roles",)) as autotask:
            identity = await autotask.vendor_identity()
    assert (identity.account, identity.name) == ("12345", "")


@pytest.mark.parametrize("body", ["{}", "null", ""])
async def test_read_by_id_with_an_empty_body_is_an_error_and_not_absence(own_desk, body):
    own_desk.sandbox.faults(
        [{"kind": "status", "match": {"path": "/Companies/0$"}, "status": 200, "body": body, "times": None}]
    )
    async with own_desk.connector(streams=("roles",)) as autotask:
        with pytest.raises(ProtocolError):
            await autotask.vendor_identity()


async def test_missing_record_is_null_with_200(desk):
    async with desk.connector(streams=("roles",)) as autotask:
        assert await autotask._api.item("Companies", 987_654_321) is None
        assert (await autotask._api.item("Companies", 0))["companyName"] == "Example MSP"


async def test_usage_is_the_vendors_own_count(own_desk):
    async with own_desk.connector(streams=("roles",)) as autotask:
        first = await autotask.usage()
        second = await autotask.usage()
    assert first.allowed == 10_000
    assert second.total == first.total + 1  # the question counts itself


async def test_operators_share_and_the_vendors_limits_meet_in_the_profile(desk):
    from servicedesk_core.ports import BudgetPolicy

    async with desk.connector(streams=("roles",), budget=BudgetPolicy(share=0.4)) as autotask:
        budget = autotask._api._client.profile.budget
    assert (budget.share, budget.requests, budget.window_s, budget.concurrency) == (0.4, 10_000, 3600.0, 2)


async def test_errors_hold_no_secret(own_desk, page_fault):
    async with own_desk.connector(streams=("roles",)) as autotask:
        own_desk.sandbox.faults([page_fault("Roles", errors("bad secret sandbox-secret"), status=500, times=None)])
        with pytest.raises(RejectedError) as caught:
            await anext(autotask.pull(PullRequest("roles", PullMode.BACKFILL)))
    assert "sandbox-secret" not in str(caught.value)


async def test_a_tenant_without_several_currencies_has_its_money_without_one(own_desk, pull):
    refusal = "This entity is only available if Multi-Currency functionality is enabled in this system."
    own_desk.sandbox.faults(
        [{"kind": "status", "match": {"path": "Currencies"}, "status": 500, "body": errors(refusal), "times": None}]
    )
    async with own_desk.connector(streams=("invoices",)) as autotask:
        raws = [record.raw for page in await pull(autotask, "invoices") for record in page.records]
        found = [autotask.map_record("invoices", raw) for raw in raws]
    assert found
    assert {one.entity.currency for one in found} == {None}
    assert all(one.entity.total is not None for one in found)


async def test_the_currency_of_a_price_is_the_clients(own_desk, pull):
    async with own_desk.connector(streams=("charges", "contract_blocks", "billing_items")) as autotask:
        for stream in ("charges", "contract_blocks", "billing_items"):
            raws = [record.raw for page in await pull(autotask, stream) for record in page.records]
            assert {autotask.map_record(stream, raw).entity.currency for raw in raws} <= {"USD", "CAD"}
            assert raws
