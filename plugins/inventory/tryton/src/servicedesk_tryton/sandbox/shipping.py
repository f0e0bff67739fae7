"""Internal shipments: made as drafts, and taken from state to state."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from servicedesk_tryton.sandbox.models import Models
from servicedesk_tryton.sandbox.records import Row
from servicedesk_tryton.sandbox.wire import ServerError, encoded, user_error

SHIPMENT: Final = "stock.shipment.internal"
TITLE: Final = "Stock Shipment Internal"
_FROM: Final = {
    "wait": {"draft", "waiting", "assigned"}, "do": {"assigned"},
    "cancel": {"request", "draft", "waiting", "assigned"},
}  # fmt: skip
_ENDS: Final = ("from_location", "to_location")


class Shipping:
    """Makes shipments and moves stock.

    Args:
        models: The models.
        today: Returns the company's present day, as it travels.

    Attributes:
        done: How many shipments were done.
        is_careless: Whether it assigns what was assigned to somebody else, as the server does on SQLite when two ask at
            the same moment.
    """

    is_careless = False

    def __init__(self, models: Models, today: Callable[[], Any]) -> None:
        self._models = models
        self._records = models.records
        self._today = today
        self.done = 0

    def create(self, values: Any) -> list[int]:
        """Make shipments, all or none.

        Raises:
            ServerError: Something of them is wrong.
        """
        planned = [self._checked(one) for one in values]
        return [self._make(one, moves) for one, moves in planned]

    def act(self, act: str, row: Row) -> None:
        """Take a shipment to another state.

        Raises:
            ServerError: It cannot go there.
        """
        if row["state"] not in _FROM.get(act, {row["state"]}):
            name = self._models.value(SHIPMENT, row, "rec_name", {})
            raise user_error(f'You can not call "{act}" on "{name}" of "{TITLE}".')
        getattr(self, f"_{act}")(row)

    def count(self, place: int, product: int, quantity: float, lot: int | None = None) -> None:
        """Put pieces on a shelf, or take them away, as a count of the stock does."""
        lost = self._records.one("stock.location", type="lost_found")["id"]
        ends = (lost, place) if quantity > 0 else (place, lost)
        move = {"product": product, "quantity": abs(quantity), "lot": lot, **dict(zip(_ENDS, ends, strict=True))}
        self._move(move, None, "done")

    def _checked(self, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Row]]:
        if values.get("company") is None:
            raise user_error(
                f'You are not allowed to create records of "{TITLE}" because they fail on at least one of these '
                "rules:\nUser in companies"
            )
        for name, title in (("from_location", "From Location"), ("to_location", "To Location")):
            place = self._known("stock.location", values.get(name))
            if place["type"] not in {"view", "storage", "lost_found"}:
                raise _unfit(self._models.value("stock.location", place, "rec_name", {}), title)
        moves = [move for _, some in values.get("moves") or () for move in some]
        for move in moves:
            self._check_move(move)
        return values, moves

    def _check_move(self, move: Mapping[str, Any]) -> None:
        product = self._known("product.product", move.get("product"))
        unit = self._known("product.uom", self._models.value("product.product", product, "default_uom", {}))
        if move.get("unit") != unit["id"]:
            raise _unfit(str(move.get("unit")), "Unit")
        quantity = move.get("quantity")
        if not isinstance(quantity, int | float) or quantity < 0:
            raise _unfit(f"{quantity:.1f}" if isinstance(quantity, int | float) else str(quantity), "Quantity")
        if round(quantity, unit["digits"]) != quantity:
            raise user_error(
                f'The number of digits in the value "\'{quantity}\'" for field "Quantity" of "Stock Move" exceeds '
                f'the limit of "(None, {unit["digits"]})".'
            )
        for end in _ENDS:
            self._known("stock.location", move.get(end))
        if move.get("lot") is not None:
            self._known("stock.lot", move["lot"])

    def _known(self, model: str, ref: Any) -> Row:
        found = self._records.get(model, ref)
        if found is None:
            title = self._models.model(model).title
            raise user_error(f'You are trying to read records "{ref}" of "{title}" that don\'t exist.')
        return found

    def _make(self, values: Mapping[str, Any], moves: list[Row]) -> int:
        kept = {name: values[name] for name in ("company", *_ENDS)}
        made = {"state": "draft", "number": None, "reference": values.get("reference"), "effective_date": None}
        row = self._records.add(SHIPMENT, **kept, **made)
        for move in moves:
            self._move(move, row["id"], "draft")
        return int(row["id"])

    def _move(self, move: Mapping[str, Any], shipment: int | None, state: str) -> Row:
        kept = {name: move[name] for name in ("product", *_ENDS)} | {"lot": move.get("lot"), "internal": shipment}
        quantity = float(move["quantity"])
        counted = {"quantity": quantity, "internal_quantity": quantity, "state": state}
        return self._records.add(
            "stock.move", **kept, **counted, unit=move.get("unit"), company=1,
            effective_date=self._today() if state == "done" else None,
        )  # fmt: skip

    def _moves(self, row: Row) -> list[Row]:
        return self._records.all("stock.move", internal=row["id"])

    def _turn(self, row: Row, state: str, **more: Any) -> None:
        self._records.write(SHIPMENT, row["id"], state=state, **more)

    def _wait(self, row: Row) -> None:
        for move in self._moves(row):
            self._records.write("stock.move", move["id"], state="draft")
        number = row["number"] or str(1 + sum(one["number"] is not None for one in self._records.all(SHIPMENT)))
        self._turn(row, "waiting", number=number)

    def _assign_try(self, row: Row) -> None:
        """Set aside what there is: of a move for which there is too little, a part is split off."""
        for move in [one for one in self._moves(row) if one["state"] == "draft"]:
            context = {"locations": [move["from_location"]], "with_childs": True, "stock_assign": not self.is_careless}
            what = "product" if move["lot"] is None else "lot"
            free = min(self._models.counting.of(what, move[what], context), move["quantity"])
            if free >= move["quantity"]:
                self._records.write("stock.move", move["id"], state="assigned")
            elif free > 0:
                rest = move["quantity"] - free
                self._records.write("stock.move", move["id"], quantity=rest, internal_quantity=rest)
                self._move({**move, "quantity": free}, row["id"], "assigned")
        if row["state"] == "waiting" and all(move["state"] == "assigned" for move in self._moves(row)):
            self._turn(row, "assigned")

    def _do(self, row: Row) -> None:
        for move in self._moves(row):
            self._records.write("stock.move", move["id"], state="done", effective_date=self._today())
        self._turn(row, "done", effective_date=self._today())
        self.done += 1

    def _cancel(self, row: Row) -> None:
        for move in self._moves(row):
            self._records.write("stock.move", move["id"], state="cancelled")
        self._turn(row, "cancelled")


def _unfit(value: str, field: str) -> ServerError:
    return user_error(f'The value "{value}" for field "{field}" in record "(-1)" of "{TITLE}" is not valid.')


def today(now: Any) -> Any:
    """Return the day of an instant, as it travels."""
    return encoded(now.date())
