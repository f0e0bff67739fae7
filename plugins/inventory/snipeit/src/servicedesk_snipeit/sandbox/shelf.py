"""What the installation keeps: items, who holds them, and the log of all that."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Row = dict[str, Any]

TYPES = {"components": "component", "accessories": "accessory", "consumables": "consumable", "hardware": "asset"}
STATUSES = {1: ("Ready to Deploy", "deployable"), 2: ("Broken", "undeployable")}
COUNTED = ("components", "accessories", "consumables")
"""Kinds of which several are one item, and each checkout is a row."""


class Refused(Exception):  # noqa: N818  # the word of the trade
    """Says what the installation refuses, as a text or by field."""

    def __init__(self, messages: Any) -> None:
        super().__init__(str(messages))
        self.messages = messages


class Shelf:
    """Items by kind and id, as the database has them; nothing is escaped or formatted here.

    Args:
        more: Made-up components beside the special ones.
        now: Tells the time.
        kept: What :meth:`kept` returned in an earlier run.
    """

    def __init__(self, more: int, now: Callable[[], datetime], kept: Row | None = None) -> None:
        self._now = now
        before = kept or {"items": {}, "rows": {}, "log": [], "next_row": 100, "began": now().isoformat()}
        self.items: dict[str, dict[int, Row]] = _items(more) | _by_id(before["items"])
        self.rows: dict[str, dict[int, Row]] = {kind: {} for kind in COUNTED} | _by_id(before["rows"])
        self.log: list[Row] = before["log"]
        self.began: str = before["began"]
        self.users = {1: "Service Desk", 2: "Ana Diaz"}
        self.locations = {1: "Store & Van", 2: "Branch"}
        self._next_row: int = before["next_row"]

    def kept(self) -> Row:
        """Return all of it as JSON has words for it."""
        items, rows = ({kind: list(each.values()) for kind, each in one.items()} for one in (self.items, self.rows))
        return {"items": items, "rows": rows, "log": self.log, "next_row": self._next_row, "began": self.began}

    def item(self, kind: str, number: int) -> Row:
        """Return an item; raises :class:`Refused` when there is none."""
        if number not in self.items[kind]:
            raise Refused(f"{TYPES[kind].title()} not found")
        return self.items[kind][number]

    def remaining(self, kind: str, item: Row) -> int:
        """Return how many of an item nobody holds."""
        held = sum(row["qty"] for row in self.rows[kind].values() if row["item"] == item["id"])
        return int(item["qty"] - held)

    def called(self, target: tuple[str, int]) -> str:
        """Return what people call whoever holds something."""
        what, number = target
        if what == "asset":
            return str(self.items["hardware"][number]["name"])
        return {"user": self.users, "location": self.locations}[what][number]

    def make(self, kind: str, body: Row) -> Row:
        """Add an item; raises :class:`Refused` naming each field that is wrong."""
        needed = ("asset_tag", "model_id", "status_id") if kind == "hardware" else ("name", "qty", "category_id")
        wrong = {name: [f"The {name.replace('_', ' ')} field is required."] for name in needed if not body.get(name)}
        body = body | {name: _whole(body.get(name)) for name in ("qty", "model_id", "status_id")}
        if kind == "hardware" and not wrong:
            wrong |= self._unfit(body)
        if wrong:
            raise Refused(wrong)
        number = max(self.items[kind]) + 1
        if kind == "hardware":
            like = next(one for one in self.items[kind].values() if one["model"] == body["model_id"])
            kept = {"maker": like["maker"], "model_number": like["model_number"], "cost": None, "months": None}
            model = (like["model"], like["model_name"], like["maker"])
            item = _asset(number, body["asset_tag"], body.get("serial") or "", model) | kept
            item |= {"meta": STATUSES[body["status_id"]][1]}
        else:
            item = _item(number, body["name"], qty=body["qty"], cost=None, minimum=body.get("min_amt"))
            item |= {"model_number": body.get("model_number"), "item_no": body.get("item_no")}
        self.items[kind][number] = item | {"created": self._now().isoformat()}
        return self.items[kind][number]

    def _unfit(self, body: Row) -> Row:
        assets = self.items["hardware"].values()
        wrong = {}
        if body["model_id"] not in {one["model"] for one in assets}:
            wrong["model_id"] = ["The selected model id is invalid."]
        if body["status_id"] not in STATUSES:
            wrong["status_id"] = ["The selected status id is invalid."]
        if body["asset_tag"] in {one["name"] for one in assets}:
            wrong["asset_tag"] = ["The asset tag must be unique."]
        return wrong

    def check_out(self, kind: str, number: int, body: Row) -> Row | None:
        """Hand an item to somebody, and return what the answer says; raises :class:`Refused` when it cannot be."""
        item = self.item(kind, number)
        if kind == "hardware":
            return self._deploy(item, body)
        count = _whole(body.get("assigned_qty" if kind == "components" else "checkout_qty") or 1)
        target = self._target(kind, body)
        left = self.remaining(kind, item)
        if not 1 <= count <= left:
            raise Refused({"assigned_qty": [f"There are only {left} remaining, and you requested {count}."]})
        # Pieces of an accessory get a row each; the others are counted in one.
        for size in [1] * count if kind == "accessories" else [count]:
            self._next_row += 1
            row = {"id": self._next_row, "item": number, "qty": size, "target": target}
            self.rows[kind][self._next_row] = row | {"note": body.get("note"), "at": self._now().isoformat()}
        self._note("checkout", kind, item, target, body.get("note"))
        return None

    def check_in(self, kind: str, number: int, body: Row) -> Row | None:
        """Take something back; of components and accessories the number is the row's, not the item's."""
        if kind == "hardware":
            item = self.item(kind, number)
            if item["target"] is None:
                raise Refused("That asset is already checked in.")
            self._note("checkin from", kind, item, item["target"], body.get("note"))
            item["target"] = None
            return {"asset": item["name"]}
        row = self.rows[kind].get(number)
        if row is None:
            raise Refused("No matching checkouts for that component join record")
        count = _whole(body.get("checkin_qty") or (0 if kind == "components" else 1))
        if not 1 <= count <= row["qty"]:
            raise Refused(f"Checkin quantity must be between 1 and {row['qty']}")
        row["qty"] -= count
        if not row["qty"]:
            del self.rows[kind][number]
        self._note("checkin from", kind, self.item(kind, row["item"]), row["target"], body.get("note"))
        return None

    def _deploy(self, item: Row, body: Row) -> Row:
        if item["target"] is not None or item["meta"] != "deployable":
            raise Refused("That asset is not available for checkout!")
        target = self._target("hardware", body)
        item["target"] = target
        self._note("checkout", "hardware", item, target, body.get("note"))
        return {"asset": item["name"]}

    def _target(self, kind: str, body: Row) -> tuple[str, int]:
        named = {"components": ("asset", "assigned_to"), "consumables": ("user", "assigned_to")}.get(kind)
        choices = [named] if named else [(what, f"assigned_{what}") for what in ("user", "asset", "location")]
        for what, field in choices:
            if body.get(field) is not None:
                number = _whole(body[field])
                known: Any = {"asset": self.items["hardware"], "user": self.users, "location": self.locations}[what]
                if number not in known:
                    raise Refused({field: [f"The selected {field.replace('_', ' ')} is invalid."]})
                return what, number
        raise Refused({choices[0][1]: [f"The {choices[0][1].replace('_', ' ')} field is required."]})

    def _note(self, action: str, kind: str, item: Row, target: tuple[str, int], note: Any) -> None:
        entry = {"id": len(self.log) + 1, "action": action, "kind": kind, "item": item["id"], "name": item["name"]}
        self.log.append(
            entry | {"serial": item.get("serial"), "target": target, "note": note, "at": self._now().isoformat()}
        )


def _whole(value: Any) -> int:
    """Return a number that came as JSON or as text; what is none is 0, which nothing has."""
    return int(value) if str(value).isdigit() else 0


def _by_id(kept: dict[str, list[Row]]) -> dict[str, dict[int, Row]]:
    return {kind: {row["id"]: row for row in rows} for kind, rows in kept.items()}


def _items(more: int) -> dict[str, dict[int, Row]]:
    def of(*rows: Row) -> dict[int, Row]:
        return {row["id"]: row for row in rows}

    dell, lenovo = "Dell", "Lenovo"
    laptop = 1, "ThinkPad T14", lenovo
    components = [
        _item(1, "Dock WD19S 130W & cable", qty=5, minimum=2, cost=18950, maker=dell, model_number="WD19S-130W"),
        _item(2, "SSD 1 TB", qty=10, minimum=4, cost=129900, maker="Samsung", model_number="MZ-V9P1T0"),
        _item(3, "System board", qty=1, minimum=2, cost=None, maker=lenovo, model_number="5B21H21548", serial="BRD-7"),
    ]
    components += [_item(10 + n, f"Memory {8 + n} GB", qty=20, cost=4000 + n) for n in range(more)]
    return {
        "components": of(*components),
        "accessories": of(
            _item(1, "Keyboard 'Öre'", qty=12, minimum=5, cost=2599, maker="Logitech"),
            _item(
                2, "External hard drive 2 TB", qty=3, minimum=2, cost=8450, maker="Samsung", model_number="MU-PC2T0T"
            ),
        ),
        "consumables": of(_item(1, "Toner black", qty=4, minimum=6, cost=6190, item_no="TN-2420", maker="Brother")),
        "hardware": of(
            _asset(1, "SPARE-01", "PF1SPARE1", laptop),
            _asset(2, "SPARE-02", "PF1SPARE2", laptop),
            _asset(3, "WS-0117", "PF1INUSE1", laptop, target=("user", 2)),
            _asset(4, "BROKEN-1", "PF1BROKEN", laptop, meta="undeployable", months=36),
            _asset(5, "SRV-01", "CZJ635566T", (2, "ProLiant DL380", "HPE"), target=("location", 1)),
        ),
    }


def _item(number: int, name: str, *, qty: int, cost: int | None, minimum: int | None = None, **more: Any) -> Row:
    return {"id": number, "name": name, "qty": qty, "cost": cost, "minimum": minimum, "location": 1} | more


def _asset(number: int, tag: str, serial: str, model: tuple[int, str, str], **more: Any) -> Row:
    model_id, model_name, maker = model
    row = {"id": number, "name": tag, "serial": serial, "model": model_id, "model_name": model_name, "maker": maker}
    return (
        row
        | {
            "model_number": f"M{model_id}",
            "cost": 119900,
            "location": 1,
            "target": None,
            "meta": "deployable",
            "months": None,
        }
        | more
    )
