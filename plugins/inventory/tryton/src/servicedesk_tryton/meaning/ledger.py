"""From parties, products, taxes and accounts to what a ledger sells by; pure."""

from decimal import Decimal
from typing import Final

from servicedesk_core.domain.billing import Customer, LedgerAccount, SalesItem, TaxCode
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_tryton.api.wire import Row, flag, instant, key, money, newest, part, parts, text

CUSTOMER_FIELDS: Final = {
    "id": "external_id", "name": "name", "code": "number", "email": "email", "tax_identifier.": "tax_number",
    "active": "is_active", "create_date": "created_at", "write_date": "modified_at",
}  # fmt: skip
ITEM_FIELDS: Final = {
    "id": "external_id", "template.": "name", "code": "code", "description": "description",
    "list_price_used": "unit_price", "cost_price": "unit_cost", "active": "is_active", "write_date": "modified_at",
}  # fmt: skip
TAX_FIELDS: Final = {
    "id": "external_id", "name": "name", "rate": "rate", "group.": "is_for_sales", "active": "is_active",
    "write_date": "modified_at",
}  # fmt: skip
ACCOUNT_FIELDS: Final = {
    "id": "external_id", "name": "name", "code": "code", "type.": "kind", "taxes": "tax_code_ref",
    "second_currency.": "currency", "active": "is_active", "write_date": "modified_at",
}  # fmt: skip
_PERCENTAGE: Final = "percentage"


def customer_of(raw: Row) -> Mapped:
    """Return a party as a customer.

    Raises:
        MappingError: It has no key or no name.
    """
    return Mapped(
        Customer(
            external_id=_ref(raw),
            name=_named(text(raw.get("name")) or text(raw.get("rec_name"))),
            number=text(raw.get("code")),
            email=text(raw.get("email")),
            tax_number=text(part(raw, "tax_identifier").get("code")),
            is_active=False if raw.get("replaced_by") is not None else flag(raw.get("active")),
            created_at=instant(raw.get("create_date")),
            modified_at=newest([raw]),
        )
    )


def item_of(raw: Row) -> Mapped:
    """Return a product as what is sold; how it is booked and taxed its accounting category says.

    Raises:
        MappingError: It has no key or no name.
    """
    category = part(raw, "template", "account_category")
    return Mapped(
        SalesItem(
            external_id=_ref(raw),
            name=_named(text(part(raw, "template").get("name"))),
            code=text(raw.get("code")),
            description=text(raw.get("description")),
            kind=text(part(raw, "template").get("type")),
            unit_price=money(raw.get("list_price_used")) or None,
            unit_cost=money(raw.get("cost_price")) or None,
            income_account_ref=_link(category.get("account_revenue")),
            expense_account_ref=_link(category.get("account_expense")),
            tax_code_ref=_only(category.get("customer_taxes")),
            is_active=flag(raw.get("active")),
            modified_at=newest([raw]),
        )
    )


def tax_of(raw: Row) -> Mapped:
    """Return a tax as a code; one with parts is what they are together.

    Raises:
        MappingError: It has no key or no name.
    """
    group = text(part(raw, "group").get("kind"))
    return Mapped(
        TaxCode(
            external_id=_ref(raw),
            name=_named(text(raw.get("name"))),
            rate=_rate([raw, *parts(raw, "childs")]),
            is_for_sales=group in {None, "sale", "both"},
            is_active=flag(raw.get("active")),
            modified_at=newest([raw]),
        )
    )


def account_of(raw: Row) -> Mapped:
    """Return an account.

    Raises:
        MappingError: It has no key or no name.
    """
    is_closed, is_active = flag(raw.get("closed")), flag(raw.get("active"))
    return Mapped(
        LedgerAccount(
            external_id=_ref(raw),
            name=_named(text(raw.get("name"))),
            code=text(raw.get("code")),
            kind=text(part(raw, "type").get("name")),
            is_for_sales=flag(part(raw, "type").get("revenue")),
            tax_code_ref=_only(raw.get("taxes")),
            currency=text(part(raw, "second_currency").get("code")),
            is_active=False if is_closed else is_active,
            modified_at=newest([raw]),
        )
    )


def _rate(rows: list[Row]) -> Decimal | None:
    """Return the rate of a tax and its parts in percent; ``None`` when one is an amount, or changes what others tax."""
    rates = [money(row.get("rate")) for row in rows if row.get("type") == _PERCENTAGE]
    told = [rate for rate in rates if rate is not None]
    if len(told) != len(rates) or any(row.get("type") == "fixed" or flag(row.get("update_unit_price")) for row in rows):
        return None
    return sum(told, Decimal(0)) * 100


def _ref(raw: Row) -> str:
    if (ref := key(raw.get("id"))) is None:
        raise MappingError("A record needs its id.")
    return str(ref)


def _named(name: str | None) -> str:
    if name is None:
        raise MappingError("A record needs a name.")
    return name


def _link(value: object) -> str | None:
    return None if (ref := key(value)) is None else str(ref)


def _only(refs: object) -> str | None:
    """Return the id of a list of one: several taxes are no single code."""
    return _link(refs[0]) if isinstance(refs, list) and len(refs) == 1 else None
