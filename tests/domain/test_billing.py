"""What documents come to, and when a ledger's is what was asked for."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from servicedesk_core.domain.billing import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentRequest,
    DocumentStatus,
    RequestedLine,
    TaxRounding,
    Verdict,
    compared,
    line_net,
    taxed,
)

D = Decimal


def request(**given: Any) -> DocumentRequest:
    lines = (
        RequestedLine(number=1, description="Work", quantity=D("2.5"), unit_price=D(100), amount=D(250)),
        RequestedLine(number=2, description="Cable", quantity=D(3), unit_price=D("0.335"), amount=D("1.01")),
    )
    values: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "number": "SD-1001",
        "customer": "58",
        "issue_on": date(2026, 11, 1),
        "currency": "EUR",
        "lines": lines,
        "net": D("251.01"),
        "tax": D("50.20"),
        "total": D("301.21"),
    }
    return DocumentRequest(**values | given)


def shown(**given: Any) -> Document:
    values: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "ref": "1001",
        "customer": "58",
        "status": DocumentStatus.OPEN,
        "currency": "EUR",
        "lines": (DocumentLine(amount=D(250)), DocumentLine(amount=D("1.01"))),
        "net": D("251.01"),
        "tax": D("50.20"),
        "total": D("301.21"),
    }
    return Document(**values | given)


@pytest.mark.parametrize(
    ("amounts", "rounding", "taxes"),
    [
        (["25.06", "25.61", "25.63"], TaxRounding.LINE, ["3.76", "3.84", "3.84"]),
        (["25.06", "25.61", "25.63"], TaxRounding.DOCUMENT, ["3.76", "3.84", "3.85"]),
        (["-25.06", "25.06"], TaxRounding.LINE, ["-3.76", "3.76"]),
        (["-25.06", "25.06"], TaxRounding.DOCUMENT, ["-3.76", "3.76"]),
        (["0.00"], TaxRounding.DOCUMENT, ["0.00"]),
    ],
)
def test_tax_is_rounded_as_the_ledger_rounds(amounts: list[str], rounding: TaxRounding, taxes: list[str]) -> None:
    assert taxed([(D(amount), D(15)) for amount in amounts], rounding, "AUD") == tuple(map(D, taxes))


def test_rates_are_rounded_each_for_itself_and_inclusive_prices_hold_their_tax() -> None:
    assert taxed([(D("0.05"), D(10)), (D("0.05"), D(20))], TaxRounding.DOCUMENT, "EUR") == (D("0.01"), D("0.01"))
    assert taxed([(D("115.00"), D(15))], TaxRounding.LINE, "EUR", inclusive=True) == (D("15.00"),)
    assert taxed([(D(1005), D(10))], TaxRounding.LINE, "JPY") == (D(101),)
    assert taxed([(D(1), D(10))], TaxRounding.UNKNOWN, "USD") is None


def test_a_line_is_rounded_half_up_away_from_zero() -> None:
    assert line_net(D(1), D("0.005"), "EUR") == D("0.01")
    assert line_net(D(-1), D("0.005"), "EUR") == D("-0.01")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"net": D("251.00"), "total": D("301.20")}, "lines do not add up"),
        ({"total": D("301.22")}, "do not add up to the total"),
        ({"tax": None}, "known together"),
        ({"credits": "7"}, "only a credit note"),
        ({"lines": ()}, "at least 1"),
        ({"number": "X" * 22}, "at most 21"),
    ],
)
def test_a_document_that_does_not_add_up_is_none(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        request(**given)


def test_values_of_a_write_give_the_request_again() -> None:
    asked = request()
    assert DocumentRequest.of(asked.model_dump(mode="json")) == asked


@pytest.mark.parametrize(
    ("asked", "given", "verdict", "reason"),
    [
        ({}, {}, Verdict.EQUAL, ""),
        ({}, {"total": D("301.22"), "tax": D("50.21")}, Verdict.OTHER, "comes to 301.22, not 301.21"),
        (
            {"tolerance": D("0.02"), "rounding_account": "860"},
            {"total": D("301.22"), "tax": D("50.21")},
            Verdict.ROUNDING,
            "comes to 301.22",
        ),
        ({"tolerance": D("0.02"), "rounding_item": "9"}, {"total": D("301.24")}, Verdict.OTHER, "301.24"),
        ({"tolerance": D("0.02")}, {"total": D("301.22")}, Verdict.OTHER, "301.22"),
        ({}, {"customer": "59"}, Verdict.OTHER, "for customer 59"),
        ({}, {"currency": "USD"}, Verdict.OTHER, "in USD"),
        ({}, {"lines": (DocumentLine(amount=D(250)),)}, Verdict.OTHER, "1 lines, not 2"),
        ({}, {"total": None}, Verdict.OTHER, "no total"),
        ({"tax": None, "total": None}, {"tax": D(9), "total": D("260.01")}, Verdict.EQUAL, ""),
        ({"tax": None, "total": None}, {"net": D(251)}, Verdict.OTHER, "Without tax"),
    ],
)
def test_a_ledgers_document_is_held_against_the_request(
    asked: dict[str, Any], given: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    found = compared(request(**asked), shown(**given))
    assert found.verdict is verdict
    assert reason in " ".join(found.reasons)


def test_a_rounding_line_is_what_was_missing() -> None:
    asked = request(tolerance=D("0.02"), rounding_account="860")
    assert compared(asked, shown(total=D("301.22"), tax=D("50.21"))).amount == D("-0.01")
    lines = (*shown().lines, DocumentLine(amount=D("-0.01")))
    assert compared(asked, shown(lines=lines), rounding_lines=1).verdict is Verdict.EQUAL
