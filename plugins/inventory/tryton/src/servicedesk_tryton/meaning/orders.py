"""From purchases to orders; pure."""

from decimal import Decimal
from typing import Final

from servicedesk_core.domain.parts import OrderStatus, PurchaseOrder, PurchaseOrderLine, number_in
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_tryton.api.wire import Row, day, instant, key, money, newest, number, part, parts, text
from servicedesk_tryton.meaning.mapper import MPN, identifier

ORDER_FIELDS: Final = {
    "id": "external_id", "number": "number", "reference": "reference", "party.": "supplier", "state": "status_text",
    "shipment_state": "status", "total_amount": "total_cost", "tax_amount": "tax_cost", "currency.": "currency",
    "delivery_date": "expected_on", "comment": "note", "create_date": "created_at", "write_date": "modified_at",
}  # fmt: skip
_STATES: Final = {
    "draft": OrderStatus.PENDING,
    "quotation": OrderStatus.PENDING,
    "confirmed": OrderStatus.PLACED,
    "processing": OrderStatus.PLACED,
    "done": OrderStatus.RECEIVED,
    "cancelled": OrderStatus.CANCELLED,
}
_ALL_CAME: Final = "received"


def order_of(raw: Row) -> Mapped:
    """Return a purchase as an order, with its lines.

    Raises:
        MappingError: It has no id, or a state that is not known.
    """
    ref, state = key(raw.get("id")), text(raw.get("state"))
    if ref is None or state not in _STATES:
        raise MappingError("A purchase needs its id and a state that is known.")
    status = OrderStatus.RECEIVED if raw.get("shipment_state") == _ALL_CAME else _STATES[state]
    currency = text(part(raw, "currency").get("code"))
    order = PurchaseOrder(
        external_id=str(ref),
        number=text(raw.get("number")),
        reference=number_in(text(raw.get("reference"))) or text(raw.get("reference")),
        supplier=text(part(raw, "party").get("name")),
        status=status,
        status_text=state,
        total_cost=money(raw.get("total_amount")) if currency else None,
        tax_cost=money(raw.get("tax_amount")) if currency else None,
        currency=currency,
        expected_on=day(raw.get("delivery_date")),
        note=text(raw.get("comment")),
        created_at=instant(raw.get("create_date")),
        modified_at=newest([raw]),
    )
    lines = [line for line in parts(raw, "lines") if line.get("type") == "line" and key(line.get("id")) is not None]
    return Mapped(order, also=tuple(_line(line, place, order) for place, line in enumerate(lines, 1)))


def _line(raw: Row, place: int, order: PurchaseOrder) -> PurchaseOrderLine:
    came = [move for move in parts(raw, "moves") if move.get("state") == "done"]
    wanted = number(raw.get("quantity"))
    received = sum((number(move.get("quantity")) or Decimal(0) for move in came), Decimal(0))
    product, cost = part(raw, "product"), money(raw.get("unit_price"))
    ref = key(product.get("id"))
    lots = (text(part(move, "lot").get("number")) for move in came if number(move.get("quantity")) == 1)
    return PurchaseOrderLine(
        external_id=str(raw["id"]),
        order_ref=order.external_id,
        number=str(place),
        part_ref=None if ref is None else str(ref),
        part_number=text(product.get("code")) or (None if ref is None else str(ref)),
        manufacturer_part_number=identifier(product, MPN),
        name=text(part(product, "template").get("name")) or text(raw.get("description")),
        quantity=wanted,
        received=received,
        unit_cost=cost if order.currency else None,
        currency=order.currency if cost is not None else None,
        status=OrderStatus.RECEIVED if wanted is not None and received >= wanted else order.status,
        expected_on=day(raw.get("delivery_date")),
        serial_numbers=tuple(lot for lot in lots if lot is not None),
    )
