"""Invoices, bills and credit notes: what they must say, what they come to, and from which status to which."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from servicedesk_xero.sandbox.books import Books, Invalid
from servicedesk_xero.sandbox.catalogue import Catalogue
from servicedesk_xero.sandbox.sums import NO_TAX, day, number, priced, totals
from servicedesk_xero.sandbox.wire.answers import Row

DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED = "DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"
_FOLLOWING: Final = {
    DRAFT: {DRAFT, SUBMITTED, AUTHORISED, DELETED},
    SUBMITTED: {DRAFT, SUBMITTED, AUTHORISED, DELETED},
    AUTHORISED: {AUTHORISED, VOIDED},
}
_MODES: Final = {"exclusive": "Exclusive", "inclusive": "Inclusive", "notax": "NoTax"}
_USUAL_PLACES, _MOST_PLACES = 2, 4
_READ_ONLY: Final = frozenset({
    "SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited", "RemainingCredit", "Payments",
    "Allocations", "CreditNotes", "UpdatedDateUTC", "HasErrors", "ValidationErrors",
})  # fmt: skip


class Sort(NamedTuple):
    """What tells invoices from credit notes: names, and the types that they have."""

    plural: str
    key: str
    number: str
    types: tuple[str, ...]
    prefix: str


INVOICE: Final = Sort("Invoices", "InvoiceID", "InvoiceNumber", ("ACCREC", "ACCPAY"), "INV")
CREDIT_NOTE: Final = Sort("CreditNotes", "CreditNoteID", "CreditNoteNumber", ("ACCRECCREDIT", "ACCPAYCREDIT"), "CN")
SORTS: Final = {one.plural: one for one in (INVOICE, CREDIT_NOTE)}


class Documents:
    """Keeps invoices and credit notes right.

    Args:
        books: Of the organisation.
        catalogue: Its contacts.

    Attributes:
        tax_is_off_by: What its tax engine adds to the tax of the next new document.
    """

    def __init__(self, books: Books, catalogue: Catalogue) -> None:
        self._books = books
        self._catalogue = catalogue
        self.tax_is_off_by = Decimal(0)

    def saved(self, sort: Sort, sent: Mapping[str, Any], ref: str | None, *, only_new: bool, places: int) -> Row:
        """Return a document as it would be kept.

        Args:
            sort: What it is.
            sent: What the call says.
            ref: Id in the address.
            only_new: Whether it must be a new one.
            places: Decimal places of unit prices.

        Raises:
            Invalid: It breaks a rule.
        """
        known = None if only_new else self._known(sort, sent, ref)
        if ref is not None and known is None:
            raise Invalid("The document could not be found")
        row = self._begun(sort, sent, known)
        if known is not None:
            self._follow(sort, known, str(row["Status"]))
        elif row["Status"] not in {DRAFT, SUBMITTED, AUTHORISED}:
            raise Invalid(f"{_called(sort)} not of valid status for creation")
        if known is None or "Contact" in sent:
            who = self._catalogue.named(sent.get("Contact"))
            row["Contact"] = {"ContactID": who["ContactID"], "Name": who["Name"]}
        if known is None or set(sent) - {"Status", sort.key}:
            self._check(sort, row, known)
        if known is None or "LineItems" in sent:
            self._price(row, sent.get("LineItems"), places)
        return self._settled(sort, row)

    def _begun(self, sort: Sort, sent: Mapping[str, Any], known: Row | None) -> Row:
        told = {name: value for name, value in sent.items() if name not in _READ_ONLY}
        if known is not None:
            return {**known, **told, sort.key: known[sort.key]}
        base = self._books.setting("BaseCurrency")
        row = {
            "Status": DRAFT, "LineAmountTypes": "Exclusive", "CurrencyCode": base, "Date": self._books.today(),
            "Reference": "", "HasAttachments": False, "HasErrors": False, **told, sort.key: str(uuid.uuid4()),
        }  # fmt: skip
        if sort is INVOICE:
            row |= {"Payments": [], "CreditNotes": [], "SentToContact": bool(sent.get("SentToContact"))}
        else:
            row |= {"Payments": [], "Allocations": []}
        if not str(row.get(sort.number) or "").strip() and (sort is CREDIT_NOTE or row.get("Type") == "ACCREC"):
            row[sort.number] = f"{sort.prefix}-{len(self._books.all(sort.plural)) + 1:04}"
        return row

    def _known(self, sort: Sort, sent: Mapping[str, Any], ref: str | None) -> Row | None:
        if ref or sent.get(sort.key):
            return self._books.get(sort.plural, ref or sent.get(sort.key))
        told = sent.get(sort.number)
        if not told or sent.get("Type") in {"ACCPAY", "ACCPAYCREDIT"}:  # their numbers are the supplier's
            return None
        return self._books.find(sort.plural, sort.number, told)

    def _follow(self, sort: Sort, known: Row, status: str) -> None:
        if status not in _FOLLOWING.get(known["Status"], set()):
            raise Invalid(f"{_called(sort)} not of valid status for modification")
        if known["Status"] == AUTHORISED and (
            known["Payments"] or known.get("CreditNotes") or known.get("Allocations")
        ):
            raise Invalid("This document cannot be edited as it has a payment or credit note allocated to it.")
        self._unlocked(known["Date"])

    def _check(self, sort: Sort, row: Row, known: Row | None) -> None:
        if row.get("Type") not in sort.types:
            raise Invalid(f"The Type '{row.get('Type')}' is not valid for this document")
        row["Date"] = day(row["Date"])
        if row.get("DueDate"):
            row["DueDate"] = day(row["DueDate"], "DueDate")
        self._unlocked(row["Date"])
        mode = _MODES.get(str(row["LineAmountTypes"]).lower())
        if mode is None:
            raise Invalid("The LineAmountTypes is not valid")
        row["LineAmountTypes"] = mode
        twin = self._books.find(sort.plural, sort.number, row.get(sort.number)) if row.get(sort.number) else None
        is_ours = row["Type"] in {"ACCREC", "ACCRECCREDIT"}
        if is_ours and twin and twin["Status"] != DELETED and twin[sort.key] != (known or {}).get(sort.key):
            raise Invalid(f"{_called(sort)} # must be unique.")
        self._rate(row)

    def _rate(self, row: Row) -> None:
        currency = self._books.get("Currencies", row["CurrencyCode"])
        if currency is None:
            raise Invalid(f"Organisation is not subscribed to currency {row['CurrencyCode']}")
        if row.get("CurrencyRate") is None and currency.get("Rate") is None:
            raise Invalid(f"No exchange rate is available for {row['CurrencyCode']} on this date")
        rate = number(row["CurrencyRate"], "CurrencyRate") if row.get("CurrencyRate") else Decimal(currency["Rate"])
        row["CurrencyRate"] = f"{rate:f}"

    def _unlocked(self, on: str) -> None:
        lock = max(
            str(self._books.setting("PeriodLockDate") or ""), str(self._books.setting("EndOfYearLockDate") or "")
        )
        if lock and on[:10] <= lock:
            raise Invalid(f"The document date cannot be before the period lock date, currently set at {lock}.")

    def _price(self, row: Row, sent: object, places: int) -> None:
        lines = sent if isinstance(sent, list) else []
        if not lines:
            raise Invalid("One or more line items must be specified")
        priced_lines = [self._line(row, line, places) for line in lines]
        if "_off" not in row:
            row["_off"], self.tax_is_off_by = f"{self.tax_is_off_by:.2f}", Decimal(0)
        if Decimal(row["_off"]):
            priced_lines[0]["TaxAmount"] = f"{Decimal(priced_lines[0]['TaxAmount']) + Decimal(row['_off']):.2f}"
        row["LineItems"] = priced_lines
        row |= totals(priced_lines, row["LineAmountTypes"])
        if Decimal(row["Total"]) < 0 and row["Status"] in {SUBMITTED, AUTHORISED}:
            raise Invalid("The total of an approved document cannot be negative")

    def _line(self, row: Row, sent: object, places: int) -> Row:
        line: Row = dict(sent) if isinstance(sent, Mapping) else {}
        line["LineItemID"] = line.get("LineItemID") or str(uuid.uuid4())
        if set(line) == {"Description", "LineItemID"}:  # a line of text
            return {**line, "Tracking": [], "LineAmount": "0.00", "TaxAmount": "0.00"}
        if code := line.get("ItemCode"):
            item = self._books.find("Items", "Code", code)
            if item is None:
                raise Invalid(f"Item code '{code}' is not valid")
            details = item.get("SalesDetails" if row["Type"].startswith("ACCREC") else "PurchaseDetails") or {}
            usual = {"Description": item.get("Description"), "UnitAmount": details.get("UnitPrice"),
                     "AccountCode": details.get("AccountCode"), "TaxType": details.get("TaxType")}  # fmt: skip
            line = {**{name: value for name, value in usual.items() if value is not None}, **line}
            line["Item"] = {name: item[name] for name in ("ItemID", "Code", "Name")}
        is_approved = row["Status"] in {SUBMITTED, AUTHORISED}
        if is_approved and not str(line.get("Description") or "").strip():
            raise Invalid("Description must be at least 1 character long")
        tax, rate = self._tax(line, is_approved=is_approved, mode=row["LineAmountTypes"])
        line |= {"TaxType": tax, "Tracking": line.get("Tracking") or []}
        return priced(line, rate, row["LineAmountTypes"], places)

    def _tax(self, line: Row, *, is_approved: bool, mode: str) -> tuple[str, Decimal]:
        code = line.get("AccountCode")
        account = self._books.find("Accounts", "Code", code) if code else None
        if (code or is_approved) and (account is None or account["Status"] != "ACTIVE"):
            raise Invalid(f"Account code '{code or ''}' is not a valid code for this document.")
        if account is not None:
            line["AccountID"] = account["AccountID"]
        told = str(line.get("TaxType") or (account or {}).get("TaxType") or "NONE")
        found = self._books.get("TaxRates", told)
        if found is None or found["Status"] != "ACTIVE":
            raise Invalid(f"The TaxType code '{told}' does not exist or cannot be used for this type of transaction.")
        return ("NONE", Decimal(0)) if mode == NO_TAX else (told, Decimal(found["EffectiveRate"]))

    def _settled(self, sort: Sort, row: Row) -> Row:
        """Return a document with what is still open of it; nothing is open of one that is no document any more."""
        total = Decimal(row["Total"])
        paid = sum((Decimal(one["Amount"]) for one in row["Payments"]), Decimal(0))
        is_open = row["Status"] not in {VOIDED, DELETED}
        if sort is INVOICE:
            credited = sum((Decimal(one["AppliedAmount"]) for one in row["CreditNotes"]), Decimal(0))
            due = total - paid - credited
            row |= {"AmountPaid": f"{paid:.2f}", "AmountCredited": f"{credited:.2f}",
                    "AmountDue": f"{due if is_open else Decimal(0):.2f}"}  # fmt: skip
        else:
            due = total - paid - sum((Decimal(one["Amount"]) for one in row["Allocations"]), Decimal(0))
            row["RemainingCredit"] = f"{due if is_open else Decimal(0):.2f}"
        if row["Status"] in {AUTHORISED, PAID}:
            is_paid = due == 0 and (total != 0 or bool(row["Payments"]))
            row["Status"] = PAID if is_paid else AUTHORISED
            row.pop("FullyPaidOnDate", None)
            if is_paid:
                row["FullyPaidOnDate"] = self._books.today()
        return row

    def resettle(self, sort: Sort, row: Row) -> Row:
        """Keep a document of which something was paid, credited, or taken back."""
        return self._books.put(sort.plural, self._settled(sort, row))


def places_of(text: str | None) -> int:
    """Return how many decimal places a call asks for in unit prices."""
    return _MOST_PLACES if text == str(_MOST_PLACES) else _USUAL_PLACES


def _called(sort: Sort) -> str:
    return "Invoice" if sort is INVOICE else "Credit note"
