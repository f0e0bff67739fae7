"""The stand-in's search answers every question that the vendor's definition knows, and refuses the others."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_ingram.sandbox.returns import Return
from servicedesk_ingram.sandbox.search import RefusedSearchError, search

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def opened(number, days_ago, **item):
    given = {"invoiceNumber": "20-1-11", "invoiceDate": "2026-10-01", "quantity": 1, "referenceNumber": "R"}
    return Return(number, given | item, NOW - timedelta(days=days_ago))


RETURNS = (
    opened("CAS-2", 0, vendorPartNumber="ABC-1"),
    opened("CAS-1", 3, invoiceNumber="20-2-22", ingramPartNumber="4TZ471", referenceNumber="Q"),
)


def found(**query):
    rows, _, _ = search(RETURNS, {name.replace("_", "-"): value for name, value in query.items()}, NOW)
    return [row["caseRequestNumber"] for row in rows]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, ["CAS-2", "CAS-1"]),
        ({"caseRequestNumber": "CAS-1"}, ["CAS-1"]),
        ({"returnClaimId": "12-AS-1-34"}, ["CAS-1"]),
        ({"referenceNumber": "R"}, ["CAS-2"]),
        ({"invoiceNumber": "20-2-22"}, ["CAS-1"]),
        ({"invoiceNumber": "20-9-99"}, []),
        ({"ingramPartNumber": "4TZ471"}, ["CAS-1"]),
        ({"vendorPartNumber": "ABC-1"}, ["CAS-2"]),
        ({"returnStatus_in": "Open, Denied"}, ["CAS-2"]),
        ({"claimStatus_in": "Approved"}, ["CAS-1"]),
        ({"returnReason_in": "(DF) Defective Items"}, ["CAS-2", "CAS-1"]),
        ({"returnReason_in": "(SB) Stock Balance"}, []),
        ({"createdOn_bt": "2026-11-17,2026-11-18"}, ["CAS-1"]),
        ({"modifiedOn_bt": "2020-01-01,2020-01-31"}, []),
        ({"referenceNumber": "R", "invoiceNumber": "20-2-22"}, []),
        ({"sortingColumnName": "createdOn"}, ["CAS-1", "CAS-2"]),
        ({"sortingColumnName": "createdOn", "sort": "desc"}, ["CAS-2", "CAS-1"]),
    ],
)
def test_each_filter_finds_its_own_returns_only(query, numbers):
    assert found(**query) == numbers


@pytest.mark.parametrize(
    "query",
    [
        {"serialNumber": "SN1"},
        {"createdOn_bt": "2026-11-17"},
        {"createdOn_bt": "then,now"},
        {"page": "0"},
        {"size": "all"},
        {"sort": "sideways"},
        {"sortingColumnName": "nothing"},
    ],
)
def test_a_question_that_nobody_knows_is_refused(query):
    with pytest.raises(RefusedSearchError) as refused:
        found(**query)
    assert str(refused.value) in {name.replace("_", "-") for name in query}


async def test_a_refusal_names_the_parameter_and_pages_keep_the_question(stand, ingram, claim):
    for number in range(3):
        await ingram.submit_claim(claim.model_copy(update={"id": f"SD-{number}"}))
    rows = await ingram._api.search(invoiceNumber=claim.invoice_number, size="2")
    assert len(rows) == 3
    assert await ingram._api.search(invoiceNumber="20-9-99") == []
