"""Orders after they were placed: searched, shown, cancelled."""

from datetime import date, datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Request, Response, json_response
from servicedesk_ingram.sandbox.answers import failed, invalid
from servicedesk_ingram.sandbox.orders import DELIVERED_AFTER, FREIGHT, SHIPPED_AFTER, Line, Order, Orders
from servicedesk_ingram.sandbox.products import LOCATIONS

_DATED = "ingramOrderDate-bt"
_ASKED_BY = frozenset({"customerOrderNumber", "ingramOrderNumber", "orderStatus", "pageNumber", "pageSize", _DATED})


def search(orders: Orders, request: Request, now: datetime, most_a_page: int) -> Response:
    """Answer a search, a page of it; 204 when nothing is found."""
    for name, value in request.params:
        if name not in _ASKED_BY:
            return invalid((name, "Invalid"), value=value)
    size, page = request.param("pageSize") or "25", request.param("pageNumber") or "1"
    days = [value for name, value in request.params if name == _DATED]
    if not (size.isdecimal() and page.isdecimal() and int(size) and int(page)) or len(days) not in {0, 2}:
        return invalid(("pageSize", "Invalid"), value=size)
    size = str(min(int(size), most_a_page))
    found = [one for one in orders.all() if _is_meant(one, request, days, now)]
    first = (int(page) - 1) * int(size)
    rows = [_listed(one, now) for one in found[first : first + int(size)]]
    if not rows:
        return Response(204)
    place = f"/resellers/v6/orders/search?pageSize={size}&pageNumber="
    return json_response(
        {
            "recordsFound": len(found),
            "pageSize": int(size),
            "pageNumber": int(page),
            "orders": rows,
            "nextPage": f"{place}{int(page) + 1}" if len(found) > first + int(size) else "",
            "previousPage": f"{place}{int(page) - 1}" if int(page) > 1 else "",
        }
    )


def details(orders: Orders, number: str, now: datetime) -> Response:
    """Show one order."""
    order = orders.get(number)
    if order is None:
        return failed(404, "/errors/validation-error", "Order not found.")
    return json_response(_shown(order, now))


def cancel(orders: Orders, number: str) -> Response:
    """Cancel an order that the customer holds back."""
    order = orders.get(number)
    if order is None:
        return failed(404, "/errors/validation-error", "Order not found.")
    if not order.is_held or order.is_cancelled:
        why = "Order can not be deleted as the order is not no hold."
        return failed(405, "/errors/validation-error", why)
    order.is_held, order.is_cancelled = False, True
    orders.put(order)
    return Response(200)


def _is_meant(order: Order, request: Request, days: list[str], now: datetime) -> bool:
    number, ours, status = (request.param(name) for name in ("ingramOrderNumber", "customerOrderNumber", "orderStatus"))
    return (
        (not number or order.number == number)
        and (not ours or order.customer_number == ours)
        and (not status or order.status(now).upper() == status)
        and (not days or date.fromisoformat(days[0]) <= order.placed_at.date() <= date.fromisoformat(days[1]))
    )


def _listed(order: Order, now: datetime) -> dict[str, Any]:
    links = {"topic": "orders", "href": f"/resellers/v6.1/orders/{order.number}", "type": "GET"}
    status = order.status(now).upper()
    return {
        "ingramOrderNumber": order.number,
        "ingramOrderDate": order.placed_at.isoformat(),
        "customerOrderNumber": order.customer_number,
        "orderTotal": round(order.total() + FREIGHT, 2),
        "orderStatus": status,
        "subOrders": [{"subOrderNumber": f"{order.number}-11", "subOrderStatus": status, "links": [links]}],
        "links": links,
    }


def _shown(order: Order, now: datetime) -> dict[str, Any]:
    return {
        "ingramOrderNumber": order.number,
        "ingramOrderDate": order.placed_at.isoformat(),
        "orderType": "S",
        "customerOrderNumber": order.customer_number,
        "orderStatus": order.status(now),
        "orderTotal": round(order.total() + FREIGHT, 2),
        "orderSubTotal": order.total(),
        "freightCharges": FREIGHT,
        "currencyCode": "USD",
        "totalTax": 0,
        "paymentTerms": "NET 30 DAYS",
        "notes": order.notes,
        "shipToInfo": {name: str(value) for name, value in order.ship_to.items()},
        "lines": [_line(order, place, line, now) for place, line in enumerate(order.lines, 1)],
    }


def _line(order: Order, place: int, line: Line, now: datetime) -> dict[str, Any]:
    shipped = order.is_shipped(now) and line.confirmed > 0
    waiting = line.quantity - line.confirmed
    expected = order.placed_at.date() + timedelta(days=9 if waiting else 3)
    return {
        "subOrderNumber": f"{order.number}-11",
        "ingramOrderLineNumber": f"{place:03}",
        "customerLineNumber": line.number.zfill(3),
        "lineStatus": "Shipped" if shipped else "Backordered" if not line.confirmed else "In Progress",
        "ingramPartNumber": line.part,
        "vendorPartNumber": line.vendor_part,
        "vendorName": "made up",
        "partDescription": line.description,
        "unitPrice": line.price,
        "upcCode": "",
        "extendedPrice": round(line.price * line.quantity, 2),
        "taxAmount": 0,
        "currencyCode": "USD",
        "quantityOrdered": line.quantity,
        "quantityConfirmed": line.confirmed,
        "quantityBackOrdered": waiting,
        "requestedDeliverydate": "",
        "promisedDeliveryDate": "" if waiting else expected.isoformat(),
        "backOrderETADate": expected.isoformat() if waiting else "",
        "shipmentDetails": [_shipment(order, line, now)] if shipped else [],
    }


def _shipment(order: Order, line: Line, now: datetime) -> dict[str, Any]:
    left = order.placed_at + SHIPPED_AFTER
    came = order.placed_at + DELIVERED_AFTER
    pieces = [{"serialNumber": f"{line.part}-{order.number[-4:]}-{n}"} for n in range(1, line.confirmed + 1)]
    return {
        "quantity": line.confirmed,
        "deliveryNumber": f"8{order.number[-4:]}",
        "shippedDate": left.date().isoformat(),
        "estimatedDeliveryDate": came.date().isoformat(),
        "shipFromWarehouseId": line.warehouse,
        "shipFromLocation": LOCATIONS.get(line.warehouse, ""),
        "carrierDetails": [
            {
                "carrierCode": "EX",
                "carrierName": "Example Parcel",
                "quantity": line.confirmed,
                "shippedDate": left.date().isoformat(),
                "deliveredDate": came.date().isoformat() if now >= came else "",
                "trackingDetails": [{"trackingNumber": f"1Z{order.number[-4:]}", "serialNumbers": pieces}],
            }
        ],
    }
