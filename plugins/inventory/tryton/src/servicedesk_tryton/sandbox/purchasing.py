"""Purchases, and the shipments of suppliers by which they come."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from servicedesk_tryton.sandbox.models import Models
from servicedesk_tryton.sandbox.records import Row
from servicedesk_tryton.sandbox.wire import ServerError, user_error

PURCHASE, RECEIPT = "purchase.purchase", "stock.shipment.in"
_FROM: Final = {
    (PURCHASE, "quote"): {"draft"}, (PURCHASE, "confirm"): {"quotation"}, (PURCHASE, "cancel"): {"draft", "quotation"},
    (RECEIPT, "receive"): {"draft"}, (RECEIPT, "do"): {"received"}, (RECEIPT, "cancel"): {"draft", "received"},
}  # fmt: skip
_ORDERED: Final = (
    "type",
    "product",
    "unit",
    "quantity",
    "unit_price",
    "product_supplier",
    "note",
    "description",
    "taxes",
)
_INPUT, _AT_SUPPLIER = 1, 6


class Purchasing:
    """Places orders and books what comes.

    Args:
        models: The models.
        today: Returns the company's present day, as it travels.

    Attributes:
        done: How many purchases were confirmed, and receipts done.
    """

    def __init__(self, models: Models, today: Callable[[], Any]) -> None:
        self._models = models
        self._records = models.records
        self._today = today
        self.done = 0

    def of_party(self, params: Sequence[Any]) -> dict[str, Any]:
        """Return what the form fills in for a supplier."""
        (address,) = self._records.all("party.address", party=params[0]["party"])
        filled = {"invoice_address": address["id"], "invoice_method": "order", "payment_term": None, "currency": 1}
        return {**params[0], **filled, "invoice_party": None}

    def of_product(self, params: Sequence[Any]) -> dict[str, Any]:
        """Return what the form fills in for a product; links to several come as changes of a list."""
        given = {name: value for name, value in params[0].items() if not name.startswith("_")}
        template = self._models.record("product.product", given["product"])["template"]
        wanted = {"template": template, "party": params[0].get("_parent_purchase.party")}
        sources = self._records.all("purchase.product_supplier", **wanted)
        filled: dict[str, Any] = {
            "product_supplier": sources[0]["id"] if sources else None,
            "taxes": {"add": [[0, {"id": 1}]]},
        }
        named = {
            f"{name}.": {"rec_name": self._models.value(model, self._models.record(model, ref), "rec_name", {})}
            for name, model, ref in (
                ("product", "product.product", given["product"]), ("unit", "product.uom", given["unit"]),
                ("product_supplier", "purchase.product_supplier", filled["product_supplier"]),
            )
            if ref is not None
        }  # fmt: skip
        return {**given, **filled, **named, "unit_price": None, "amount": None}

    def create_purchases(self, params: Sequence[Any]) -> list[int]:
        """Make purchases as drafts.

        Raises:
            ServerError: Something of them is wrong.
        """
        return [self._purchase(values) for values in params[0]]

    def create_receipts(self, params: Sequence[Any]) -> list[int]:
        """Make shipments of suppliers as drafts.

        Raises:
            ServerError: Something of them is wrong.
        """
        return [self._receipt(values) for values in params[0]]

    def create_lots(self, params: Sequence[Any]) -> list[int]:
        """Make lots."""
        return [int(self._records.add("stock.lot", **values, active=1)["id"]) for values in params[0]]

    def write_receipt(self, params: Sequence[Any]) -> None:
        """Change moves of a shipment."""
        ref, values = params[0][0], params[1]
        for command, *given in (*values.get("incoming_moves", ()), *values.get("inventory_moves", ())):
            self._take_up(ref, command, given)
        self._records.write(RECEIPT, ref)

    def act(self, model: str, act: str, row: Row) -> None:
        """Take a purchase or a shipment to another state.

        Raises:
            ServerError: It cannot go there.
        """
        if row["state"] not in _FROM[model, act]:
            name, title = self._models.value(model, row, "rec_name", {}), self._models.model(model).title
            raise user_error(f'You can not call "{act}" on "{name}" of "{title}".')
        if act == "cancel":
            self._records.write(model, row["id"], state="cancelled")
            for way in ("incoming", "inventory") if model == RECEIPT else ():
                for move in self._records.all("stock.move", **{way: row["id"]}):
                    self._records.write("stock.move", move["id"], state="cancelled")
        else:
            getattr(self, f"_{act}")(row)

    def _purchase(self, values: Mapping[str, Any]) -> int:
        lines = [line for _, some in values["lines"] for line in some]
        for line in lines:
            unit = self._models.record("product.uom", line["unit"])
            if round(line["quantity"], unit["digits"]) != line["quantity"]:
                raise user_error(
                    f'The number of digits in the value "\'{line["quantity"]}\'" for field "Quantity" in record '
                    f'"(-1)" of "Purchase Line" exceeds the limit of "(None, {unit["digits"]})".'
                )
        kept = {name: values.get(name) for name in ("company", "party", "reference", "currency", "warehouse")}
        more = {name: values.get(name) for name in ("invoice_address", "invoice_method", "comment")}
        made = {"state": "draft", "number": None, "purchase_date": None, "delivery_date": None}
        ref = int(self._records.add(PURCHASE, **kept, **more, **made)["id"])
        for line in lines:
            taxes = [one for _, some in line.get("taxes") or () for one in some]
            own = {name: line.get(name) for name in _ORDERED} | {"taxes": taxes}
            self._records.add("purchase.line", **own, purchase=ref)
        return ref

    def _quote(self, row: Row) -> None:
        self._records.write(PURCHASE, row["id"], state="quotation", number=self._number(PURCHASE, row))

    def _confirm(self, row: Row) -> None:
        if row["invoice_address"] is None:
            name = self._models.value(PURCHASE, row, "rec_name", {})
            raise user_error(f'A value is required for field "Invoice Address" in record "{name}" of "Purchase".')
        self._records.write(PURCHASE, row["id"], state="processing", purchase_date=self._today())
        for line in self._records.all("purchase.line", purchase=row["id"]):
            self._plan(line, line["quantity"])
        self.done += 1

    def _plan(self, line: Row, quantity: float) -> None:
        """Plan that some of a line come."""
        purchase = self._models.record(PURCHASE, line["purchase"])
        kept = {name: line[name] for name in ("product", "unit", "unit_price")} | {"currency": purchase["currency"]}
        self._move(kept, quantity, _AT_SUPPLIER, _INPUT, ordered=line["id"])

    def _move(self, kept: Mapping[str, Any], quantity: float, start: int, end: int, **more: Any) -> Row:
        ends = {"from_location": start, "to_location": end, "company": 1, "effective_date": None}
        counted = {"quantity": quantity, "internal_quantity": quantity, "state": "draft"}
        return self._records.add("stock.move", **{"lot": None, **kept, **ends, **counted, **more})

    def _receipt(self, values: Mapping[str, Any]) -> int:
        for name, title in (("warehouse_input", "Warehouse Input"), ("warehouse_storage", "Warehouse Storage")):
            if values.get(name) is None:
                raise user_error(f'A value is required for field "{title}" in record "(-1)" of "Stock Shipment In".')
        kept = {name: values[name] for name in ("company", "supplier", "warehouse", "warehouse_input")}
        more = {"warehouse_storage": values["warehouse_storage"], "reference": values.get("reference")}
        row = self._records.add(RECEIPT, **kept, **more, state="draft", number=None, effective_date=None)
        self._records.write(RECEIPT, row["id"], number=self._number(RECEIPT, row))
        for command, *given in values.get("incoming_moves", ()):
            self._take_up(int(row["id"]), command, given)
        return int(row["id"])

    def _take_up(self, receipt: int, command: str, given: Sequence[Any]) -> None:
        """Follow a command of a list of moves."""
        for one in given[0]:
            if command in {"add", "remove"}:
                self._records.write("stock.move", one, incoming=receipt if command == "add" else None)
            elif command == "delete":
                self._records.drop("stock.move", one)
            elif command == "write":
                counted = {"internal_quantity": given[1]["quantity"]} if "quantity" in given[1] else {}
                self._records.write("stock.move", one, **given[1], **counted)
            elif command == "create":
                model, _, line = str(one["origin"]).partition(",")
                if model != "purchase.line":
                    raise ServerError(f"'{model}'", "")
                kept = {name: one.get(name) for name in ("product", "unit", "unit_price", "currency", "lot")}
                self._move(kept, one["quantity"], _AT_SUPPLIER, _INPUT, ordered=int(line), incoming=receipt)

    def _receive(self, row: Row) -> None:
        lines = set()
        for move in self._records.all("stock.move", incoming=row["id"]):
            self._records.write("stock.move", move["id"], state="done", effective_date=self._today())
            kept = {name: move[name] for name in ("product", "unit", "lot")}
            start, end = row["warehouse_input"], row["warehouse_storage"]
            self._move(kept, move["quantity"], start, end, inventory=row["id"])
            lines.add(move["ordered"])
        for ref in sorted(lines):
            line = self._models.record("purchase.line", ref)
            planned = sum(move["quantity"] for move in self._records.all("stock.move", ordered=ref))
            if line["quantity"] > planned:
                self._plan(line, line["quantity"] - planned)
        self._records.write(RECEIPT, row["id"], state="received")

    def _do(self, row: Row) -> None:
        for move in self._records.all("stock.move", inventory=row["id"]):
            self._records.write("stock.move", move["id"], state="done", effective_date=self._today())
        self._records.write(RECEIPT, row["id"], state="done", effective_date=self._today())
        self.done += 1

    def _number(self, model: str, row: Row) -> str:
        numbered = sum(one["number"] is not None for one in self._records.all(model))
        return str(row["number"] or numbered + 1)
