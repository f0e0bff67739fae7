"""What an order means as its source shows it; pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from servicedesk_core.domain import ChildKey, MappingIssue
from servicedesk_core.domain.parts import OrderStatus, PurchaseOrder, PurchaseOrderLine
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_ingram.values import Row, currency, day, instant, key, number, row, rows, text

VERSION = "1"
_STATUSES = {
    "on hold": OrderStatus.PENDING,
    "hold": OrderStatus.PENDING,
    "customer hold": OrderStatus.PENDING,
    "open": OrderStatus.PLACED,
    "processing": OrderStatus.PLACED,
    "in progress": OrderStatus.PLACED,
    "backordered": OrderStatus.BACK_ORDERED,
    "back ordered": OrderStatus.BACK_ORDERED,
    "partially shipped": OrderStatus.SHIPPED,
    "shipped": OrderStatus.SHIPPED,
    "invoiced": OrderStatus.SHIPPED,
    "delivered": OrderStatus.RECEIVED,
    "cancelled": OrderStatus.CANCELLED,
    "canceled": OrderStatus.CANCELLED,
    "rejected": OrderStatus.REJECTED,
}

_ORDER_FIELDS = {
    "ingramOrderNumber": "number", "customerOrderNumber": "reference", "orderStatus": "status",
    "orderTotal": "total_cost", "freightCharges": "freight_cost", "totalTax": "tax_cost", "currencyCode": "currency",
    "ingramOrderDate": "ordered_at", "notes": "note",
}  # fmt: skip
_LINE_FIELDS = {
    "customerLineNumber": "number", "ingramPartNumber": "part_number", "vendorPartNumber": "manufacturer_part_number",
    "partDescription": "name", "quantityOrdered": "quantity", "unitPrice": "unit_cost", "currencyCode": "currency",
    "lineStatus": "status", "promisedDeliveryDate": "expected_on", "backOrderETADate": "expected_on",
    "shipmentDetails": "received",
}  # fmt: skip
FIELDS = {"purchase_orders": _ORDER_FIELDS, "purchase_order_lines": _LINE_FIELDS}
"""The vendor's fields of each stream, and what they become."""


def status_of(word: str | None) -> OrderStatus | None:
    """Return what a status word means; the vendor writes ``Backordered``, ``im::backordered`` and ``BACKORDERED``."""
    return _STATUSES.get((word or "").casefold().removeprefix("im::").replace("_", " ").strip())


def has_ended(word: str | None) -> bool:
    """Return whether nothing more is to be sent of an order with this status word."""
    status = status_of(word)
    if status is OrderStatus.SHIPPED:
        return "partial" not in (word or "").casefold()
    return status is not None and not status.is_open


def order_of(raw: Row) -> Mapped:
    """Return an order with its lines.

    Args:
        raw: Its row of a search as ``listed``, and ``details``, which are missing where the vendor shows none.

    Raises:
        MappingError: It has no number.
    """
    listed, details = row(raw.get("listed")), row(raw.get("details"))
    ref = key(details.get("ingramOrderNumber")) or key(listed.get("ingramOrderNumber"))
    if ref is None:
        raise MappingError("the order has no number")
    word = text(details.get("orderStatus")) or text(listed.get("orderStatus"))
    status = status_of(word)
    paid_in = currency(details.get("currencyCode"))
    lines = tuple(_lines(ref, details, paid_in))
    is_here = bool(lines) and all(line.status is OrderStatus.RECEIVED for line in lines)
    at = instant(details.get("ingramOrderDate")) or instant(listed.get("ingramOrderDate"))
    total = number(details.get("orderTotal"))
    expected = [line.expected_on for line in lines if line.expected_on is not None]
    order = PurchaseOrder(
        external_id=ref,
        number=ref,
        reference=text(details.get("customerOrderNumber")) or text(listed.get("customerOrderNumber")),
        status=OrderStatus.RECEIVED if is_here and status is OrderStatus.SHIPPED else status,
        status_text=word,
        # The details alone name a currency, so that a total that only the search shows is none.
        total_cost=total if paid_in else None,
        freight_cost=number(details.get("freightCharges")) if paid_in else None,
        tax_cost=number(details.get("totalTax")) if paid_in else None,
        currency=paid_in,
        expected_on=max(expected, default=None),
        note=text(details.get("notes")),
        ordered_at=at,
        created_at=at,
    )
    unknown = word is not None and status is None
    issues = (MappingIssue(kind="unmapped_status", field="status", value=str(word)),) if unknown else ()
    return Mapped(order, also=lines, issues=issues)


def _lines(ref: str, details: Row, paid_in: str | None) -> Iterator[PurchaseOrderLine]:
    used: set[str] = set()
    for place, line in enumerate(rows(details.get("lines")), 1):
        own = key(line.get("ingramOrderLineNumber")) or f"at {place}"
        if own in used:  # a line that is split over sub-orders
            own = f"{own} {place}"
        used.add(own)
        ours, status = key(line.get("customerLineNumber")), status_of(text(line.get("lineStatus")))
        quantity = number(line.get("quantityOrdered"))
        line_currency = currency(line.get("currencyCode")) or paid_in
        shipments = rows(line.get("shipmentDetails"))
        received = _received(shipments)
        carried = [one for shipment in shipments for one in rows(shipment.get("carrierDetails"))]
        packed = [one for carrier in carried for one in rows(carrier.get("trackingDetails"))]
        serials = [key(one.get("serialNumber")) for box in packed for one in rows(box.get("serialNumbers"))]
        yield PurchaseOrderLine(
            external_id=str(ChildKey(ref, own)),
            order_ref=ref,
            number=(ours.lstrip("0") or ours) if ours else None,
            part_number=key(line.get("ingramPartNumber")),
            manufacturer_part_number=key(line.get("vendorPartNumber")),
            name=" ".join((text(line.get("partDescription")) or "").split()) or None,
            quantity=quantity,
            received=received,
            unit_cost=number(line.get("unitPrice")) if line_currency else None,
            currency=line_currency,
            # The vendor has no word for what was delivered, only the day.
            status=OrderStatus.RECEIVED if received and quantity and received >= quantity else status,
            expected_on=_expected(line, shipments),
            serial_numbers=tuple(dict.fromkeys(one for one in serials if one)),
            tracking=tuple(dict.fromkeys(_tracking(carried))),
        )


def _received(shipments: list[Row]) -> Decimal | None:
    """Return how many were delivered: of a shipment all, once one of its carriers says so."""
    if not shipments:
        return None
    came = [one for one in shipments if any(day(c.get("deliveredDate")) for c in rows(one.get("carrierDetails")))]
    return sum((number(one.get("quantity")) or Decimal(0) for one in came), Decimal(0))


def _expected(line: Row, shipments: list[Row]) -> date | None:
    on_their_way = [day(one.get("estimatedDeliveryDate")) for one in shipments]
    told = [one for one in on_their_way if one is not None]
    promised = day(line.get("promisedDeliveryDate")) or day(line.get("backOrderETADate"))
    return max(told, default=promised)


def _tracking(carried: list[Row]) -> Iterator[str]:
    for carrier in carried:
        name = text(carrier.get("carrierName")) or text(carrier.get("carrierCode")) or ""
        for box in rows(carrier.get("trackingDetails")):
            if parcel := key(box.get("trackingNumber")):
                yield f"{name} {parcel}".strip()
