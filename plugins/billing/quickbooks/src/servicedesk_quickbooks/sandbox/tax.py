"""What the company's tax engine makes of a document."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.records import Records, Row

CENT: Final = Decimal("0.01")
STATES: Final[Mapping[str, str]] = {"CA": "8.25", "NY": "8.875", "TX": "6.25", "OR": "0"}
"""Sales tax of the automated engine, by the state that the goods go to."""


def money(value: Any) -> Decimal:
    """Return an amount of a body, in cents."""
    return Decimal(str(value or 0)).quantize(CENT, ROUND_HALF_UP)


class TaxEngine:
    """Works out tax.

    Args:
        records: The books.
        country: Of the company.
        automated: Whether, in the US, it goes by the address and not by a code.
    """

    def __init__(self, records: Records, country: str, *, automated: bool) -> None:
        self._records = records
        self._country = country
        self._automated = automated
        self._next: Decimal | None = None
        self._more: dict[str, Decimal] = {}

    def shift_next(self, amount: Decimal) -> None:
        """Let the tax of the next new document be so much more than anybody would expect, as tax engines do."""
        self._next = amount

    def taxed(self, row: Row, customer: Row) -> tuple[Decimal, dict[str, Any]]:
        """Return a document's tax, and how the interface shows it.

        Args:
            row: The document, its lines checked.
            customer: Whom it is for.

        Raises:
            Refusal: A line has no tax code, or one that this company does not know.
        """
        rates = self._us(row, customer) if self._country == "US" else self._by_line(row)
        exact = {rate: net * rate / 100 for rate, net in rates.items()}
        tax = sum((amount.quantize(CENT, ROUND_HALF_UP) for amount in exact.values()), Decimal(0))
        tax += self._shift(str(row.get("DocNumber")))
        lines = [
            {
                "Amount": float(exact[rate].quantize(CENT, ROUND_HALF_UP)),
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {"PercentBased": True, "TaxPercent": float(rate), "NetAmountTaxable": float(net)},
            }
            for rate, net in rates.items()
            if rate
        ]
        asked = row.get("TxnTaxDetail") or {}
        code = {"TxnTaxCodeRef": asked["TxnTaxCodeRef"]} if asked.get("TxnTaxCodeRef") else {}
        return tax, {**code, "TotalTax": float(tax), **({"TaxLine": lines} if lines else {})}

    def _shift(self, number: str) -> Decimal:
        if self._next is not None and number not in self._more:
            self._more[number], self._next = self._next, None
        return self._more.get(number, Decimal(0))

    def _us(self, row: Row, customer: Row) -> dict[Decimal, Decimal]:
        taxable = Decimal(0)
        for line in _sold(row):
            code = (line["SalesItemLineDetail"].get("TaxCodeRef") or {}).get("value", "NON")
            if code not in {"TAX", "NON"}:
                raise fault("2500", f"Invalid Reference Id : TaxCodeRef {code}", element="TaxCodeRef")
            taxable += money(line["Amount"]) if code == "TAX" and customer.get("Taxable") is not False else 0
        if self._automated:
            address = row.get("ShipAddr") or customer.get("ShipAddr") or customer.get("BillAddr") or {}
            return {Decimal(STATES.get(str(address.get("CountrySubDivisionCode")), "0")): taxable}
        whole = (row.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
        return {self._rate(self._records.named("TaxCode", whole, "TxnTaxCodeRef")): taxable} if whole else {}

    def _by_line(self, row: Row) -> dict[Decimal, Decimal]:
        nets: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        if row.get("GlobalTaxCalculation") == "NotApplicable":
            return nets
        for line in _sold(row):
            code = line["SalesItemLineDetail"].get("TaxCodeRef")
            if not code:
                what = (
                    "Business Validation Error: Make sure all your transactions have a sales tax rate before you save."
                )
                raise fault("6000", what)
            nets[self._rate(self._records.named("TaxCode", code, "TaxCodeRef"))] += money(line["Amount"])
        return nets

    def _rate(self, code: Row) -> Decimal:
        details = (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []
        known = (self._records.known("TaxRate", one["TaxRateRef"]["value"]) for one in details)
        return sum((Decimal(str(rate["RateValue"])) for rate in known), Decimal(0))


def _sold(row: Row) -> list[dict[str, Any]]:
    return [line for line in row["Line"] if line.get("DetailType") == "SalesItemLineDetail"]
