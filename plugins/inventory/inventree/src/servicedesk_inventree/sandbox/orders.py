"""Purchase orders: issued, received line by line, complete."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from servicedesk_inventree.sandbox.errors import invalid, not_found, refuse
from servicedesk_inventree.sandbox.fields import amount
from servicedesk_inventree.sandbox.records import Records, Row
from servicedesk_inventree.sandbox.stock import RECEIVED, StockRoom

PENDING, PLACED, COMPLETE, CANCELLED = 10, 20, 30, 40
STATUS_TEXTS = {PENDING: "Pending", PLACED: "Placed", 25: "On Hold", COMPLETE: "Complete", CANCELLED: "Cancelled"}
_OPEN = (PENDING, PLACED)


def pack_of(supplier_part: Row) -> Decimal:
    """Return how many pieces one unit of a supplier's part holds."""
    text = str(supplier_part["pack_quantity"] or "").strip()
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else Decimal(1)


class _Arrival(NamedTuple):
    """What came of a line, in packs: where it is put, with which note, and the serial numbers of its pieces."""

    line: Row
    quantity: Decimal
    place: int
    note: str
    serials: list[str]


class Orders:
    """Buys.

    Args:
        records: All records.
        room: Takes what arrives.
        today: Returns the present day as the server writes it.
        reference: What stands before the number in a reference.
        auto_complete: Whether the last receipt completes an order.

    Attributes:
        done: How many orders were issued and cancelled, and how many receipts booked.
    """

    def __init__(
        self,
        records: Records,
        room: StockRoom,
        today: Callable[[], str],
        *,
        reference: str,
        auto_complete: bool,
    ) -> None:
        self._records = records
        self._room = room
        self._today = today
        self._reference = reference
        self._auto_complete = auto_complete
        self.done = 0

    def create(self, row: Row) -> Row:
        """Add an order.

        Raises:
            Refusal: The reference does not have the server's pattern, or is taken.
        """
        reference = row["reference"]
        if not re.fullmatch(re.escape(self._reference) + r"\d+", reference):
            raise invalid(reference=f"Reference must match required pattern: {self._reference}{{ref:04d}}")
        if self._records.all("order", reference=reference):
            raise invalid(reference="Purchase Order with this Reference already exists.")
        if not self._records.known("company", row["supplier"])["is_supplier"]:
            raise invalid(supplier="Company is not a supplier")
        dates = {"creation_date": self._today(), "issue_date": None, "complete_date": None}
        return self._records.add("order", {**row, "status": PENDING, **dates})

    def add_line(self, row: Row) -> Row:
        """Add a line to an order.

        Raises:
            Refusal: The order is closed, or the part is another supplier's.
        """
        order = self._records.known("order", row["order"])
        if order["status"] not in _OPEN:
            raise invalid(order="Order is not open")
        if self._records.known("supplier_part", row["part"])["supplier"] != order["supplier"]:
            raise invalid(part="Supplier must match purchase order", order="Purchase order must match supplier")
        return self._records.add("order_line", {**row, "received": "0"})

    def act(self, name: str, key: int, body: Any) -> Any:
        """Do one of the acts ``issue``, ``receive``, ``complete``, ``cancel``.

        Returns:
            The answer's body.

        Raises:
            Refusal: There is no such order, it does not stand there, or something of the body is wrong.
        """
        order = self._records.get("order", key)
        if order is None:
            raise not_found("PurchaseOrder")
        given = body if isinstance(body, Mapping) else {}
        if name == "receive":
            return self._receive(order, given)
        if name == "issue":
            self._expect(order, PENDING, "Order cannot be placed")
            self._keep(order, status=PLACED, issue_date=self._today())
            self.done += 1
        elif name == "cancel":
            if order["status"] not in _OPEN:
                raise invalid(whole="Order cannot be cancelled")
            self._keep(order, status=CANCELLED)
            self.done += 1
        else:
            return self._complete(order, given)
        return {}

    def lines_of(self, order: Row) -> list[Row]:
        """Return the lines of an order."""
        return self._records.all("order_line", order=order["pk"])

    def is_received(self, order: Row) -> bool:
        """Return whether everything has come."""
        return all(Decimal(line["received"]) >= Decimal(line["quantity"]) for line in self.lines_of(order))

    def _complete(self, order: Row, given: Mapping[str, Any]) -> Any:
        incomplete = bool(given.get("accept_incomplete"))
        if not incomplete and not self.is_received(order):
            raise invalid(accept_incomplete="Order has incomplete line items")
        if order["status"] == PLACED:  # one that is complete already stays so
            self._keep(order, status=COMPLETE, complete_date=self._today())
        return {"accept_incomplete": incomplete}

    def _receive(self, order: Row, given: Mapping[str, Any]) -> list[Row]:
        self._expect(order, PLACED, "A purchase order must be placed before items can be received")
        items = given.get("items")
        if not isinstance(items, list) or not items:
            raise invalid(items="Line items must be provided")
        wanted = [self._arrival(order, given, one) for one in items]
        made = [item for one in wanted for item in self._arrive(order, one)]
        self.done += 1
        if self._auto_complete and self.is_received(order):
            self._keep(order, status=COMPLETE, complete_date=self._today())
        return made

    def _arrival(self, order: Row, given: Mapping[str, Any], one: Any) -> "_Arrival":
        fields = one if isinstance(one, Mapping) else {}
        line = self._records.get("order_line", fields.get("line_item"))
        if line is None or line["order"] != order["pk"]:
            raise refuse({"items": [{"line_item": ["Line item does not match purchase order"]}]})
        try:
            quantity = Decimal(amount(fields.get("quantity"), places=5))
        except ValueError as error:
            raise refuse({"items": [{"quantity": [str(error)]}]}) from None
        if quantity <= 0:
            raise refuse({"items": [{"quantity": ["Quantity must be greater than zero"]}]})
        place = fields.get("location") or given.get("location") or line["destination"] or order["destination"]
        if place is None:
            raise invalid(location="Destination location must be specified")
        if self._records.get("location", place) is None:
            raise invalid(location=f'Invalid pk "{place}" - object does not exist.')
        serials = [one.strip() for one in str(fields.get("serial_numbers") or "").split(",") if one.strip()]
        source = self._records.known("supplier_part", line["part"])
        if serials and len(serials) != quantity * pack_of(source):
            raise refuse({"items": [{"serial_numbers": ["Number of unique serial numbers must match quantity"]}]})
        return _Arrival(line, quantity, int(place), str(fields.get("note") or ""), serials)

    def _arrive(self, order: Row, came: "_Arrival") -> list[Row]:
        source = self._records.known("supplier_part", came.line["part"])
        pieces = f"{(came.quantity * pack_of(source)).normalize():f}"
        items: list[tuple[str, str | None]] = [("1", serial) for serial in came.serials] or [(pieces, None)]
        made = [self._item(order, came, source, count, serial) for count, serial in items]
        came.line["received"] = f"{(Decimal(came.line['received']) + came.quantity).normalize():f}"
        self._records.save("order_line", came.line)
        return made

    def _item(self, order: Row, came: "_Arrival", source: Row, count: str, serial: str | None) -> Row:
        line, pack, price = came.line, pack_of(source), came.line["purchase_price"]
        return self._room.create(
            {
                "part": source["part"], "quantity": count, "location": came.place,
                "serial": serial, "batch": None, "status": 10, "supplier_part": source["pk"], "packaging": "",
                "purchase_price": None if price is None else f"{round(Decimal(price) / pack, 6).normalize():f}",
                "purchase_price_currency": line["purchase_price_currency"], "delete_on_deplete": True,
                "purchase_order": order["pk"], "customer": None, "notes": None,
            },
            code=RECEIVED,
            notes=came.note,
            deltas={"purchaseorder": order["pk"], "location": came.place},
        )  # fmt: skip

    def _expect(self, order: Row, status: int, problem: str) -> None:
        if order["status"] != status:
            raise invalid(whole=problem)

    def _keep(self, order: Row, **changes: Any) -> None:
        self._records.save("order", {**order, **changes})
