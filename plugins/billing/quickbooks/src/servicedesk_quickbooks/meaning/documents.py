"""What invoices, credit notes, payments and bills mean, and how a document shows its lines; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import (
    Bill,
    CreditNote,
    Document,
    DocumentKind,
    DocumentLine,
    DocumentStatus,
    Payment,
    PaymentAllocation,
    SalesInvoice,
)
from servicedesk_core.hooks import Mapped, unmarked
from servicedesk_quickbooks.meaning.lists import key
from servicedesk_quickbooks.meaning.values import Row, amount, currency, day, named, objects, ref, stamp, text

ENTITIES: Final = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "CreditMemo"}
_FIELDS: Final = {
    "Id": "external_id", "DocNumber": "number", "PrivateNote": "reference", "CustomerRef": "customer_ref",
    "TxnDate": "issued_on", "CurrencyRef": "currency", "ExchangeRate": "exchange_rate", "TxnTaxDetail": "tax",
    "TotalAmt": "total", "MetaData": "modified_at",
}  # fmt: skip
INVOICE_FIELDS: Final = {**_FIELDS, "DueDate": "due_on", "Balance": "balance"}
CREDIT_FIELDS: Final = {**_FIELDS, "RemainingCredit": "remaining"}
PAYMENT_FIELDS: Final = {
    "Id": "external_id", "CustomerRef": "customer_ref", "TxnDate": "paid_on", "TotalAmt": "amount",
    "UnappliedAmt": "unapplied", "CurrencyRef": "currency", "ExchangeRate": "exchange_rate",
    "PaymentMethodRef": "method", "PaymentRefNum": "reference", "MetaData": "modified_at",
}  # fmt: skip
BILL_FIELDS: Final = {
    "Id": "external_id", "DocNumber": "number", "PrivateNote": "reference", "VendorRef": "supplier",
    "TxnDate": "issued_on", "DueDate": "due_on", "CurrencyRef": "currency", "ExchangeRate": "exchange_rate",
    "TotalAmt": "total", "Balance": "balance", "MetaData": "modified_at",
}  # fmt: skip
_ALLOCATED: Final = {"Invoice": "sales_invoice_ref", "CreditMemo": "credit_note_ref"}
_VOIDED: Final = "voided"
_ADDED: Final = "SubTotalLineDetail"


def invoice(raw: Row) -> Mapped:
    """Return an invoice.

    Raises:
        MappingError: It has no id.
    """
    due, balance = day(raw.get("DueDate")), amount(raw.get("Balance"))
    return Mapped(SalesInvoice(**_shared(raw), customer_ref=ref(raw, "CustomerRef"), due_on=due, balance=balance))


def credit_note(raw: Row) -> Mapped:
    """Return a credit note.

    Raises:
        MappingError: It has no id.
    """
    remaining = amount(raw.get("RemainingCredit", raw.get("Balance")))
    return Mapped(CreditNote(**_shared(raw), customer_ref=ref(raw, "CustomerRef"), remaining=remaining))


def payment(raw: Row) -> Mapped:
    """Return a payment, and what it settles.

    Raises:
        MappingError: It has no id.
    """
    own = key(raw)
    allocations: dict[str, PaymentAllocation] = {}
    for line in objects(raw.get("Line")):
        for link in objects(line.get("LinkedTxn")):
            field, target = _ALLOCATED.get(str(link.get("TxnType"))), text(link.get("TxnId"))
            if field is not None and target is not None:
                part = f"{own}:{field[0]}{target}"
                settled = {field: target, "amount": amount(line.get("Amount"))}
                allocations[part] = PaymentAllocation(external_id=part, payment_ref=own, **settled)
    received = Payment(
        external_id=own,
        customer_ref=ref(raw, "CustomerRef"),
        paid_on=day(raw.get("TxnDate")),
        amount=amount(raw.get("TotalAmt")),
        unapplied=amount(raw.get("UnappliedAmt")),
        currency=currency(raw),
        exchange_rate=_rate(raw),
        method=named(raw, "PaymentMethodRef"),
        reference=text(raw.get("PaymentRefNum")),
        is_void=is_void(raw),
        modified_at=stamp(raw, "LastUpdatedTime"),
    )
    return Mapped(received, also=tuple(allocations.values()))


def bill(raw: Row) -> Mapped:
    """Return a bill.

    Raises:
        MappingError: It has no id.
    """
    shared = {name: value for name, value in _shared(raw).items() if name != "created_at"}
    due, balance = day(raw.get("DueDate")), amount(raw.get("Balance"))
    return Mapped(Bill(**shared, supplier=named(raw, "VendorRef"), due_on=due, balance=balance))


def document(kind: DocumentKind, raw: Row) -> Document:
    """Return a document with its lines, without those that the server adds.

    Raises:
        MappingError: It has no id.
    """
    shown = _shared(raw)
    return Document(
        kind=kind,
        ref=key(raw),
        number=shown["number"],
        reference=shown["reference"],
        customer=ref(raw, "CustomerRef"),
        status=shown["status"],
        issue_on=shown["issued_on"],
        due_on=day(raw.get("DueDate")),
        currency=shown["currency"],
        exchange_rate=shown["exchange_rate"],
        lines=tuple(_line(line) for line in objects(raw.get("Line")) if line.get("DetailType") != _ADDED),
        net=shown["net"],
        tax=shown["tax"],
        total=shown["total"],
        balance=amount(raw.get("RemainingCredit", raw.get("Balance"))),
    )


def is_void(raw: Row) -> bool:
    """Return whether a transaction was voided: all is zero, and its note begins with the word."""
    note = text(raw.get("PrivateNote")) or ""
    return not amount(raw.get("TotalAmt")) and note.casefold().startswith(_VOIDED)


def _shared(raw: Row) -> dict[str, Any]:
    total, taxes = amount(raw.get("TotalAmt")), raw.get("TxnTaxDetail")
    tax = amount(taxes.get("TotalTax")) if isinstance(taxes, Mapping) else None
    note = text(raw.get("PrivateNote"))
    status = _status(raw)
    return {
        "external_id": key(raw),
        "number": text(raw.get("DocNumber")),
        "reference": (unmarked(note).strip() or None) if note else None,
        "status": status,
        "status_text": "Voided" if status is DocumentStatus.VOID else None,
        "issued_on": day(raw.get("TxnDate")),
        "currency": currency(raw),
        "exchange_rate": _rate(raw),
        "net": None if total is None or tax is None else total - tax,
        "tax": tax,
        "total": total,
        "created_at": stamp(raw, "CreateTime"),
        "modified_at": stamp(raw, "LastUpdatedTime"),
    }


def _status(raw: Row) -> DocumentStatus:
    """Return where a document stands: the interface has no word for it, and no drafts."""
    if is_void(raw):
        return DocumentStatus.VOID
    left = amount(raw.get("RemainingCredit", raw.get("Balance")))
    return DocumentStatus.OPEN if left is None or left else DocumentStatus.PAID


def _rate(raw: Row) -> Decimal | None:
    return amount(raw.get("ExchangeRate")) or None


def _line(line: Row) -> DocumentLine:
    found = line.get(str(line.get("DetailType")))
    detail: Row = found if isinstance(found, Mapping) else {}
    return DocumentLine(
        ref=text(line.get("Id")),
        description=text(line.get("Description")),
        quantity=amount(detail.get("Qty")),
        unit_price=amount(detail.get("UnitPrice")),
        amount=amount(line.get("Amount")),
        item=ref(detail, "ItemRef"),
        account=ref(detail, "ItemAccountRef"),
        tax_code=ref(detail, "TaxCodeRef"),
    )
