"""Rows as the interface writes them: escaped, formatted for people, dates as objects."""

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from servicedesk_snipeit.sandbox.shelf import STATUSES, TYPES, Row, Shelf

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
        **_times(shelf, item),
    }
    own: dict[str, Row] = {
        "accessories": {"checkouts_count": item["qty"] - left},
        "consumables": {"item_no": escaped(item.get("item_no"))},
    }
    return shown | own.get(kind, {})


def _asset(shelf: Shelf, item: Row, decimal: str) -> Row:
    target = item["target"]
    number, (label, _) = next(one for one in STATUSES.items() if one[1][1] == item["meta"])
    status = {"id": number, "name": label, "status_type": item["meta"]}
    return {
        "id": item["id"],
        "name": escaped(item["name"]),
        "asset_tag": escaped(item["name"]),
        "serial": escaped(item["serial"]),
        "model": {"id": item["model"], "name": escaped(item["model_name"])},
        "model_number": escaped(item["model_number"]),
        "manufacturer": _maker(item),
        "category": {"id": 2, "name": "Devices"},
        "status_label": status | {"status_meta": "deployed" if target else item["meta"]},
        "assigned_to": _holder(shelf, target) if target else None,
        "location": {"id": item["location"], "name": escaped(shelf.locations[item["location"]])},
        "warranty_months": f"{item['months']} months" if item["months"] else None,
        "purchase_date": {"date": "2026-01-05", "formatted": "2026-01-05"},
        "purchase_cost": cost(item["cost"], decimal),
        "deleted_at": moment(item["deleted"]) if item.get("deleted") else None,
        **_times(shelf, item),
    }


def _times(shelf: Shelf, item: Row) -> Row:
    return dict.fromkeys(("created_at", "updated_at"), moment(item.get("created", shelf.began)))


def _holder(shelf: Shelf, target: tuple[str, int]) -> Row:
    return {"id": target[1], "name": escaped(shelf.called(target)), "type": target[0]}


def user(shelf: Shelf, number: int) -> Row:
    """Return a user."""
    name = shelf.users[number]
    told = {"id": number, "name": escaped(name), "username": name.casefold().replace(" ", ""), "activated": True}
    return told | _times(shelf, {})


def made(shelf: Shelf, kind: str, item: Row) -> Row:
    """Return an item as the answer to its making shows it: the bare row, neither escaped nor formatted."""
    at = item.get("created", shelf.began)
    told = {"id": item["id"], "name": item["name"], "created_at": at, "updated_at": at}
    if kind == "hardware":
        return told | {"asset_tag": item["name"], "serial": item["serial"], "model_id": item["model"]}
    return told | {"qty": item["qty"], "min_amt": item["minimum"]}


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a row as a search compares it."""
    if isinstance(value, str):
        yield html.unescape(value).casefold()
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)


def shown(shelf: Shelf, kind: str, decimal: str, item: Row) -> Row:
    """Return an item of a kind as lists and single answers write it."""
    return _asset(shelf, item, decimal) if kind == "hardware" else _item(shelf, kind, item, decimal)


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
            {"assigned_pivot_id": row["id"], "qty": row["qty"], "note": escaped(row["note"])}
            | {"created_at": moment(row["at"]), **_holder(shelf, row["target"])}
            for row in rows
        ]
    return [
        {"id": row["id"], "assigned_to": _holder(shelf, row["target"])}
        | {"note": escaped(row["note"]), "created_at": moment(row["at"])}
        for row in rows
    ]


def entry(shelf: Shelf, row: Row) -> Row:
    """Return an entry of the log."""
    return {
        "id": row["id"],
        "item": {"id": row["item"], "name": escaped(row["name"]), "type": TYPES[row["kind"]]}
        | {"serial": escaped(row["serial"])},
        "action_type": row["action"],
        "target": _holder(shelf, row["target"]),
        "note": escaped(row["note"]),
        "created_at": moment(row["at"]),
    }
