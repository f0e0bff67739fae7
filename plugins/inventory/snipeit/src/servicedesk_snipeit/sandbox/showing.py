"""Rows as the interface writes them: escaped, formatted for people, dates as objects."""

import html
from collections.abc import Callable
from datetime import datetime
from typing import Any

from servicedesk_snipeit.sandbox.shelf import TYPES, Row, Shelf

_IDS = {"Dell": 1, "Lenovo": 2, "Samsung": 3, "Logitech": 4, "Brother": 5, "HPE": 6}


def escaped(text: str | None) -> str | None:
    """Return a text as it stands in an answer; an apostrophe is ``&#039;``."""
    return None if text is None else html.escape(text).replace("&#x27;", "&#039;")


def cost(cents: int | None, decimal: str) -> str | None:
    """Return a cost as people read it."""
    if cents is None:
        return None
    text = f"{cents / 100:,.2f}"
    return text if decimal == "." else text.translate(str.maketrans(",.", ".,"))


def moment(kept: str) -> Row:
    """Return an instant; no zone stands in it."""
    at = datetime.fromisoformat(kept)
    return {"datetime": at.strftime("%Y-%m-%d %H:%M:%S"), "formatted": at.strftime("%Y-%m-%d %I:%M %p")}


def _maker(item: Row) -> Row | None:
    name = item.get("maker")
    return {"id": _IDS[name], "name": escaped(name)} if name else None


def _item(shelf: Shelf, kind: str, item: Row, decimal: str) -> Row:
    left = shelf.remaining(kind, item)
    shown = {
        "id": item["id"],
        "name": escaped(item["name"]),
        "serial": escaped(item.get("serial")),
        "location": {"id": item["location"], "name": escaped(shelf.locations[item["location"]])},
        "qty": item["qty"],
        "min_amt": item["minimum"],
        "category": {"id": 1, "name": TYPES[kind].title()},
        "manufacturer": _maker(item),
        "model_number": escaped(item.get("model_number")),
        "purchase_cost": cost(item["cost"], decimal),
        "remaining": left,
    }
    own: dict[str, Row] = {
        "accessories": {"checkouts_count": item["qty"] - left},
        "consumables": {"item_no": escaped(item.get("item_no"))},
    }
    return shown | own.get(kind, {})


def _asset(shelf: Shelf, item: Row, decimal: str) -> Row:
    target = item["target"]
    return {
        "id": item["id"],
        "name": escaped(item["name"]),
        "asset_tag": escaped(item["name"]),
        "serial": escaped(item["serial"]),
        "model": {"id": item["model"], "name": escaped(item["model_name"])},
        "model_number": escaped(item["model_number"]),
        "manufacturer": _maker(item),
        "category": {"id": 2, "name": "Devices"},
        "status_label": {"id": 1, "name": "Ready", "status_type": item["meta"], "status_meta": item["meta"]},
        "assigned_to": {"id": target[1], "type": target[0]} if target else None,
        "location": {"id": item["location"], "name": escaped(shelf.locations[item["location"]])},
        "warranty_months": "36 months",
        "purchase_date": {"date": "2026-01-05", "formatted": "2026-01-05"},
        "purchase_cost": cost(item["cost"], decimal),
    }


def shown(shelf: Shelf, kind: str, decimal: str) -> Callable[[Row], Row]:
    """Return what writes an item of a kind."""
    if kind == "hardware":
        return lambda item: _asset(shelf, item, decimal)
    return lambda item: _item(shelf, kind, item, decimal)


def model(shelf: Shelf, number: int) -> Row | None:
    """Return a model of assets."""
    item = next((one for one in shelf.items["hardware"].values() if one["model"] == number), None)
    if item is None:
        return None
    told = {"id": number, "name": escaped(item["model_name"]), "manufacturer": _maker(item)}
    return told | {"model_number": escaped(item["model_number"]), "category": {"id": 2, "name": "Devices"}}


def held(shelf: Shelf, kind: str, number: int) -> list[Row]:
    """Return who holds pieces of an item; of components the row's id has another name than of accessories."""
    rows = [row for row in shelf.rows[kind].values() if row["item"] == number]
    if kind == "components":
        return [
            {"assigned_pivot_id": row["id"], "id": row["target"][1], "qty": row["qty"], "type": "asset"}
            | {"created_at": moment(row["at"])}
            for row in rows
        ]
    return [
        {"id": row["id"], "assigned_to": {"id": row["target"][1], "type": row["target"][0]}}
        | {"note": escaped(row["note"]), "created_at": moment(row["at"])}
        for row in rows
    ]


def entry(row: Row) -> Row:
    """Return an entry of the log."""
    target: Any = {"id": row["target"][1], "name": "…", "type": row["target"][0]}
    return {
        "id": row["id"],
        "item": {"id": row["item"], "name": escaped(row["name"]), "type": TYPES[row["kind"]]}
        | {"serial": escaped(row["serial"])},
        "action_type": row["action"],
        "target": target,
        "note": escaped(row["note"]),
        "created_at": moment(row["at"]),
    }
