"""Orders of the stand-in, and how they go on with time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Shelf
from servicedesk_ingram.sandbox.products import Product

SHIPPED_AFTER = timedelta(days=1)
DELIVERED_AFTER = timedelta(days=3)
FREIGHT = 9.5


@dataclass
class Line:
    """A line that was taken.

    Attributes:
        number: The customer's number of it.
        part: Ingram Micro's number of the product.
        vendor_part: The maker's.
        description: What it is.
        quantity: How many are ordered.
        confirmed: How many of them there were; the others are back-ordered.
        price: What one costs.
        warehouse: Where it is sent from.
    """

    number: str
    part: str
    vendor_part: str
    description: str
    quantity: int
    confirmed: int
    price: float
    warehouse: str


@dataclass
class Order:
    """One order.

    Attributes:
        number: Its number.
        customer_number: The customer's.
        placed_at: When.
        ship_to: Where it goes.
        notes: What the customer said.
        lines: What is ordered.
        is_held: Whether the customer holds it back.
        is_cancelled: Whether it was cancelled.
        word: Status word of the test's own.
    """

    number: str
    customer_number: str
    placed_at: datetime
    ship_to: dict[str, Any] = field(default_factory=dict)
    notes: str = ""
    lines: list[Line] = field(default_factory=list)
    is_held: bool = False
    is_cancelled: bool = False
    word: str | None = None

    def status(self, now: datetime) -> str:
        """Return its status word as an order's details have it."""
        if self.word or self.is_cancelled or self.is_held:
            return self.word or ("Cancelled" if self.is_cancelled else "On Hold")
        if not any(line.confirmed for line in self.lines):
            return "Backordered"
        return "Shipped" if self.is_shipped(now) else "Processing"

    def is_shipped(self, now: datetime) -> bool:
        """Whether what there was has left."""
        return not (self.is_held or self.is_cancelled) and now - self.placed_at >= SHIPPED_AFTER

    def total(self) -> float:
        """Return what the goods cost."""
        return round(sum(line.price * line.quantity for line in self.lines), 2)


class Orders:
    """All orders.

    Args:
        shelf: Keeps them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def all(self) -> list[Order]:
        """Return every order, the newest first."""
        return [_from_json(kept) for kept in reversed(self._shelf.all("orders"))]

    def get(self, number: str) -> Order | None:
        """Return one."""
        kept = self._shelf.get("orders", number)
        return None if kept is None else _from_json(kept)

    def put(self, order: Order) -> None:
        """Keep one."""
        self._shelf.put("orders", order.number, order)

    def open(self, now: datetime, asked: dict[str, Any], lines: list[Line], *, is_held: bool) -> Order:
        """Place one.

        Args:
            now: The vendor's present.
            asked: What the customer sent.
            lines: What of it is taken.
            is_held: Whether it waits for the customer's release.
        """
        number = f"20-R{len(self._shelf.all('orders')) + 1:04}"
        ship_to, notes = asked.get("shipToInfo") or {}, asked.get("notes") or ""
        order = Order(number, asked["customerOrderNumber"], now, ship_to, notes, lines, is_held)
        self.put(order)
        return order

    def say(self, number: str, word: str) -> bool:
        """Give an order any status word; return whether there is one."""
        order = self.get(number)
        if order is None:
            return False
        order.word = word
        self.put(order)
        return True


def line_of(asked: dict[str, Any], product: Product, confirmed: int) -> Line:
    """Return the line that is taken for one that was asked for."""
    return Line(
        number=str(asked.get("customerLineNumber", "")),
        part=product.number,
        vendor_part=product.vendor_number,
        description=product.description,
        quantity=asked["quantity"],
        confirmed=confirmed,
        price=product.price or 0,
        warehouse=next(iter(product.stock or product.arriving), "10"),
    )


def _from_json(kept: dict[str, Any]) -> Order:
    lines = [Line(**one) for one in kept["lines"]]
    return Order(**kept | {"lines": lines, "placed_at": datetime.fromisoformat(kept["placed_at"])})
