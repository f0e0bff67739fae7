"""What can be written of each kind of record, and what of it is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from servicedesk_inventree.sandbox.errors import refuse
from servicedesk_inventree.sandbox.records import Records, Row


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be written.

    Attributes:
        kind: ``text``, ``flag``, ``number`` (a double in answers), ``money`` (a text in answers), ``date``, ``whole``,
            or the kind of record that it refers to.
        default: Its value when it is not given.
        longest: Longest text.
        needed: Whether a new record needs it.
    """

    kind: str
    default: Any = None
    longest: int | None = None
    needed: bool = False


def _text(longest: int = 250, *, needed: bool = False) -> Field:
    return Field("text", "", longest, needed)


_ON, _OFF = Field("flag", default=True), Field("flag", default=False)
_ZERO = Field("number", "0")

FIELDS: Final[dict[str, dict[str, Field]]] = {
    "company": {
        "name": _text(100, needed=True), "description": _text(500), "currency": Field("text", "EUR", 3),
        "is_customer": _OFF, "is_manufacturer": _OFF, "is_supplier": _ON, "active": _ON,
    },
    "category": {"name": _text(100, needed=True), "description": _text(), "parent": Field("category")},
    "location": {
        "name": _text(100, needed=True), "description": _text(), "parent": Field("location"), "structural": _OFF,
        "external": _OFF,
    },
    "part": {
        "name": _text(100, needed=True), "description": _text(), "IPN": _text(100), "keywords": _text(),
        "revision": _text(100), "category": Field("category"), "default_location": Field("location"),
        "active": _ON, "component": _ON, "purchaseable": _ON, "salable": _OFF, "trackable": _OFF, "virtual": _OFF,
        "consumable": _OFF, "assembly": _OFF, "is_template": _OFF, "minimum_stock": _ZERO, "units": _text(20),
        "variant_of": Field("part"),
    },
    "manufacturer_part": {
        "part": Field("part", needed=True), "manufacturer": Field("company", needed=True), "MPN": _text(100),
        "description": _text(),
    },
    "supplier_part": {
        "part": Field("part", needed=True), "supplier": Field("company", needed=True), "SKU": _text(100, needed=True),
        "manufacturer_part": Field("manufacturer_part"), "description": _text(), "note": _text(100),
        "pack_quantity": _text(25), "available": _ZERO, "active": _ON, "primary": _OFF, "packaging": _text(50),
    },
    "price_break": {
        "part": Field("supplier_part", needed=True), "quantity": Field("number", needed=True),
        "price": Field("money", needed=True), "price_currency": Field("text", "EUR", 3),
    },
    "stock": {
        "part": Field("part", needed=True), "quantity": Field("number", needed=True), "location": Field("location"),
        "serial": Field("text", None, 100), "batch": Field("text", None, 100), "status": Field("whole", 10),
        "supplier_part": Field("supplier_part"), "purchase_price": Field("money"),
        "purchase_price_currency": Field("text", "EUR", 3), "delete_on_deplete": _ON, "packaging": _text(50),
        "purchase_order": Field("order"), "customer": Field("company"), "notes": Field("text", None, 50_000),
    },
    "order": {
        "supplier": Field("company", needed=True), "reference": _text(64, needed=True), "description": _text(),
        "supplier_reference": _text(64), "order_currency": Field("text", None, 3), "target_date": Field("date"),
        "destination": Field("location"), "link": _text(2000), "notes": Field("text", None, 50_000),
    },
    "order_line": {
        "order": Field("order", needed=True), "part": Field("supplier_part", needed=True),
        "quantity": Field("number", needed=True), "purchase_price": Field("money"),
        "purchase_price_currency": Field("text", "EUR", 3), "reference": _text(100), "notes": _text(500),
        "destination": Field("location"), "target_date": Field("date"),
    },
}  # fmt: skip
"""By kind of record."""


def cleaned(records: Records, kind: str, given: Mapping[str, Any], *, partial: bool = False) -> Row:
    """Return what of a body is kept; fields that cannot be written are passed over, as the server does.

    Args:
        records: Where references must lead.
        kind: What kind of record it is for.
        given: The body.
        partial: Whether it changes a record; nothing is needed then.

    Raises:
        Refusal: A value is wrong or missing.
    """
    kept: Row = {}
    wrong: dict[str, list[str]] = {}
    for name, field in FIELDS[kind].items():
        if name not in given:
            if field.needed and not partial:
                wrong[name] = ["This field is required."]
            elif not partial:
                kept[name] = field.default
            continue
        try:
            kept[name] = _value(records, field, given[name])
        except ValueError as error:
            wrong[name] = [str(error)]
    if wrong:
        raise refuse(wrong)
    return kept


def amount(value: Any, *, places: int = 6) -> str:
    """Return a number as it is kept: plain, without trailing zeros.

    Args:
        value: A JSON number or a text.
        places: Most places behind the point.

    Raises:
        ValueError: It is none, or too fine.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        message = "A valid number is required."
        raise ValueError(message)
    if number != round(number, places):
        message = f"Ensure that there are no more than {places} decimal places."
        raise ValueError(message)
    return f"{number.normalize():f}"


def _value(records: Records, field: Field, value: Any) -> Any:
    if value is None:
        if field.needed or field.kind in {"flag", "number"}:
            message = "This field may not be null."
            raise ValueError(message)
        return None
    readers: dict[str, Callable[[], Any]] = {
        "text": lambda: _as_text(field, value),
        "flag": lambda: value if isinstance(value, bool) else str(value).lower() in {"true", "1", "yes"},
        "number": lambda: amount(value),
        "money": lambda: amount(value),
        "whole": lambda: int(value),
        "date": lambda: _as_date(value),
    }
    read = readers.get(field.kind)
    return _as_key(records, field.kind, value) if read is None else read()


def _as_text(field: Field, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        message = "Not a valid string."
        raise ValueError(message)  # noqa: TRY004  # a refusal like the others
    text = str(value).strip()
    if field.needed and not text:
        message = "This field may not be blank."
        raise ValueError(message)
    if field.longest is not None and len(text) > field.longest:
        message = f"Ensure this field has no more than {field.longest} characters."
        raise ValueError(message)
    return text


def _as_date(value: Any) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        message = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
        raise ValueError(message)
    return str(value)


def _as_key(records: Records, kind: str, value: Any) -> int:
    try:
        key = int(value)
    except (TypeError, ValueError):
        message = f"Incorrect type. Expected pk value, received {type(value).__name__}."
        raise ValueError(message) from None
    if records.get(kind, key) is None:
        message = f'Invalid pk "{key}" - object does not exist.'
        raise ValueError(message)
    return key
