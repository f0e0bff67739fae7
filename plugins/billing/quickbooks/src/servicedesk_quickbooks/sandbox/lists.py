"""What has a name: customers, vendors, items, accounts, codes."""

from typing import Final

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.records import NAMES, Records, Row

_PARTS: Final = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_GONE: Final = " (deleted)"
_SHAPES: Final = {
    "Customer": {"Taxable": True, "Job": False, "Balance": 0, "PreferredDeliveryMethod": "None"},
    "Item": {"Type": "Service", "Taxable": True, "UnitPrice": 0, "TrackQtyOnHand": False},
}


def checked(records: Records, entity: str, body: Row, before: Row | None, currency: str) -> Row:
    """Return a record with a name as the books keep it.

    Args:
        records: The books.
        entity: Its entity.
        body: What was sent, already merged with what is kept.
        before: The version that it replaces.
        currency: The company's own.

    Raises:
        Refusal: It has no name, or one that is taken.
    """
    field = "DisplayName" if entity in NAMES else "Name"
    made = " ".join(str(body[part]) for part in _PARTS if body.get(part)) if entity in NAMES else ""
    name = body.get(field) or made
    if not name:
        raise fault("2020", f"Required parameter {field} is missing in the request", element=field)
    if entity == "Item" and body.get("Type") in {"Service", "NonInventory"} and not body.get("IncomeAccountRef"):
        raise fault("6000", "Business Validation Error: An item needs an income account.", element="IncomeAccountRef")
    if body.get("Active") is False and not name.endswith(_GONE):
        name += _GONE
    for kind in NAMES if entity in NAMES else {entity}:
        for one in records.all(kind):
            is_another = before is None or (kind, one["Id"]) != (entity, before["Id"])
            if is_another and one[field].casefold() == name.casefold():
                whose = "Another customer, supplier or employee" if entity in NAMES else f"Another {entity.lower()}"
                raise fault("6240", f"The name supplied already exists. : {whose} is already using this name.")
    row = {**_SHAPES.get(entity, {}), "Active": True, **body, field: name, "FullyQualifiedName": name}
    if entity in NAMES:
        row["PrintOnCheckName"] = row.get("PrintOnCheckName") or name
        row["CurrencyRef"] = row.get("CurrencyRef") or {"value": currency}
        if tax_number := row.get("PrimaryTaxIdentifier"):
            row["PrimaryTaxIdentifier"] = f"XXXXXX{tax_number[-5:]}"
    return row
