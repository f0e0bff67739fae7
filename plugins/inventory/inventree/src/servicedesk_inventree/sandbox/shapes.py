"""How the server shows its records: quantities as doubles, money as texts, instants to the minute without a zone."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from servicedesk_inventree.sandbox.orders import STATUS_TEXTS, Orders, pack_of
from servicedesk_inventree.sandbox.records import Records, Row
from servicedesk_inventree.sandbox.stock import LABELS, is_in_stock

_STATUS = {
    10: "OK", 50: "Attention needed", 55: "Damaged", 60: "Destroyed", 65: "Rejected", 70: "Lost", 75: "Quarantined",
    85: "Returned",
}  # fmt: skip
_BRIEF = (
    "pk", "IPN", "barcode_hash", "default_location", "name", "revision", "full_name", "description", "thumbnail",
    "active", "assembly", "component", "minimum_stock", "is_template", "purchaseable", "salable", "trackable",
    "virtual", "consumable", "units",
)  # fmt: skip
USER: Final = {"pk": 1, "username": "servicedesk", "first_name": "", "last_name": "", "email": "desk@example.com"}


def money(value: str | None) -> str | None:
    """Return an amount as answers hold it: a text with six decimals."""
    return None if value is None else f"{Decimal(value):.6f}"


def barcode_hash(row: Row) -> str:
    """Return what the server shows of a bar code that a record was given; empty without one."""
    code = row.get("barcode")
    return hashlib.md5(code.encode(), usedforsecurity=False).hexdigest() if code else ""


class Shapes:
    """Shows records.

    Args:
        records: All records.
        orders: Knows what belongs to an order.
    """

    def __init__(self, records: Records, orders: Orders) -> None:
        self._records = records
        self._orders = orders

    def show(self, kind: str, row: Row, details: frozenset[str] = frozenset()) -> Row:
        """Return a record as an answer holds it.

        Args:
            kind: What it is.
            row: The record.
            details: Related records that were asked for, by the names of the parameters: ``location_detail`` …
        """
        shape: Callable[[Row, frozenset[str]], Row] = getattr(self, f"_{kind}")
        return shape(row, details)

    def in_stock_of(self, part: int) -> Decimal:
        """Return how many pieces of a part lie here."""
        return sum(
            (Decimal(item["quantity"]) for item in self._records.all("stock", part=part) if is_in_stock(item)),
            Decimal(0),
        )

    def path_of(self, kind: str, row: Row) -> str:
        """Return a place's or category's name with those it lies in."""
        parent = row["parent"]
        above = "" if parent is None else self.path_of(kind, self._records.known(kind, parent)) + "/"
        return above + str(row["name"])

    def _company(self, row: Row, _: frozenset[str]) -> Row:
        made = len(self._records.all("manufacturer_part", manufacturer=row["pk"]))
        sold = len(self._records.all("supplier_part", supplier=row["pk"]))
        return {**row, "parts_manufactured": made, "parts_supplied": sold}

    def _company_brief(self, key: int) -> Row:
        row = self._records.known("company", key)
        return {name: row[name] for name in ("pk", "name", "active", "description", "currency")} | {"thumbnail": ""}

    def _category(self, row: Row, _: frozenset[str]) -> Row:
        parts = len(self._records.all("part", category=row["pk"]))
        path = self.path_of("category", row)
        return {**row, "level": path.count("/"), "pathstring": path, "starred": False, "part_count": parts}

    def _location(self, row: Row, _: frozenset[str]) -> Row:
        path = self.path_of("location", row)
        counts = {
            "items": len(self._records.all("stock", location=row["pk"])),
            "sublocations": len(self._records.all("location", parent=row["pk"])),
        }
        return {**row, **counts, "level": path.count("/"), "pathstring": path, "icon": "", "barcode_hash": ""}

    def _part(self, row: Row, _: frozenset[str]) -> Row:
        here = float(self.in_stock_of(row["pk"]))
        prices = sorted(self._prices(row["pk"]), key=Decimal)
        category = row["category"]
        shown = {key: value for key, value in row.items() if key not in {"barcode", "created"}}
        return shown | {
            "barcode_hash": barcode_hash(row),
            "category_name": "" if category is None else self._records.known("category", category)["name"],
            "full_name": " | ".join(filter(None, (row["IPN"], row["name"], row["revision"]))),
            "creation_date": row["created"][:10],
            "minimum_stock": float(row["minimum_stock"]),
            "in_stock": here,
            "total_in_stock": here,
            "unallocated_stock": here,
            "ordering": float(self._on_order(row["pk"])),
            "stock_item_count": len(self._records.all("stock", part=row["pk"])),
            "pricing_min": money(prices[0]) if prices else None,
            "pricing_max": money(prices[-1]) if prices else None,
            "starred": False,
            "thumbnail": "",
        }

    def _prices(self, part: int) -> list[str]:
        paid = [item["purchase_price"] for item in self._records.all("stock", part=part)]
        asked = [
            one["price"]
            for source in self._records.all("supplier_part", part=part)
            for one in self._records.all("price_break", part=source["pk"])
        ]
        return [price for price in (*paid, *asked) if price is not None]

    def _on_order(self, part: int) -> Decimal:
        return sum(
            (
                max(Decimal(line["quantity"]) - Decimal(line["received"]), Decimal(0)) * pack_of(source)
                for source in self._records.all("supplier_part", part=part)
                for line in self._records.all("order_line", part=source["pk"])
                if STATUS_TEXTS[self._records.known("order", line["order"])["status"]]
                in {"Pending", "Placed", "On Hold"}
            ),
            Decimal(0),
        )

    def _part_brief(self, key: int) -> Row:
        whole = self._part(self._records.known("part", key), frozenset())
        # The same quantity is a double in the part itself.
        return {name: whole[name] for name in _BRIEF} | {"minimum_stock": f"{whole['minimum_stock']:.6f}"}

    def _manufacturer_part(self, row: Row, details: frozenset[str]) -> Row:
        shown = {**row, "barcode_hash": ""}
        if "manufacturer_detail" in details:
            shown["manufacturer_detail"] = self._company_brief(row["manufacturer"])
        return shown

    def _supplier_part(self, row: Row, details: frozenset[str]) -> Row:
        made = None if row["manufacturer_part"] is None else self._made(row["manufacturer_part"])
        shown = {key: value for key, value in row.items() if key != "barcode"} | {
            "MPN": made and made["MPN"],
            "barcode_hash": barcode_hash(row),
            "available": float(row["available"]),
            "in_stock": float(self.in_stock_of(row["part"])),
            "pack_quantity_native": float(pack_of(row)),
        }
        if "supplier_detail" in details:
            shown["supplier_detail"] = self._company_brief(row["supplier"])
        if "manufacturer_detail" in details:
            shown["manufacturer_detail"] = None if made is None else self._company_brief(made["manufacturer"])
        return shown

    def _made(self, key: int) -> Row:
        return self._records.known("manufacturer_part", key)

    def _price_break(self, row: Row, _: frozenset[str]) -> Row:
        supplier = self._records.known("supplier_part", row["part"])["supplier"]
        return {**row, "quantity": float(row["quantity"]), "price": money(row["price"]), "supplier": supplier}

    def _stock(self, row: Row, details: frozenset[str]) -> Row:
        source = None if row["supplier_part"] is None else self._records.known("supplier_part", row["supplier_part"])
        made = source and source["manufacturer_part"] and self._made(source["manufacturer_part"])
        order = None if row["purchase_order"] is None else self._records.known("order", row["purchase_order"])
        shown = {key: value for key, value in row.items() if key not in {"barcode", "created"}} | {
            "quantity": float(row["quantity"]),
            "allocated": 0.0,
            "purchase_price": money(row["purchase_price"]),
            "in_stock": is_in_stock(row),
            "status_text": _STATUS.get(row["status"]),
            "SKU": source and source["SKU"],
            "MPN": made["MPN"] if made else None,
            "purchase_order_reference": order and order["reference"],
            "creation_date": row["created"],
            "barcode_hash": barcode_hash(row),
        }
        place = row["location"]
        if "location_detail" in details:
            shown["location_detail"] = None if place is None else self._location_brief(place)
        if "part_detail" in details:
            shown["part_detail"] = self._part_brief(row["part"])
        return shown

    def _location_brief(self, key: int) -> Row:
        row = self._records.known("location", key)
        return {"pk": key, "name": row["name"], "pathstring": self.path_of("location", row)}

    def _track(self, row: Row, _: frozenset[str]) -> Row:
        return {**row, "label": LABELS[row["tracking_type"]], "user": USER["pk"]}

    def _order(self, row: Row, details: frozenset[str]) -> Row:
        lines = self._orders.lines_of(row)
        total = sum((Decimal(one["purchase_price"] or 0) * Decimal(one["quantity"]) for one in lines), Decimal(0))
        shown = row | {
            "barcode_hash": "",
            "created_by": USER,
            "status_text": STATUS_TEXTS[row["status"]],
            "supplier_name": self._records.known("company", row["supplier"])["name"],
            "line_items": len(lines),
            "completed_lines": sum(Decimal(one["received"]) >= Decimal(one["quantity"]) for one in lines),
            "total_price": f"{total:.6f}",
        }
        if "supplier_detail" in details:
            shown["supplier_detail"] = self._company_brief(row["supplier"])
        return shown

    def _order_line(self, row: Row, details: frozenset[str]) -> Row:
        source = self._records.known("supplier_part", row["part"])
        part = self._records.known("part", source["part"])
        total = None if row["purchase_price"] is None else Decimal(row["purchase_price"]) * Decimal(row["quantity"])
        more = {"supplier_part_detail": self.show("supplier_part", source)} if "part_detail" in details else {}
        return (
            row
            | more
            | {
                "quantity": float(row["quantity"]),
                "received": float(row["received"]),
                "purchase_price": money(row["purchase_price"]),
                "total_price": None if total is None else f"{total:.6f}",
                "sku": source["SKU"],
                "ipn": part["IPN"],
                "internal_part": part["pk"],
                "internal_part_name": part["name"],
            }
        )
