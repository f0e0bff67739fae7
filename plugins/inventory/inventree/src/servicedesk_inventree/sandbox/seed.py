"""What the stand-in holds at first: a small shop of an example MSP."""

from typing import Any

from servicedesk_inventree.sandbox.fields import cleaned
from servicedesk_inventree.sandbox.records import Records, Row
from servicedesk_inventree.sandbox.stock import StockRoom

_PARTS: tuple[dict[str, Any], ...] = (
    {"name": "SSD 1 TB NVMe", "IPN": "SSD-1T", "maker": "Example Storage", "MPN": "EX-990-1T", "sku": "D-100371",
     "price": "84.90", "stock": ((1, "6", "79.5"), (2, "2", "81.333333")), "minimum_stock": 4,
     "barcode": "4006381333931"},
    {"name": "RAM 16 GB DDR4 SO-DIMM", "IPN": "RAM-16-D4", "maker": "Example Memory", "MPN": "EM4-16-3200",
     "sku": "D-100482", "price": "38.20", "stock": ((1, "1", "36.10"),), "minimum_stock": 5},
    {"name": "Docking station USB-C 130 W", "IPN": "DOCK-130", "maker": "Dell", "MPN": "WD19S-130W", "sku": "D-200114",
     "price": "164.00", "stock": (), "trackable": True, "salable": True},
    {"name": "Network cable Cat 6", "IPN": "CAB-C6", "description": "by the metre", "sku": "D-300007", "price": "0.35",
     "pack": "100", "units": "m", "stock": ((1, "153.25", "0.35"),), "consumable": True},
    {"name": "Toner black for Example Jet 400", "IPN": "TON-400-BK", "maker": "Example Print", "MPN": "EP400BK",
     "sku": "D-300210", "price": "59.00", "stock": ((2, "3", None),)},
    {"name": "Fan for tower case", "IPN": "FAN-120", "active": False, "stock": ((1, "0.1", "4.20"),)},
)  # fmt: skip


def fill(records: Records, room: StockRoom) -> None:
    """Fill empty records."""

    def add(kind: str, **given: Any) -> Row:
        return records.add(kind, cleaned(records, kind, given))

    supplier = add("company", name="Distribution Example", is_supplier=True)
    customer = add("company", name="Clients", is_supplier=False, is_customer=True)
    store = add("location", name="Store room")
    add("location", name="Shelf A", parent=store["pk"])
    add("location", name="Van 1")
    category = add("category", name="Spare parts")
    makers: dict[str, Row] = {}
    for one in _PARTS:
        names = {name: one[name] for name in one if name in _DIRECT}
        part = add("part", **names, category=category["pk"], default_location=store["pk"])
        part |= {"created": "2026-01-05 08:00", "barcode": one.get("barcode")}
        records.save("part", part)
        made = None
        if name := one.get("maker"):
            if name not in makers:
                makers[name] = add("company", name=name, is_manufacturer=True, is_supplier=False)
            made = add("manufacturer_part", part=part["pk"], manufacturer=makers[name]["pk"], MPN=one["MPN"])
        source = None
        if sku := one.get("sku"):
            links = {"part": part["pk"], "supplier": supplier["pk"], "manufacturer_part": made and made["pk"]}
            source = add("supplier_part", SKU=sku, pack_quantity=one.get("pack", ""), **links)
            add("price_break", part=source["pk"], quantity=1, price=one["price"])
        for place, quantity, price in one["stock"]:
            fields = {"part": part["pk"], "quantity": quantity, "location": place + 1, "purchase_price": price}
            room.create(cleaned(records, "stock", {**fields, "supplier_part": source and source["pk"]}))
        if one.get("trackable"):
            for serial in ("DK-0001", "DK-0002"):
                fields = {"part": part["pk"], "quantity": 1, "serial": serial, "location": store["pk"]}
                room.create(cleaned(records, "stock", {**fields, "purchase_price": "151.00"}))
            gone = {"part": part["pk"], "quantity": 1, "serial": "DK-0000", "customer": customer["pk"]}
            room.create(cleaned(records, "stock", gone))


_DIRECT = (
    "name", "IPN", "description", "minimum_stock", "units", "active", "trackable", "salable", "consumable",
)  # fmt: skip
