"""From the server's records to those of the domain; pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_tryton.api.wire import Row, flag, instant, key, money, newest, number, part, parts, text

VERSION: Final = "1"
POINTS, CURRENCY = "_order_points", "_currency"
"""Where the reading puts what a product's own record lacks."""

LOT, PLACE, AVAILABLE = "_lot", "_place", "_available"
"""Where it puts what a level consists of besides the product's own quantities."""

PART_FIELDS: Final = {
    "id": "external_id", "rec_name": "name", "code": "number", "identifiers.": "upc", "template.": "category",
    POINTS: "minimum", "cost_price": "unit_cost", CURRENCY: "currency", "active": "is_active",
    "replaced_by.": "replaced_by", "create_date": "created_at", "write_date": "modified_at",
}  # fmt: skip
LEVEL_FIELDS: Final = {
    "ref": "external_id", "id": "part_ref", PLACE: "place", "quantity": "on_hand", AVAILABLE: "available",
    "forecast_quantity": "on_order", LOT: "serial_number",
}  # fmt: skip
EAN, BRAND, MPN = "ean", "brand", "mpn"


def part_of(raw: Row) -> Mapped:
    """Return a product as a part.

    Raises:
        MappingError: It has no key or no name.
    """
    ref, name = key(raw.get("id")), text(part(raw, "template").get("name"))
    if ref is None or name is None:
        raise MappingError("A product needs its id and a name.")
    cost, currency = cost_of(raw)
    return Mapped(
        Part(
            external_id=str(ref),
            name=name,
            number=text(raw.get("code")),
            manufacturer=identifier(raw, BRAND),
            manufacturer_part_number=identifier(raw, MPN),
            upc=identifier(raw, EAN),
            kind=text(part(raw, "template").get("type")),
            category=next((text(one.get("name")) for one in parts(raw, "template", "categories")), None),
            minimum=minimum_of(raw.get(POINTS)),
            unit_cost=cost,
            currency=currency,
            is_serialized=bool(lots) if isinstance(lots := part(raw, "template").get("lot_required"), list) else None,
            is_active=flag(raw.get("active")),
            replaced_by=text(part(raw, "replaced_by").get("code")),
            created_at=instant(raw.get("create_date")),
            modified_at=newest([raw]),
        )
    )


def level_of(raw: Row) -> Mapped:
    """Return how many of a product lie at one place, or which piece of it does.

    Raises:
        MappingError: It has no key, no product or no quantity.
    """
    ref, product, here = text(raw.get("ref")), key(raw.get("id")), number(raw.get("quantity"))
    if ref is None or product is None or here is None:
        raise MappingError("A level needs its id, its product and a quantity.")
    free, forecast = number(raw.get(AVAILABLE)), number(raw.get("forecast_quantity"))
    return Mapped(
        StockLevel(
            external_id=ref,
            part_ref=str(product),
            place=text(raw.get(PLACE)),
            available=None if free is None else max(free, Decimal(0)),
            on_hand=here,
            on_order=None if forecast is None else max(forecast - here, Decimal(0)),
            serial_number=serial_of(raw.get(LOT), here),
        )
    )


def serial_of(lot: Any, here: Decimal) -> str | None:
    """Return the serial number of a piece: the number of a lot of one; a lot of several is a batch."""
    return text(lot.get("number")) if isinstance(lot, Mapping) and here <= 1 else None


def identifier(raw: Row, kind: str) -> str | None:
    """Return a product's first identifier of a kind."""
    return next((text(one.get("code")) for one in parts(raw, "identifiers") if one.get("type") == kind), None)


def cost_of(raw: Row) -> tuple[Decimal | None, str | None]:
    """Return what one costs, with the currency; nought says that nobody set a cost."""
    cost, currency = money(raw.get("cost_price")) or None, text(raw.get(CURRENCY))
    return (cost, currency) if cost is not None and currency is not None else (None, None)


def minimum_of(points: Any) -> Decimal | None:
    """Return how many there shall be at least: what is bought at that level, else what is moved there."""
    rows: Iterable[Row] = [one for one in points if isinstance(one, Mapping)] if isinstance(points, list) else []
    for kind in ("purchase", "internal"):
        told = [least for one in rows if one.get("type") == kind and (least := number(one.get("min_quantity")))]
        if told:
            return sum(told, Decimal(0))
    return None
