"""Invoices and credit notes: what is checked, and what the books make of them."""

from decimal import Decimal
from typing import Any, Final

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.options import SandboxOptions
from servicedesk_quickbooks.sandbox.records import Records, Row
from servicedesk_quickbooks.sandbox.tax import CENT, TaxEngine, money

LONGEST_NUMBER: Final = 21
MOST_LINES: Final = 750
COMPUTED: Final = frozenset({"Balance", "TotalAmt", "LinkedTxn", "RemainingCredit", "MetaData"})
"""What the server works out, and ignores where it is sent."""


class Sales:
    """Checks and computes sales documents.

    Args:
        records: The books.
        engine: Works out tax.
        options: Habits of the company.
    """

    def __init__(self, records: Records, engine: TaxEngine, options: SandboxOptions) -> None:
        self._records = records
        self._engine = engine
        self._options = options

    def checked(self, entity: str, body: Row, before: Row | None) -> Row:
        """Return a document as the books keep it.

        Args:
            entity: ``Invoice``, ``CreditMemo``, ``SalesReceipt`` or ``Estimate``.
            body: What was sent, already merged with what is kept.
            before: The version that it replaces.

        Raises:
            Refusal: Something of it is wrong.
        """
        row = {key: value for key, value in body.items() if key not in COMPUTED}
        customer = self._records.named("Customer", row.get("CustomerRef"), "CustomerRef")
        row["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
        row.setdefault("TxnDate", self._records.today())
        self.check_open(row)
        self._number(entity, row, before)
        self._currency(row)
        self._lines(row)
        subtotal = sum((money(line["Amount"]) for line in row["Line"]), Decimal(0))
        tax, detail = self._engine.taxed(row, customer)
        total = subtotal + tax
        if total < 0:
            raise fault("6000", "Business Validation Error: The transaction amount must be 0 or greater.")
        shown = {"DetailType": "SubTotalLineDetail", "Amount": float(subtotal), "SubTotalLineDetail": {}}
        row |= {
            "Line": [*row["Line"], shown],
            "TxnTaxDetail": detail,
            "TotalAmt": float(total),
            "Balance": float(total),
        }
        if self._options.country != "US":
            row.setdefault("GlobalTaxCalculation", "TaxExcluded")
        if entity == "CreditMemo":
            row["RemainingCredit"] = float(total)
        elif entity == "Invoice":
            row.setdefault("DueDate", row["TxnDate"])
        elif entity == "SalesReceipt":  # paid at once
            row["Balance"] = 0
        return {"LinkedTxn": [], **row}

    def check_open(self, row: Row) -> None:
        """Refuse what lies in the closed period."""
        if self._options.books_closed_on and str(row.get("TxnDate", "")) <= self._options.books_closed_on:
            what = "The account period has closed and the account books cannot be updated through the QBO Services API."
            raise fault("6210", what)

    def void(self, row: Row) -> Row:
        """Return a document that was voided: everything is zero, and its note says so."""
        self.check_open(row)
        lines = []
        for line in row["Line"]:
            detail = line.get(line["DetailType"], {})
            none = {name: 0 for name in ("Qty", "UnitPrice") if name in detail}
            lines.append({**line, "Amount": 0, line["DetailType"]: detail | none})
        note = " - ".join(filter(None, ["Voided", row.get("PrivateNote")]))
        nothing: Row = {name: 0 for name in ("TotalAmt", "Balance", "RemainingCredit") if name in row}
        return {**row, "Line": lines, "TxnTaxDetail": {"TotalTax": 0}, "PrivateNote": note, **nothing}

    def _number(self, entity: str, row: Row, before: Row | None) -> None:
        number = row.get("DocNumber") if self._options.custom_numbers or before else None
        if number is None:
            if not self._options.custom_numbers:
                taken = [int(one["DocNumber"]) for one in self._records.all(entity) if one["DocNumber"].isdigit()]
                row["DocNumber"] = str(max(taken, default=1000) + 1)
            return
        if len(number) > LONGEST_NUMBER:
            raise fault("2050", f"Min:0 Max:{LONGEST_NUMBER} supplied length {len(number)}", element="DocNumber")
        for one in self._records.all(entity) if self._options.unique_numbers else ():
            if one.get("DocNumber") == number and (before is None or one["Id"] != before["Id"]):
                what = "You must specify a different number. This number has already been used."
                whose = f"DocNumber={number} is assigned to TxnType={entity} with TxnId={one['Id']}"
                raise fault("6140", f"Duplicate Document Number Error : {what} {whose}")

    def _currency(self, row: Row) -> None:
        own = self._options.currency
        code = (row.get("CurrencyRef") or {}).get("value", own)
        if code != own and not self._options.multi_currency:
            raise fault(
                "6000", "Business Validation Error: Multi Currency should be enabled to perform this operation."
            )
        row["CurrencyRef"] = {"value": code}
        if self._options.multi_currency:
            row.setdefault("ExchangeRate", 1)

    def _lines(self, row: Row) -> None:
        lines = [line for line in row.get("Line") or [] if line.get("DetailType") != "SubTotalLineDetail"]
        if not any(line.get("DetailType") == "SalesItemLineDetail" for line in lines):
            raise fault("2020", "Required parameter Line is missing in the request", element="Line")
        if len(lines) > MOST_LINES:
            raise fault("6000", f"Business Validation Error: A taxable transaction has {MOST_LINES} lines at most.")
        row["Line"] = [self._line(number, line) for number, line in enumerate(lines, 1)]

    def _line(self, number: int, line: dict[str, Any]) -> dict[str, Any]:
        kept = {**line, "Id": line.get("Id") or str(number), "LineNum": number}
        if line.get("DetailType") != "SalesItemLineDetail":
            return {**kept, "Amount": line.get("Amount", 0)}
        if "Amount" not in line:
            raise fault("2020", "Required parameter Line.Amount is missing in the request", element="Line.Amount")
        detail = line.get("SalesItemLineDetail") or {}
        item = self._records.named("Item", detail.get("ItemRef") or {"value": "1"}, "ItemRef")
        if "UnitPrice" in detail:
            product = Decimal(str(detail["UnitPrice"])) * Decimal(str(detail.get("Qty", 1)))
            if abs(product - money(line["Amount"])) >= CENT:
                raise fault("6070", f"Amount calculation incorrect in the request. Amount should be {product:f}")
        return {**kept, "SalesItemLineDetail": {**detail, "ItemRef": {"value": item["Id"], "name": item["Name"]}}}
