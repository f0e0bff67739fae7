"""A document as Xero wants it."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, RequestedLine, TaxMode
from servicedesk_xero.meaning.documents import KEYS, NUMBERS, is_text
from servicedesk_xero.meaning.values import rate_of
from servicedesk_xero.writing.codes import Codes

ROUNDING: Final = "Rounding"
"""What a line says that makes a total right; by it one of ours is known again."""
_MODES: Final = {TaxMode.EXCLUSIVE: "Exclusive", TaxMode.INCLUSIVE: "Inclusive", TaxMode.NONE: "NoTax"}
_TYPES: Final = {DocumentKind.INVOICE: "ACCREC", DocumentKind.CREDIT_NOTE: "ACCRECCREDIT"}
_UNTAXED: Final = "NONE"
Body = dict[str, Any]


async def body_of(request: DocumentRequest, codes: Codes) -> Body:
    """Return the record that makes a document.

    Raises:
        RejectedError: An item or account of a line is not there.
    """
    body: Body = {
        "Type": _TYPES[request.kind],
        "Contact": {"ContactID": request.customer},
        NUMBERS[request.kind]: request.number,
        "Date": request.issue_on.isoformat(),
        "CurrencyCode": request.currency,
        "LineAmountTypes": _MODES[request.tax_mode],
        "Status": "DRAFT" if request.draft else "AUTHORISED",
        "LineItems": [await _line(line, codes) for line in request.lines],
    }
    if request.memo:
        body["LineItems"].append({"Description": request.memo})
    if request.reference:
        body["Reference"] = request.reference
    if request.due_on is not None and request.kind is DocumentKind.INVOICE:
        body["DueDate"] = request.due_on.isoformat()
    if request.exchange_rate is not None:
        body["CurrencyRate"] = rate_of(request.exchange_rate)
    return body


async def rounding_line(request: DocumentRequest, codes: Codes) -> Body:
    """Return what a rounding line is booked on, to be known before there is a document that needs one.

    Raises:
        RejectedError: The rounding item or account is not there.
    """
    line: Body = {"Description": ROUNDING, "Quantity": 1, "TaxType": _UNTAXED}
    if request.rounding_item is not None:
        line["ItemCode"] = await codes.item(request.rounding_item)
    if request.rounding_account is not None:
        line["AccountCode"] = await codes.account(request.rounding_account)
    return line


def rounded_off(request: DocumentRequest, sent: Body, made: Mapping[str, Any], line: Body) -> Body:
    """Return the change that adds a rounding line: all lines are sent, because what is left out is deleted.

    Args:
        request: What was asked for.
        sent: The record that made it.
        made: What Xero made of it.
        line: The rounding line.
    """
    shown, count = made.get("LineItems"), len(sent["LineItems"])
    known: Sequence[Any] = shown if isinstance(shown, list) else ()
    ids = [row.get("LineItemID") if isinstance(row, Mapping) else None for row in known]
    kept = [one | ({"LineItemID": ref} if ref else {}) for one, ref in zip_longest(sent["LineItems"], ids[:count])]
    return {KEYS[request.kind]: made.get(KEYS[request.kind]), "LineItems": [*kept, line]}


def rounding_lines(request: DocumentRequest, made: Mapping[str, Any]) -> int:
    """Return how many lines at the end of a document were added to make its total right."""
    shown = made.get("LineItems")
    rows = [row for row in shown if not is_text(row)] if isinstance(shown, list) else []
    has_one = len(rows) == len(request.lines) + 1 and rows[-1].get("Description") == ROUNDING
    return 1 if has_one else 0


async def _line(line: RequestedLine, codes: Codes) -> Body:
    told: Body = {"Description": line.description, "Quantity": line.quantity, "UnitAmount": line.unit_price}
    if line.item is not None:
        told["ItemCode"] = await codes.item(line.item)
    if line.account is not None:
        told["AccountCode"] = await codes.account(line.account)
    if line.tax_code is not None:
        told["TaxType"] = line.tax_code
    return told
