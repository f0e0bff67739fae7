"""What customers, items, tax codes and accounts of the company mean; pure."""

from decimal import Decimal
from typing import Final

from servicedesk_core.domain.billing import Customer, LedgerAccount, SalesItem, TaxCode
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_quickbooks.meaning.values import Row, amount, currency, flag, objects, ref, stamp, text

RATES: Final = "_rates"
"""Where the reading puts the rates of a tax code into its payload."""
CUSTOMER_FIELDS: Final = {
    "Id": "external_id", "DisplayName": "name", "CompanyName": "legal_name", "PrimaryEmailAddr": "email",
    "PrimaryTaxIdentifier": "tax_number", "CurrencyRef": "currency", "DefaultTaxCodeRef": "tax_code_ref",
    "Active": "is_active", "MetaData": "modified_at",
}  # fmt: skip
ITEM_FIELDS: Final = {
    "Id": "external_id", "Name": "name", "Sku": "code", "Description": "description", "Type": "kind",
    "UnitPrice": "unit_price", "PurchaseCost": "unit_cost", "IncomeAccountRef": "income_account_ref",
    "ExpenseAccountRef": "expense_account_ref", "SalesTaxCodeRef": "tax_code_ref", "Active": "is_active",
    "MetaData": "modified_at",
}  # fmt: skip
TAX_FIELDS: Final = {
    "Id": "external_id", "Name": "name", "SalesTaxRateList": "rate", "Active": "is_active", "MetaData": "modified_at",
}  # fmt: skip
ACCOUNT_FIELDS: Final = {
    "Id": "external_id", "FullyQualifiedName": "name", "AcctNum": "code", "AccountType": "kind",
    "Classification": "is_for_sales", "TaxCodeRef": "tax_code_ref", "CurrencyRef": "currency", "Active": "is_active",
    "MetaData": "modified_at",
}  # fmt: skip
TAXED, UNTAXED = "TAX", "NON"
"""The two codes that lines of a company in the US have; its rate is another matter."""


def customer(raw: Row) -> Mapped:
    """Return a customer.

    Raises:
        MappingError: It has no id or no name.
    """
    mail = raw.get("PrimaryEmailAddr")
    return Mapped(
        Customer(
            external_id=key(raw),
            name=_name(raw, "DisplayName"),
            legal_name=text(raw.get("CompanyName")),
            email=text(mail.get("Address")) if isinstance(mail, dict) else None,
            tax_number=_unmasked(raw.get("PrimaryTaxIdentifier")),
            currency=currency(raw),
            tax_code_ref=ref(raw, "DefaultTaxCodeRef"),
            is_active=flag(raw.get("Active")),
            created_at=stamp(raw, "CreateTime"),
            modified_at=stamp(raw, "LastUpdatedTime"),
        )
    )


def item(raw: Row) -> Mapped:
    """Return an item.

    Raises:
        MappingError: It has no id or no name.
    """
    return Mapped(
        SalesItem(
            external_id=key(raw),
            name=_name(raw, "FullyQualifiedName", "Name"),
            code=text(raw.get("Sku")),
            description=text(raw.get("Description")),
            kind=text(raw.get("Type")),
            unit_price=amount(raw.get("UnitPrice")),
            unit_cost=amount(raw.get("PurchaseCost")),
            income_account_ref=ref(raw, "IncomeAccountRef"),
            expense_account_ref=ref(raw, "ExpenseAccountRef"),
            tax_code_ref=ref(raw, "SalesTaxCodeRef"),
            is_active=flag(raw.get("Active")),
            modified_at=stamp(raw, "LastUpdatedTime"),
        )
    )


def tax_code(raw: Row) -> Mapped:
    """Return a tax code with its rate.

    Raises:
        MappingError: It has no id or no name.
    """
    return Mapped(
        TaxCode(
            external_id=key(raw),
            name=_name(raw, "Name"),
            rate=_rate(raw),
            is_for_sales=key(raw) in {TAXED, UNTAXED} or bool(_details(raw)),
            is_active=flag(raw.get("Active")),
            modified_at=stamp(raw, "LastUpdatedTime"),
        )
    )


def account(raw: Row) -> Mapped:
    """Return an account.

    Raises:
        MappingError: It has no id or no name.
    """
    sort = text(raw.get("Classification"))
    return Mapped(
        LedgerAccount(
            external_id=key(raw),
            name=_name(raw, "FullyQualifiedName", "Name"),
            code=text(raw.get("AcctNum")),
            kind=text(raw.get("AccountType")),
            is_for_sales=None if sort is None else sort == "Revenue",
            tax_code_ref=ref(raw, "TaxCodeRef"),
            currency=currency(raw),
            is_active=flag(raw.get("Active")),
            modified_at=stamp(raw, "LastUpdatedTime"),
        )
    )


def key(raw: Row) -> str:
    """Return a record's id.

    Raises:
        MappingError: It has none.
    """
    found = text(raw.get("Id"))
    if found is None:
        raise MappingError("A record of QuickBooks needs its Id.")
    return found


def _name(raw: Row, *fields: str) -> str:
    for field in fields:
        if found := text(raw.get(field)):
            return found
    raise MappingError(f"A record of this kind needs its {fields[0]}.")


def _unmasked(value: object) -> str | None:
    """Return a tax number; the interface shows the end of one only, behind a row of X."""
    found = text(value)
    return None if found is None or found.startswith("XXX") else found


def _details(raw: Row) -> list[Row]:
    listed = raw.get("SalesTaxRateList")
    return objects(listed.get("TaxRateDetail")) if isinstance(listed, dict) else []


def _rate(raw: Row) -> Decimal | None:
    """Return the percentage of all parts together; of tax on tax, and of rates that nobody told, none."""
    if raw.get("Id") == UNTAXED:
        return Decimal(0)
    details = _details(raw)
    values = {text(one.get("Id")): amount(one.get("RateValue")) for one in objects(raw.get(RATES))}
    found = [values.get(ref(one, "TaxRateRef")) for one in details]
    if not found or None in found or any(one.get("TaxTypeApplicable") == "TaxOnTax" for one in details):
        return None
    return sum((one for one in found if one is not None), Decimal(0))
