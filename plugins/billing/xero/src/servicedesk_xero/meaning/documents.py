"""Invoices, credit notes, payments and bills; pure."""

from collections.abc import Mapping
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
from servicedesk_core.errors import MappingError, ProtocolError
from servicedesk_core.hooks import Mapped
from servicedesk_xero.meaning.values import amount, currency, day, guid, inner, instant, text, worth

Raw = Mapping[str, Any]
STATUSES: Final = {
    "DRAFT": DocumentStatus.DRAFT,
    "SUBMITTED": DocumentStatus.SUBMITTED,
    "AUTHORISED": DocumentStatus.OPEN,
    "PAID": DocumentStatus.PAID,
    "VOIDED": DocumentStatus.VOID,
    "DELETED": DocumentStatus.DELETED,
}
_COMMON: Final = {
    "Reference": "reference", "Contact": "customer_ref", "Status": "status", "Date": "issued_on",
    "CurrencyCode": "currency", "CurrencyRate": "exchange_rate", "SubTotal": "net", "TotalTax": "tax", "Total": "total",
    "UpdatedDateUTC": "modified_at",
}  # fmt: skip
INVOICE_FIELDS: Final = {
    "InvoiceID": "external_id", "InvoiceNumber": "number", **_COMMON, "DueDate": "due_on", "AmountDue": "balance",
    "AmountPaid": "paid", "AmountCredited": "credited", "FullyPaidOnDate": "paid_on",
}  # fmt: skip
CREDIT_FIELDS: Final = {
    "CreditNoteID": "external_id", "CreditNoteNumber": "number", **_COMMON, "RemainingCredit": "remaining",
}  # fmt: skip
PAYMENT_FIELDS: Final = {
    "PaymentID": "external_id", "Invoice": "customer_ref", "Date": "paid_on", "Amount": "amount",
    "CurrencyRate": "exchange_rate", "Reference": "reference", "PaymentType": "method", "Status": "is_void",
    "UpdatedDateUTC": "modified_at",
}  # fmt: skip
BILL_FIELDS: Final = {**INVOICE_FIELDS, "Contact": "supplier"}
KEYS: Final = {DocumentKind.INVOICE: "InvoiceID", DocumentKind.CREDIT_NOTE: "CreditNoteID"}
NUMBERS: Final = {DocumentKind.INVOICE: "InvoiceNumber", DocumentKind.CREDIT_NOTE: "CreditNoteNumber"}


def invoice(raw: Raw) -> Mapped:
    """Return what a client owes.

    Raises:
        MappingError: It has no id.
    """
    return Mapped(
        SalesInvoice(
            external_id=_ref(raw, "InvoiceID"),
            number=text(raw.get("InvoiceNumber")),
            customer_ref=inner(raw, "Contact", "ContactID"),
            due_on=day(raw.get("DueDate")),
            balance=amount(raw.get("AmountDue")),
            paid=amount(raw.get("AmountPaid")),
            credited=amount(raw.get("AmountCredited")),
            paid_on=day(raw.get("FullyPaidOnDate")),
            **_shared(raw),
        )
    )


def credit_note(raw: Raw) -> Mapped:
    """Return what a client is given back.

    Raises:
        MappingError: It has no id.
    """
    return Mapped(
        CreditNote(
            external_id=_ref(raw, "CreditNoteID"),
            number=text(raw.get("CreditNoteNumber")),
            customer_ref=inner(raw, "Contact", "ContactID"),
            remaining=amount(raw.get("RemainingCredit")),
            **_shared(raw),
        )
    )


