"""What a purchase order of the server means, with its lines; pure.

The server counts a line in packs of the supplier's part, and its price is that of a pack.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.parts import OrderStatus, PurchaseOrder, PurchaseOrderLine, decimal_of
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_inventree.meaning.values import amount, count, instant, key, text

LINES: Final = "_lines"
"""Where the reading puts an order's lines into its payload."""
PENDING, PLACED, CANCELLED = 10, 20, 40
STATUSES: Final = {
    PENDING: OrderStatus.PENDING,
    PLACED: OrderStatus.PLACED,
    25: OrderStatus.PENDING,  # on hold
    30: OrderStatus.RECEIVED,  # complete, whether everything came or not
    CANCELLED: OrderStatus.CANCELLED,
    50: OrderStatus.CANCELLED,  # lost
    60: OrderStatus.CANCELLED,  # returned
}
"""By the server's number of the status."""
ORDER_FIELDS: Final = {
    "pk": "external_id", "reference": "number", "supplier_reference": "reference", "supplier_name": "supplier",
    "status": "status", "status_text": "status_text", "total_price": "total_cost", "order_currency": "currency",
    "target_date": "expected_on", "description": "note", "issue_date": "ordered_at", "creation_date": "created_at",
    "updated_at": "modified_at",
}  # fmt: skip
_CURRENCY: Final = re.compile("[A-Z]{3}")


def order_of(raw: Mapping[str, Any], zone: ZoneInfo) -> Mapped:
    """Return an order with its lines.

    Args:
        raw: The order's row, with its lines.
        zone: The server's.

    Raises:
        MappingError: The order or a line has no key, or a line no quantity.
    """
    ref = key(raw.get("pk"))
    if ref is None:
        raise MappingError("A purchase order needs its key.")
    status, rows = raw.get("status"), raw.get(LINES)
    lines = tuple(_lines(ref, raw, [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []))
    currencies = {line.currency for line in lines if line.currency}
    currency = _currency(raw.get("order_currency")) or (currencies.pop() if len(currencies) == 1 else None)
    order = PurchaseOrder(
        external_id=ref,
        number=text(raw.get("reference")),
        reference=text(raw.get("supplier_reference")),
        supplier=text(raw.get("supplier_name")),
        status=STATUSES.get(status) if isinstance(status, int) else None,
        status_text=text(raw.get("status_text")),
        total_cost=amount(raw.get("total_price")) if currency else None,
        currency=currency,
        expected_on=_day(raw.get("target_date")),
        note=text(raw.get("description")),
        ordered_at=instant(raw.get("issue_date"), zone),
        created_at=instant(raw.get("creation_date"), zone),
        modified_at=instant(raw.get("updated_at"), zone),
    )
    return Mapped(order, also=lines)


def pack_of(line: Mapping[str, Any]) -> Decimal | None:
    """Return how many pieces a pack of a line's part holds; ``None`` when the server does not say it."""
    detail = line.get("supplier_part_detail")
    return amount(detail.get("pack_quantity_native")) if isinstance(detail, Mapping) else None


def _lines(order: str, raw: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> Iterator[PurchaseOrderLine]:
    ours = f"{text(raw.get('supplier_reference'))}/"
    for row in rows:
        ref, packs, pack = key(row.get("pk")), count(row.get("quantity")), pack_of(row)
        if ref is None or packs is None or not pack:
            raise MappingError("A line of a purchase order needs its key, a quantity, and how much a pack holds.")
        price, received = amount(row.get("purchase_price")), count(row.get("received"))
        currency, reference = _currency(row.get("purchase_price_currency")), text(row.get("reference"))
        yield PurchaseOrderLine(
            external_id=ref,
            order_ref=order,
            number=reference.removeprefix(ours) if reference else None,
            part_ref=key(row.get("internal_part")),
            part_number=text(row.get("ipn")) or key(row.get("internal_part")),
            manufacturer_part_number=text(row.get("mpn")),
            name=text(row.get("internal_part_name")),
            quantity=decimal_of(packs * pack),
            received=None if received is None else decimal_of(received * pack),
            unit_cost=None if price is None or currency is None else decimal_of(price / pack),
            currency=None if price is None else currency,
            expected_on=_day(row.get("target_date")),
        )


def _currency(value: object) -> str | None:
    told = (text(value) or "").upper()
    return told if _CURRENCY.fullmatch(told) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
