"""Placing an order: what is taken of it, and what the vendor refuses."""

from datetime import datetime
from typing import Any

from servicedesk_core.sandboxing import Response, json_response
from servicedesk_ingram.sandbox.answers import invalid
from servicedesk_ingram.sandbox.orders import FREIGHT, Line, Order, Orders, line_of
from servicedesk_ingram.sandbox.products import LOCATIONS, Product, Products

_LONGEST = {"customerOrderNumber": 35}
_LONGEST_OF_LINES = {"customerLineNumber": 3, "ingramPartNumber": 18}
_LONGEST_OF_PLACES = {
    "companyName": 40, "contact": 70, "addressLine1": 70, "addressLine2": 70, "addressLine3": 70, "city": 25,
    "state": 3, "postalCode": 10, "addressId": 10,
}  # fmt: skip


def place(orders: Orders, products: Products, body: Any, now: datetime, *, splits: bool, holds: bool) -> Response:
    """Place an order; 207 when a line of it is refused.

    Args:
        orders: All orders.
        products: What is sold.
        body: What was sent.
        now: The vendor's present.
        splits: Whether what is back-ordered becomes an order of its own.
        holds: Whether orders wait for the customer's release.
    """
    if wrong := _wrong(body):
        return invalid(*((name, "Invalid") for name in wrong))
    taken: list[Line] = []
    refused: list[dict[str, Any]] = []
    for asked in body["lines"]:
        product = products.get(asked.get("ingramPartNumber", ""))
        why = _refusal(product, asked, takes_back_orders=body.get("acceptBackOrder") is True)
        if product is None or why is not None:
            refused.append(_rejected(asked, *(why or ("EN", "SKU-NOTFOUND"))))
            continue
        confirmed = _take(products, product, asked["quantity"])
        taken.append(line_of(asked, product, confirmed))
    groups = [taken]
    if splits:
        there = [line for line in taken if line.confirmed == line.quantity]
        groups = [there, [line for line in taken if line not in there]]
    placed = [orders.open(now, body, lines, is_held=holds) for lines in groups if lines]
    shown = [_placed(order) for order in placed] or [_nothing()]
    shown[0]["numberOfLinesWithError"] = len(refused)
    if refused:
        shown[0]["rejectedLineItems"] = refused
    answer = {
        "customerOrderNumber": body["customerOrderNumber"],
        "orderSplit": len(placed) > 1,
        "processedPartially": bool(refused),
        "purchaseOrderTotal": round(sum(order.total() for order in placed), 2),
        "shipToInfo": body.get("shipToInfo") or {},
        "orders": shown,
    }
    return json_response(answer, 207 if refused else 201)


def _wrong(body: Any) -> list[str]:
    if not isinstance(body, dict) or not isinstance(body.get("lines"), list) or not body["lines"]:
        return ["lines"]
    wrong = [] if body.get("customerOrderNumber") else ["customerOrderNumber"]
    wrong += _too_long(body, _LONGEST)
    wrong += _too_long(body.get("shipToInfo") or {}, _LONGEST_OF_PLACES)
    for line in body["lines"]:
        wrong += _too_long(line, _LONGEST_OF_LINES)
        if not isinstance(line.get("quantity"), int) or line["quantity"] < 1:
            wrong.append("quantity")
    return wrong


def _too_long(given: dict[str, Any], longest: dict[str, int]) -> list[str]:
    return [name for name, most in longest.items() if len(str(given.get(name) or "")) > most]


def _refusal(product: Product | None, asked: dict[str, Any], *, takes_back_orders: bool) -> tuple[str, str] | None:
    if product is None or not product.is_sold:
        return "EN", f"SKU-NOTFOUND    {asked.get('ingramPartNumber')}"
    if not product.is_authorised:
        return "EA", "SKU-NOT AUTHORIZED"
    lacks = product.available < asked["quantity"]
    if lacks and (product.is_discontinued or not product.back_orders or not takes_back_orders):
        return "EB", "SKU-NO STOCK"
    return None


def _take(products: Products, product: Product, quantity: int) -> int:
    left = quantity
    for house, count in product.stock.items():
        taken = min(count, left)
        product.stock[house] -= taken
        left -= taken
    products.put(product)
    return quantity - left


def _rejected(asked: dict[str, Any], code: str, reason: str) -> dict[str, Any]:
    return {
        "customerLinenumber": str(asked.get("customerLineNumber", "")),  # so it is spelt
        "ingramPartNumber": str(asked.get("ingramPartNumber", "")),
        "quantityOrdered": asked["quantity"],
        "rejectCode": code,
        "rejectReason": reason,
    }


def _nothing() -> dict[str, Any]:
    return {"numberOfLinesWithSuccess": 0, "numberOfLinesWithError": 0, "ingramOrderNumber": "", "lines": []}


def _placed(order: Order) -> dict[str, Any]:
    return {
        "numberOfLinesWithSuccess": len(order.lines),
        "numberOfLinesWithError": 0,
        "numberOfLinesWithWarning": 0,
        "ingramOrderNumber": order.number,
        "ingramOrderDate": order.placed_at.date().isoformat(),
        "notes": order.notes,
        "orderType": "S",
        "orderTotal": round(order.total() + FREIGHT, 2),
        "freightCharges": FREIGHT,
        "totalTax": 0,
        "currencyCode": "USD",
        "lines": [_line(order, place, line) for place, line in enumerate(order.lines, 1)],
        "links": [{"topic": "orders", "href": f"/resellers/v6/orders/{order.number}", "type": "GET"}],
    }


def _line(order: Order, place_in_order: int, line: Line) -> dict[str, Any]:
    return {
        "subOrderNumber": f"{order.number}-11",
        "ingramLineNumber": f"{place_in_order:03}",
        "customerLineNumber": line.number,
        "lineStatus": "In Progress" if line.confirmed else "im::backordered",
        "ingramPartNumber": line.part,
        "vendorPartNumber": line.vendor_part,
        "unitPrice": line.price,
        "extendedUnitPrice": round(line.price * line.confirmed, 2),
        "quantityOrdered": line.quantity,
        "quantityConfirmed": line.confirmed,
        "quantityBackOrdered": line.quantity - line.confirmed,
        "notes": line.description,
        "shipmentDetails": [
            {"shipFromWarehouseId": line.warehouse, "shipFromLocation": LOCATIONS.get(line.warehouse, "")}
        ],
    }