def payment(raw: Raw) -> Mapped:
    """Return what came for an invoice; in Xero a payment settles one document, as a whole.

    Raises:
        MappingError: It has no id.
    """
    ref, came = _ref(raw, "PaymentID"), amount(raw.get("Amount"))
    paid = raw.get("Invoice")
    paid = paid if isinstance(paid, dict) else {}
    is_void = text(raw.get("Status")) == "DELETED"
    entity = Payment(
        external_id=ref,
        customer_ref=inner(paid, "Contact", "ContactID"),
        paid_on=day(raw.get("Date")),
        amount=came,
        currency=currency(paid.get("CurrencyCode")),
        exchange_rate=worth(raw.get("CurrencyRate")),
        reference=text(raw.get("Reference")),
        is_void=is_void,
        modified_at=instant(raw.get("UpdatedDateUTC")),
    )
    settled = guid(paid.get("InvoiceID"))
    if settled is None or is_void:
        return Mapped(entity)
    return Mapped(
        entity, also=(PaymentAllocation(external_id=ref, payment_ref=ref, sales_invoice_ref=settled, amount=came),)
    )


def bill(raw: Raw) -> Mapped:
    """Return what we owe a supplier.

    Raises:
        MappingError: It has no id.
    """
    who = raw.get("Contact")
    return Mapped(
        Bill(
            external_id=_ref(raw, "InvoiceID"),
            number=text(raw.get("InvoiceNumber")),
            supplier=text(who.get("Name")) if isinstance(who, Mapping) else None,
            due_on=day(raw.get("DueDate")),
            balance=amount(raw.get("AmountDue")),
            **_shared(raw),
        )
    )


def document(kind: DocumentKind, raw: Raw) -> Document:
    """Return a document with its lines; lines of text alone, which come to nothing, are left out.

    Raises:
        ProtocolError: It has no id or no status.
    """
    ref, status = guid(raw.get(KEYS[kind])), STATUSES.get(str(raw.get("Status")))
    if ref is None or status is None:
        raise ProtocolError("Xero's document has no id, or a status that is not known.")
    rows = raw.get("LineItems")
    return Document(
        kind=kind,
        ref=ref,
        number=text(raw.get(NUMBERS[kind])),
        reference=text(raw.get("Reference")),
        customer=inner(raw, "Contact", "ContactID"),
        status=status,
        issue_on=day(raw.get("Date")),
        due_on=day(raw.get("DueDate")),
        currency=currency(raw.get("CurrencyCode")),
        exchange_rate=worth(raw.get("CurrencyRate")),
        lines=tuple(_line(row) for row in rows if not is_text(row)) if isinstance(rows, list) else (),
        net=amount(raw.get("SubTotal")),
        tax=amount(raw.get("TotalTax")),
        total=amount(raw.get("Total")),
        balance=amount(raw.get("AmountDue" if kind is DocumentKind.INVOICE else "RemainingCredit")),
    )


def is_text(line: object) -> bool:
    """Return whether a line only says something."""
    if not isinstance(line, Mapping):
        return True
    return not amount(line.get("LineAmount")) and not any(text(line.get(one)) for one in ("AccountCode", "ItemCode"))


def _line(row: Raw) -> DocumentLine:
    sold = row.get("Item")
    return DocumentLine(
        ref=guid(row.get("LineItemID")),
        description=text(row.get("Description")),
        quantity=amount(row.get("Quantity")),
        unit_price=amount(row.get("UnitAmount")),
        amount=amount(row.get("LineAmount")),
        item=guid(sold.get("ItemID")) if isinstance(sold, Mapping) else None,
        account=guid(row.get("AccountID")),
        tax_code=text(row.get("TaxType")),
        tax=amount(row.get("TaxAmount")),
    )


def _ref(raw: Raw, key: str) -> str:
    ref = guid(raw.get(key))
    if ref is None:
        raise MappingError(f"A document needs its id ({key}).")
    return ref


def _shared(raw: Raw) -> dict[str, Any]:
    told = text(raw.get("Status"))
    return {
        "reference": text(raw.get("Reference")),
        "status": STATUSES.get(told or ""),
        "status_text": told,
        "issued_on": day(raw.get("Date")),
        "currency": currency(raw.get("CurrencyCode")),
        "exchange_rate": worth(raw.get("CurrencyRate")),
        "net": amount(raw.get("SubTotal")),
        "tax": amount(raw.get("TotalTax")),
        "total": amount(raw.get("Total")),
        "modified_at": instant(raw.get("UpdatedDateUTC")),
    }
