"""A document that is to be written, in the interface's words; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import Document, DocumentKind, DocumentRequest, RequestedLine, TaxMode
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import marks
from servicedesk_quickbooks.meaning.company import NO_NUMBERS, Company
from servicedesk_quickbooks.meaning.lists import TAXED, UNTAXED
from servicedesk_quickbooks.meaning.values import Row, objects, ref

MOST_LINES: Final = 750
ROUNDING: Final = "Rounding"


def refuse_unfit(request: DocumentRequest, company: Company) -> None:
    """Refuse what the company could not take, before anything is sent.

    Raises:
        RejectedError: It cannot.
    """
    if not company.takes_numbers:
        raise refused(NO_NUMBERS, "number")
    if request.draft:
        raise refused("QuickBooks has no drafts: what is written stands in the books.", "draft")
    if request.tax_mode is TaxMode.INCLUSIVE:
        raise refused(
            "Prices with tax in them are not sent to QuickBooks.", "tax_mode", hint="Send prices without tax."
        )
    if len(request.lines) > MOST_LINES:
        raise refused(f"A document in QuickBooks has {MOST_LINES} lines at most, not {len(request.lines):,}.", "lines")
    if company.currency not in {None, request.currency} and not company.has_currencies:
        raise refused(f"The company in QuickBooks has {company.currency} only, not {request.currency}.", "currency")
    if any(line.item is None for line in request.lines):
        raise refused("Each line of a document in QuickBooks needs an item.", "lines", hint="Map it: billing map.")


def document_body(
    request: DocumentRequest, company: Company, codes: Mapping[int, str | None], write_id: str
) -> dict[str, Any]:
    """Return the body that makes a document.

    Args:
        request: What is asked for.
        company: Whose books they are.
        codes: Tax code of each line, by its number.
        write_id: Ours, for the mark.

    Raises:
        RejectedError: Its tax codes do not fit the company.
    """
    body: dict[str, Any] = {
        "CustomerRef": {"value": request.customer},
        "DocNumber": request.number,
        "TxnDate": request.issue_on.isoformat(),
        "PrivateNote": marks.marked(request.reference, write_id),
        "Line": [_line(line, _shown_code(codes[line.number], request, company)) for line in request.lines],
    }
    if request.due_on is not None and request.kind is DocumentKind.INVOICE:
        body["DueDate"] = request.due_on.isoformat()
    if memo := "\n".join(dict.fromkeys(filter(None, (request.memo, request.reference)))):
        body["CustomerMemo"] = {"value": memo}
    if company.has_currencies:
        body["CurrencyRef"] = {"value": request.currency}
        if request.exchange_rate is not None:
            body["ExchangeRate"] = request.exchange_rate
    if not company.is_us:
        body["GlobalTaxCalculation"] = "NotApplicable" if request.tax_mode is TaxMode.NONE else "TaxExcluded"
    elif whole := _code_of_document(codes, request, company):
        body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": whole}}
    return body


def with_rounding(row: Row, request: DocumentRequest, amount: Decimal, code: str | None) -> dict[str, Any]:
    """Return the body that adds a rounding line to a document.

    Args:
        row: The document as the books hold it.
        request: What is asked for, with the item of the line.
        amount: What is missing in its total.
        code: Of no tax.
    """
    kept = [line for line in objects(row.get("Line")) if line.get("DetailType") != "SubTotalLineDetail"]
    detail = {"ItemRef": {"value": request.rounding_item}, "Qty": 1, "UnitPrice": amount}
    detail |= {"TaxCodeRef": {"value": code}} if code is not None else {}
    line = {"DetailType": "SalesItemLineDetail", "Description": ROUNDING, "Amount": amount}
    lines = [*kept, {**line, "SalesItemLineDetail": detail}]
    # A part of a document's lines replaces all of them, and without its customer no document is taken.
    return {**_named(row), "sparse": True, "CustomerRef": row.get("CustomerRef"), "Line": lines}


def rounding_lines(request: DocumentRequest, shown: Document) -> int:
    """Return how many lines at the end of a document are there for rounding."""
    last = shown.lines[-1] if len(shown.lines) == len(request.lines) + 1 else None
    return int(last is not None and (last.item, last.description) == (request.rounding_item, ROUNDING))


def settling(credit: Row, invoice: Row, amount: Decimal, write_id: str) -> dict[str, Any]:
    """Return the body of the payment of nothing by which a credit note settles an invoice.

    Args:
        credit: The credit note.
        invoice: The invoice.
        amount: So much of it.
        write_id: Ours, for the mark.
    """
    linked = (("Invoice", invoice), ("CreditMemo", credit))
    lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]} for kind, row in linked]
    body = {"CustomerRef": {"value": ref(credit, "CustomerRef")}, "TotalAmt": 0, "Line": lines}
    currency = {"CurrencyRef": {"value": ref(credit, "CurrencyRef")}} if ref(credit, "CurrencyRef") else {}
    # Without a rate it would be taken one for one, and the difference booked as a gain or a loss.
    rate = {"ExchangeRate": credit["ExchangeRate"]} if credit.get("ExchangeRate") else {}
    return {**body, **currency, **rate, "PrivateNote": marks.marked(None, write_id)}


def removing(row: Row) -> dict[str, Any]:
    """Return the body that takes a document back."""
    return _named(row)


def voiding(ref_: str, revision: str) -> dict[str, Any]:
    """Return the body that voids a document."""
    return {"Id": ref_, "SyncToken": revision, "sparse": True}


def refused(reason: str, *fields: str, hint: str | None = None) -> RejectedError:
    """Return the error of what is not sent."""
    return RejectedError(f"Not sent: {reason}", field_errors=fields, hint=hint)


def _named(row: Row) -> dict[str, Any]:
    return {"Id": row.get("Id"), "SyncToken": row.get("SyncToken")}


def _line(line: RequestedLine, code: str | None) -> dict[str, Any]:
    detail: dict[str, Any] = {"ItemRef": {"value": line.item}, "Qty": line.quantity, "UnitPrice": line.unit_price}
    detail |= {"TaxCodeRef": {"value": code}} if code is not None else {}
    detail |= {"ServiceDate": line.served_on.isoformat()} if line.served_on is not None else {}
    head = {"DetailType": "SalesItemLineDetail", "Description": line.description, "Amount": line.amount}
    return {**head, "SalesItemLineDetail": detail}


def _shown_code(code: str | None, request: DocumentRequest, company: Company) -> str | None:
    """Return the code as a line has it: in the US it says only whether there is tax at all."""
    if company.is_us:
        return UNTAXED if request.tax_mode is TaxMode.NONE or code == UNTAXED else TAXED
    if request.tax_mode is TaxMode.NONE:
        return None
    if code is None:
        raise refused(
            "A line has no tax code, and neither has its item; QuickBooks refuses that outside the US.",
            "lines",
            hint="Map the tax code: billing map. Or give the item one in QuickBooks.",
        )
    return code


def _code_of_document(codes: Mapping[int, str | None], request: DocumentRequest, company: Company) -> str | None:
    """Return the code with the rate, which in the US a document has as a whole; the tax engine needs none."""
    if company.has_automated_tax or request.tax_mode is TaxMode.NONE:
        return None
    rated = {code for code in codes.values() if code not in {None, TAXED, UNTAXED}}
    if len(rated) > 1:
        raise refused("In the US a document in QuickBooks has one rate of sales tax, not several.", "lines")
    return rated.pop() if rated else None
