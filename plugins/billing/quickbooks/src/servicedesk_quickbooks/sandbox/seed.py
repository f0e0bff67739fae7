"""A small company: whom it bills, what it sells, how that is taxed."""

from typing import Any, Final

from servicedesk_quickbooks.sandbox.options import SandboxOptions
from servicedesk_quickbooks.sandbox.records import Records

_ACCOUNTS: Final = (
    ("Services", "Income", "Revenue", "4000"), ("Sales of Product Income", "Income", "Revenue", "4100"),
    ("Rounding", "Other Income", "Revenue", "4900"), ("Accounts Receivable (A/R)", "Accounts Receivable", "Asset", ""),
    ("Checking", "Bank", "Asset", "1000"), ("Cost of Goods Sold", "Cost of Goods Sold", "Expense", "5000"),
)  # fmt: skip
_ITEMS: Final = (
    ("Onsite labour", "LAB-ON", "Service", 100.0, "1"), ("Remote labour", "LAB-RE", "Service", 85.0, "1"),
    ("Managed workplace", "MSP-WP", "Service", 49.5, "1"), ("SSD 1 TB", "SSD-1T", "NonInventory", 84.9, "2"),
    ("Rounding difference", "ROUND", "Service", 0, "3"),
)  # fmt: skip
_CUSTOMERS: Final = (
    ("Harbor Dental", "CA", "billing@harbor.example.com"), ("Lakeside Legal", "NY", "office@lake.example.com"),
    ("O'Brien & Sons", "OR", "accounts@obrien.example.com"),
)  # fmt: skip
RATES: Final = {"EUR": 1.08, "GBP": 1.27, "CAD": 0.73}
"""What one unit of a currency is worth in the company's own, on every day."""
_TAX_RATES: Final = {
    "US": (("California", 8.25), ("Oregon", 0.0)),
    "GB": (("20.0% S", 20.0), ("0.0% Z", 0.0)),
    "CA": (("GST", 5.0), ("Zero-rated", 0.0)),
}


def fill(records: Records, options: SandboxOptions) -> None:
    """Put a small company into empty books."""
    about = {"CompanyName": "Example MSP", "LegalName": "Example MSP Ltd", "Country": options.country}
    records.add("CompanyInfo", about, ref="1")
    records.add("Preferences", _preferences(options), ref="1")
    _taxes(records, options)
    for name, kind, sort, number in _ACCOUNTS:
        row: dict[str, Any] = {"Name": name, "FullyQualifiedName": name, "AccountType": kind, "Classification": sort}
        numbered = {"AcctNum": number} if number else {}
        records.add("Account", row | numbered | {"Active": True, "CurrencyRef": {"value": options.currency}})
    for name, sku, kind, price, account in _ITEMS:
        row = {"Name": name, "FullyQualifiedName": name, "Sku": sku, "Type": kind, "UnitPrice": price}
        code = {} if options.country == "US" else {"SalesTaxCodeRef": {"value": "2" if sku == "ROUND" else "1"}}
        row |= {"IncomeAccountRef": {"value": account}, "Active": True, "Taxable": sku != "ROUND", **code}
        records.add("Item", row)
    for name, state, mail in _CUSTOMERS:
        address = {"Line1": "1 Main Street", "City": "Example", "CountrySubDivisionCode": state}
        row = {"DisplayName": name, "FullyQualifiedName": name, "CompanyName": name, "Active": True, "Taxable": True}
        row |= {"PrimaryEmailAddr": {"Address": mail}, "BillAddr": address, "CurrencyRef": {"value": options.currency}}
        records.add("Customer", row)
    records.add("Vendor", {"DisplayName": "Example Distributor", "Active": True})


def _preferences(options: SandboxOptions) -> dict[str, Any]:
    return {
        "SalesFormsPrefs": {"CustomTxnNumbers": options.custom_numbers},
        "TaxPrefs": {
            "UsingSalesTax": True,
            "PartnerTaxEnabled": options.country == "US" and options.automated_tax,
        },
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": options.multi_currency,
            "HomeCurrency": {"value": options.currency},
        },
        "AccountingInfoPrefs": {"BookCloseDate": options.books_closed_on} if options.books_closed_on else {},
    }


def _taxes(records: Records, options: SandboxOptions) -> None:
    if options.country == "US":
        for name in ("TAX", "NON"):
            row = {"Name": name, "Description": name, "Active": True, "Taxable": name == "TAX", "TaxGroup": False}
            records.add("TaxCode", row, ref=name)
    for name, value in _TAX_RATES.get(options.country, _TAX_RATES["GB"]):
        rate = records.add("TaxRate", {"Name": name, "RateValue": value, "Active": True})
        detail = {"TaxRateRef": {"value": rate["Id"], "name": name}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
        listed = {"SalesTaxRateList": {"TaxRateDetail": [detail]}, "PurchaseTaxRateList": {"TaxRateDetail": []}}
        records.add("TaxCode", {"Name": name, "Active": True, "Taxable": True, "TaxGroup": True, **listed})
