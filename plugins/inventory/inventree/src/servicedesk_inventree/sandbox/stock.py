"""What moves stock: each movement stands in the item's history, with the notes that came with it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_inventree.sandbox.errors import invalid, refuse
from servicedesk_inventree.sandbox.fields import amount
from servicedesk_inventree.sandbox.records import Records, Row

_PLACES = 5
_LONGEST_NOTES = 512
CREATED, RECEIVED = 1, 70
_COUNTED, _ADDED, _REMOVED, _MOVED, _UPDATED = 10, 11, 12, 20, 25
_SPLIT_FROM, _SPLIT_INTO = 40, 42
_SENT, _RETURNED = 100, 105
LABELS: Final = {
    CREATED: "Stock item created", _COUNTED: "Stock counted", _ADDED: "Stock manually added",
    _REMOVED: "Stock manually removed", _MOVED: "Location changed", _UPDATED: "Stock updated",
    _SPLIT_FROM: "Split from parent item", _SPLIT_INTO: "Split child item", RECEIVED: "Received against Purchase Order",
    _SENT: "Sent to customer", _RETURNED: "Returned from customer",
}  # fmt: skip


def is_in_stock(item: Row) -> bool:
    """Return whether an item lies here: some of it is left, and no customer has it."""
    return Decimal(item["quantity"]) > 0 and item["customer"] is None


def is_serialized(item: Row) -> bool:
    """Return whether an item is one piece with a number of its own."""
    return bool(item["serial"]) and Decimal(item["quantity"]) == 1


class StockRoom:
    """Moves stock.

    Args:
        records: All records.
        stamp: Returns the present as the server writes it.
    """

    def __init__(self, records: Records, stamp: Callable[[], str]) -> None:
        self._records = records
        self._stamp = stamp
        self.moves = 0

    def create(self, row: Row, *, code: int = CREATED, notes: str = "", deltas: Mapping[str, Any] | None = None) -> Row:
        """Add an item with the first entry of its history."""
        now = self._stamp()
        item = self._records.add("stock", {**row, "created": now, "updated": now, "parent": row.get("parent")})
        self._note(item, code, notes, {"quantity": float(item["quantity"]), **(deltas or {})})
        return item

    def act(self, name: str, body: Any) -> Any:
        """Do ``add``, ``remove``, ``count``, ``transfer``, ``assign`` or ``return``, for all items or none.

        Returns:
            The body, as the server repeats it.

        Raises:
            Refusal: Something of it is wrong.
        """
        given = body if isinstance(body, Mapping) else {}
        items = given.get("items")
        if not isinstance(items, list):
            raise invalid(items="This field is required.")
        if not items:
            raise invalid(whole="A list of stock items must be provided")
        notes = str(given.get("notes") or "")
        if len(notes) > _LONGEST_NOTES:  # the database refuses it, and nobody catches that
            raise refuse({"error": "Error occurred during API request", "detail": "value too long"}, 500)
        if name == "assign":
            return self._assign(given, items, notes)
        pairs = [self._pair(one, out=name == "return") for one in items]
        place = self._place(given) if name in {"transfer", "return"} else None
        moves = {"add": self._add, "remove": self._remove, "count": self._count}
        for item, quantity in pairs:
            if place is None:
                moves[name](item, quantity, notes)
            elif name == "transfer":
                self._transfer(item, quantity, place, notes)
            else:
                self._return(item, place, notes)
        self.moves += 1
        shown = [{"pk": item["pk"], "quantity": f"{quantity:.5f}"} for item, quantity in pairs]
        return {"items": shown, "notes": notes} | ({"location": place} if place is not None else {})

    def _pair(self, given: Any, *, out: bool) -> tuple[Row, Decimal]:
        one = given if isinstance(given, Mapping) else {}
        wrong = {name: ["This field is required."] for name in ("pk", "quantity") if name not in one}
        if wrong:
            raise refuse({"items": [wrong]})
        item = self._records.get("stock", one["pk"])
        if item is None:
            raise refuse({"items": [{"pk": [f'Invalid pk "{one["pk"]}" - object does not exist.']}]})
        if item["customer"] is not None and not out:
            raise refuse({"items": [{"pk": ["Stock item is not in stock"]}]})
        try:
            quantity = Decimal(amount(one["quantity"], places=_PLACES))
        except ValueError as error:
            raise refuse({"items": [{"quantity": [str(error)]}]}) from None
        if quantity < 0:
            raise refuse({"items": [{"quantity": ["Ensure this value is greater than or equal to 0."]}]})
        return item, quantity

    def _place(self, given: Mapping[str, Any]) -> int:
        if given.get("location") is None:
            raise invalid(location="This field is required.")
        place = given["location"]
        if self._records.get("location", place) is None:
            raise invalid(location=f'Invalid pk "{place}" - object does not exist.')
        return int(place)

    def _add(self, item: Row, quantity: Decimal, notes: str) -> None:
        if is_serialized(item) or not quantity:
            return  # answered with success all the same
        left = Decimal(item["quantity"]) + quantity
        self._keep(item, quantity=f"{left.normalize():f}")
        self._note(item, _ADDED, notes, {"added": float(quantity), "quantity": float(left)})

    def _remove(self, item: Row, quantity: Decimal, notes: str) -> None:
        if is_serialized(item) or not quantity:
            return  # answered with success all the same
        self._take(item, quantity, _REMOVED, notes, {"removed": float(quantity)})

    def _take(self, item: Row, quantity: Decimal, code: int, notes: str, deltas: Mapping[str, Any]) -> None:
        left = max(Decimal(item["quantity"]) - quantity, Decimal(0))
        if not left and item["delete_on_deplete"]:
            self.drop(item)
            return
        self._keep(item, quantity=f"{left.normalize():f}" if left else "0")
        self._note(item, code, notes, {**deltas, "quantity": float(left)})

    def _count(self, item: Row, quantity: Decimal, notes: str) -> None:
        if not quantity and item["delete_on_deplete"]:
            self.drop(item)
            return
        self._keep(item, quantity=f"{quantity.normalize():f}" if quantity else "0")
        self._note(item, _COUNTED, notes, {"quantity": float(quantity)})

    def _transfer(self, item: Row, quantity: Decimal, place: int, notes: str) -> None:
        if not quantity:
            return
        if quantity < Decimal(item["quantity"]):
            copy = {key: value for key, value in item.items() if key != "pk"}
            split = {**copy, "quantity": f"{quantity.normalize():f}", "location": place, "parent": item["pk"]}
            child = self.create(
                split, code=_SPLIT_FROM, notes=notes, deltas={"stockitem": item["pk"], "location": place}
            )
            deltas = {"removed": float(quantity), "stockitem": child["pk"], "location": place}
            self._take(item, quantity, _SPLIT_INTO, notes, deltas)
            return
        moved = item["location"] != place
        self._keep(item, location=place)
        self._note(item, _MOVED if moved else _UPDATED, notes, {"location": place} if moved else {})

    def _assign(self, given: Mapping[str, Any], items: list[Any], notes: str) -> Any:
        customer = self._records.get("company", given.get("customer"))
        if customer is None:
            raise invalid(customer="This field is required.")
        if not customer["is_customer"]:
            raise invalid(customer="Selected company is not a customer")
        chosen = []
        for one in items:
            item = self._records.get("stock", one.get("item") if isinstance(one, Mapping) else None)
            if item is None:
                raise refuse({"items": [{"item": ["This field is required."]}]})
            if not is_in_stock(item):
                raise refuse({"items": [{"item": ["Item must be in stock"]}]})
            if not self._records.known("part", item["part"])["salable"]:
                raise refuse({"items": [{"item": ["Part must be salable"]}]})
            chosen.append(item)
        for item in chosen:
            self._keep(item, customer=customer["pk"], location=None)
            self._note(item, _SENT, notes, {"customer": customer["pk"]})
        self.moves += 1
        return {"items": [{"item": item["pk"]} for item in chosen], "customer": customer["pk"], "notes": notes}

    def _return(self, item: Row, place: int, notes: str) -> None:
        deltas = {"location": place} | ({} if item["customer"] is None else {"customer": item["customer"]})
        self._keep(item, customer=None, location=place)
        self._note(item, _RETURNED, notes, deltas)

    def drop(self, item: Row) -> None:
        """Delete an item, and its history with it."""
        for entry in self._records.all("track", item=item["pk"]):
            self._records.drop("track", entry["pk"])
        self._records.drop("stock", item["pk"])

    def _keep(self, item: Row, **changes: Any) -> None:
        item.update(changes, updated=self._stamp())
        self._records.save("stock", item)

    def _note(self, item: Row, code: int, notes: str, deltas: Mapping[str, Any]) -> None:
        entry = {"item": item["pk"], "part": item["part"], "date": self._stamp(), "tracking_type": code}
        self._records.add("track", {**entry, "notes": notes, "deltas": dict(deltas)})
