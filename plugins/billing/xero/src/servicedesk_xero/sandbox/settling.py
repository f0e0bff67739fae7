"""Payments, and credit notes that are allocated to invoices."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from servicedesk_xero.sandbox.books import Books, Invalid
from servicedesk_xero.sandbox.documents import AUTHORISED, CREDIT_NOTE, DELETED, INVOICE, Documents, Sort
from servicedesk_xero.sandbox.sums import day, number
from servicedesk_xero.sandbox.wire.answers import Row

_TYPES = {"ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT", "ACCRECCREDIT": "ARCREDITPAYMENT",
          "ACCPAYCREDIT": "APCREDITPAYMENT"}  # fmt: skip


class Settling:
    """Takes payments and allocations.

    Args:
        books: Of the organisation.
        documents: Its invoices and credit notes.
    """

    def __init__(self, books: Books, documents: Documents) -> None:
        self._books = books
        self._documents = documents

    def paid(self, sent: Mapping[str, Any]) -> Row:
        """Take a payment.

        Raises:
            Invalid: It breaks a rule.
        """
        sort, document = self._document(sent)
        account = self._account(sent.get("Account"))
        amount, due = (
            number(sent.get("Amount"), "Amount"),
            Decimal(document.get("AmountDue") or document.get("RemainingCredit") or 0),
        )
        if document["Status"] != AUTHORISED:
            raise Invalid("Payment can only be made against Authorised documents")
        if amount <= 0 or amount > due:
            raise Invalid("Payment amount exceeds the amount outstanding on this document")
        named = {name: document[name] for name in (sort.key, sort.number) if document.get(name) is not None}
        row: Row = {
            "PaymentID": str(uuid.uuid4()),
            "Date": day(sent.get("Date") or self._books.today()),
            "Amount": f"{amount:.2f}",
            "BankAmount": f"{amount:.2f}",
            "Reference": str(sent.get("Reference") or ""),
            "CurrencyRate": document["CurrencyRate"],
            "PaymentType": _TYPES[document["Type"]],
            "Status": AUTHORISED,
            "IsReconciled": bool(sent.get("IsReconciled")),
            "HasAccount": True,
            "Account": {"AccountID": account["AccountID"], "Code": account["Code"]},
            "Invoice" if sort is INVOICE else "CreditNote": {
                **named, "Type": document["Type"], "Contact": document["Contact"],
                "CurrencyCode": document["CurrencyCode"], "Payments": [], "HasErrors": False,
            },
        }  # fmt: skip
        part = {name: row[name] for name in ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate", "HasAccount")}
        document["Payments"] = [*document["Payments"], part]
        self._documents.resettle(sort, document)
        return self._books.put("Payments", row)

    def taken_back(self, ref: str, sent: Mapping[str, Any]) -> Row:
        """Delete a payment.

        Raises:
            Invalid: It is none, is deleted already, or something else is asked for.
        """
        row = self._books.get("Payments", ref)
        if row is None:
            raise Invalid("Payment not found")
        if sent.get("Status") != DELETED or row["Status"] == DELETED:
            raise Invalid("Payment not of valid status for modification")
        sort, document = self._document(row)
        document["Payments"] = [one for one in document["Payments"] if one["PaymentID"] != ref]
        self._documents.resettle(sort, document)
        return self._books.put("Payments", {**row, "Status": DELETED})

    def allocated(self, ref: str, sent: Mapping[str, Any]) -> Row:
        """Allocate some of a credit note to an invoice.

        Raises:
            Invalid: It breaks a rule.
        """
        credit = self._books.get("CreditNotes", ref)
        named = sent.get("Invoice")
        invoice = self._books.get("Invoices", named.get("InvoiceID")) if isinstance(named, Mapping) else None
        if credit is None or invoice is None or not sent.get("Date"):
            raise Invalid("An allocation needs a credit note, an invoice and a date")
        amount = number(sent.get("Amount", sent.get("AppliedAmount")), "Amount")
        if credit["Status"] != AUTHORISED or invoice["Status"] != AUTHORISED:
            raise Invalid("Allocations can only be made between authorised documents")
        if credit["Contact"]["ContactID"] != invoice["Contact"]["ContactID"]:
            raise Invalid("The allocated document belongs to another contact")
        if amount <= 0 or amount > Decimal(credit["RemainingCredit"]) or amount > Decimal(invoice["AmountDue"]):
            raise Invalid("The allocated amount is more than is outstanding")
        allocation: Row = {
            "AllocationID": str(uuid.uuid4()),
            "Amount": f"{amount:.2f}",
            "Date": day(sent["Date"]),
            "IsDeleted": False,
            "Invoice": {"InvoiceID": invoice["InvoiceID"], "InvoiceNumber": invoice.get("InvoiceNumber")},
        }
        applied = {"CreditNoteID": ref, "CreditNoteNumber": credit["CreditNoteNumber"],
                   "AppliedAmount": allocation["Amount"], "Date": allocation["Date"]}  # fmt: skip
        credit["Allocations"] = [*credit["Allocations"], allocation]
        invoice["CreditNotes"] = [*invoice["CreditNotes"], applied]
        self._documents.resettle(CREDIT_NOTE, credit)
        self._documents.resettle(INVOICE, invoice)
        return allocation

    def _document(self, sent: Mapping[str, Any]) -> tuple[Sort, Row]:
        for sort, name in ((INVOICE, "Invoice"), (CREDIT_NOTE, "CreditNote")):
            told = sent.get(name)
            if isinstance(told, Mapping):
                found = self._books.get(sort.plural, told.get(sort.key))
                found = found or (
                    self._books.find(sort.plural, sort.number, told.get(sort.number)) if told.get(sort.number) else None
                )
                if found is not None:
                    return sort, found
        raise Invalid("A payment must name an invoice or a credit note")

    def _account(self, told: object) -> Row:
        sent = told if isinstance(told, Mapping) else {}
        found = self._books.get("Accounts", sent.get("AccountID")) or self._books.find(
            "Accounts", "Code", sent.get("Code")
        )
        if found is None or not (found["Type"] == "BANK" or found.get("EnablePaymentsToAccount")):
            raise Invalid("Account could not be found, or payments to it are not enabled")
        return found
