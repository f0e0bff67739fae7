"""Customers, what is sold, how it is taxed, where it is booked; pure."""

from collections.abc import Mapping
from typing import Any, Final

from servicedesk_core.domain.billing import Customer, LedgerAccount, SalesItem, TaxCode
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_xero.meaning.values import amount, currency, flag, guid, instant, text

Raw = Mapping[str, Any]
CUSTOMER_FIELDS: Final = {
    "ContactID": "external_id", "Name": "name", "ContactNumber": "number", "EmailAddress": "email",
    "TaxNumber": "tax_number", "DefaultCurrency": "currency", "AccountsReceivableTaxType": "tax_code_ref",
    "ContactStatus": "is_active", "UpdatedDateUTC": "modified_at",
}  # fmt: skip
ITEM_FIELDS: Final = {
    "ItemID": "external_id", "Name": "name", "Code": "code", "Description": "description",
    "IsTrackedAsInventory": "kind", "SalesDetails": "unit_price", "PurchaseDetails": "unit_cost", "IsSold": "is_active",
    "UpdatedDateUTC": "modified_at",
}  # fmt: skip
TAX_FIELDS: Final = {
    "TaxType": "external_id", "Name": "name", "EffectiveRate": "rate", "CanApplyToRevenue": "is_for_sales",
    "Status": "is_active",
}  # fmt: skip
ACCOUNT_FIELDS: Final = {
    "AccountID": "external_id", "Name": "name", "Code": "code", "Type": "kind", "Class": "is_for_sales",
    "TaxType": "tax_code_ref", "CurrencyCode": "currency", "Status": "is_active", "UpdatedDateUTC": "modified_at",
}  # fmt: skip
_ACTIVE: Final = "ACTIVE"


def customer(raw: Raw) -> Mapped:
    """Return a contact as a customer; whether it is one or a supplier Xero derives from its documents.

    Raises:
        MappingError: It has no id or no name.
    """
    ref, name = _named(raw, "ContactID", "contact")
    return Mapped(
        Customer(
            external_id=ref,
            name=name,
            number=text(raw.get("ContactNumber")),
            email=text(raw.get("EmailAddress")),
            tax_number=text(raw.get("TaxNumber")),
            currency=currency(raw.get("DefaultCurrency")),
            tax_code_ref=text(raw.get("AccountsReceivableTaxType")),
            is_active=_is_active(raw.get("ContactStatus")),
            modified_at=instant(raw.get("UpdatedDateUTC")),
        )
    )


def item(raw: Raw) -> Mapped:
    """Return an item; its accounts are named by their codes.

    Raises:
        MappingError: It has no id or no code.
    """
    ref, code = guid(raw.get("ItemID")), text(raw.get("Code"))
    if ref is None or code is None:
        raise MappingError("An item needs its id and its code.")
    sold, bought = _part(raw, "SalesDetails"), _part(raw, "PurchaseDetails")
    tracked = flag(raw.get("IsTrackedAsInventory"))
    return Mapped(
        SalesItem(
            external_id=ref,
            name=text(raw.get("Name")) or code,
            code=code,
            description=text(raw.get("Description")),
            kind=None if tracked is None else ("inventory" if tracked else "not tracked"),
            unit_price=amount(sold.get("UnitPrice")),
            unit_cost=amount(bought.get("UnitPrice")),
            tax_code_ref=text(sold.get("TaxType")),
            is_active=flag(raw.get("IsSold")),
            modified_at=instant(raw.get("UpdatedDateUTC")),
        )
    )


def tax_code(raw: Raw) -> Mapped:
    """Return a tax rate; lines name it by its type.

    Raises:
        MappingError: It has no type or no name.
    """
    ref, name = text(raw.get("TaxType")), text(raw.get("Name"))
    if ref is None or name is None:
        raise MappingError("A tax rate needs its type and a name.")
    return Mapped(
        TaxCode(
            external_id=ref,
            name=name,
            rate=amount(raw.get("EffectiveRate")),
            is_for_sales=flag(raw.get("CanApplyToRevenue")),
            is_active=_is_active(raw.get("Status")),
        )
    )


def account(raw: Raw) -> Mapped:
    """Return an account of the chart.

    Raises:
        MappingError: It has no id or no name.
    """
    ref, name = _named(raw, "AccountID", "account")
    group, code = text(raw.get("Class")), text(raw.get("Code"))
    return Mapped(
        LedgerAccount(
            external_id=ref,
            name=name,
            code=code,
            kind=text(raw.get("Type")),
            # Without a code no line can name it, and a bank account takes payments only.
            is_for_sales=None if group is None else code is not None and raw.get("Type") != "BANK",
            tax_code_ref=text(raw.get("TaxType")),
            currency=currency(raw.get("CurrencyCode")),
            is_active=_is_active(raw.get("Status")),
            modified_at=instant(raw.get("UpdatedDateUTC")),
        )
    )


def _named(raw: Raw, key: str, what: str) -> tuple[str, str]:
    ref, name = guid(raw.get(key)), text(raw.get("Name"))
    if ref is None or name is None:
        raise MappingError(f"The {what} needs its id and a name.")
    return ref, name


def _is_active(status: object) -> bool | None:
    told = text(status)
    return None if told is None else told == _ACTIVE


def _part(raw: Raw, name: str) -> Raw:
    told = raw.get(name)
    return told if isinstance(told, Mapping) else {}
