"""Bar codes: given to a record, and found again by it."""

from collections.abc import Mapping
from typing import Any, Final

from servicedesk_inventree.sandbox.errors import invalid, refuse
from servicedesk_inventree.sandbox.records import Records, Row

_NAMES: Final = {"part": "part", "stockitem": "stock", "supplierpart": "supplier_part"}
"""What a scan names a record, with its kind."""


def scan(records: Records, body: Mapping[str, Any]) -> Row:
    """Return the record that has a bar code, as the server names it.

    Raises:
        Refusal: None has it.
    """
    code = str(body.get("barcode") or "")
    if not code:
        raise invalid(barcode="This field is required.")
    for name, kind in _NAMES.items():
        for row in records.all(kind, barcode=code):
            found = {"pk": row["pk"], "api_url": f"/api/{kind}/{row['pk']}/"}
            return {"success": "Match found for barcode data", "barcode_data": code, name: found}
    raise refuse({"error": "No match found for barcode data", "barcode_data": code})


def link(records: Records, body: Mapping[str, Any]) -> Row:
    """Give a record a bar code, and return that it was done.

    Raises:
        Refusal: Another one has it, or there is no such record.
    """
    code = str(body.get("barcode") or "")
    name = next((name for name in _NAMES if name in body), None)
    row = None if name is None else records.get(_NAMES[name], body[name])
    if name is None or row is None:
        raise refuse({"error": f"Missing data: Provide one of {', '.join(_NAMES)}"})
    if any(records.all(kind, barcode=code) for kind in _NAMES.values()):
        raise refuse({"error": "Barcode matches existing item"})
    records.save(_NAMES[name], {**row, "barcode": code})
    return {"success": f"Assigned barcode to {name} instance", name: {"pk": row["pk"]}}
