"""Contacts and items: names and codes that are there once, who was archived, who was merged into whom."""

from collections.abc import Mapping
from typing import Any

from servicedesk_xero.sandbox.books import Books, Invalid
from servicedesk_xero.sandbox.sums import number, rounded
from servicedesk_xero.sandbox.wire.answers import Row

_LONGEST = {"Name": 255, "ContactNumber": 50, "AccountNumber": 50, "EmailAddress": 255, "TaxNumber": 50}
_READ_ONLY = frozenset(
    {"UpdatedDateUTC", "IsCustomer", "IsSupplier", "Balances", "HasAttachments", "MergedToContactID"}
)


class Catalogue:
    """Contacts and items.

    Args:
        books: Of the organisation.
    """

    def __init__(self, books: Books) -> None:
        self._books = books

    def contact(self, sent: Mapping[str, Any], ref: str | None, *, only_new: bool) -> Row:
        """Return a contact as it would be kept.

        Args:
            sent: What the call says.
            ref: Id in the address.
            only_new: Whether it must be a new one.

        Raises:
            Invalid: It breaks a rule.
        """
        known = None if only_new else self._known(sent, ref)
        row = {**(known or _blank()), **{name: value for name, value in sent.items() if name not in _READ_ONLY}}
        if not str(row.get("Name") or "").strip():
            raise Invalid("The contact name must be specified.")
        for name, longest in _LONGEST.items():
            if len(str(row.get(name) or "")) > longest:
                raise Invalid(f"The {name} field must be a string with a maximum length of {longest}.")
        for other in self._books.all("Contacts"):
            if other["ContactID"] == row.get("ContactID") or other["ContactStatus"] != "ACTIVE":
                continue
            if other["Name"].casefold() == row["Name"].casefold():
                raise Invalid(
                    f"The contact name {row['Name']} is already assigned to another contact. "
                    "The contact name must be unique across all active contacts."
                )
            if row.get("ContactNumber") and other.get("ContactNumber") == row["ContactNumber"]:
                raise Invalid(f"The Contact Number {row['ContactNumber']} is already assigned to another contact.")
        return row

    def item(self, sent: Mapping[str, Any], ref: str | None, *, only_new: bool) -> Row:
        """Return an item as it would be kept.

        Raises:
            Invalid: It breaks a rule.
        """
        code = str(sent.get("Code") or "").strip()
        named = self._books.find("Items", "Code", code) if code else None
        known = self._books.get("Items", ref or sent.get("ItemID")) or (None if only_new else named)
        if named is not None and (known is None or named["ItemID"] != known["ItemID"]):
            raise Invalid(f"Price List Item with Code '{code}' already exists")
        if known is None and not code:
            raise Invalid("Price List Item Code must be supplied")
        row = {"IsSold": True, "IsPurchased": False, "IsTrackedAsInventory": False, **(known or {}), **sent}
        for part in ("SalesDetails", "PurchaseDetails"):
            if isinstance(details := row.get(part), Mapping) and details.get("UnitPrice") is not None:
                row[part] = {**details, "UnitPrice": f"{rounded(number(details['UnitPrice'], 'UnitPrice'), 4):f}"}
        return row

    def named(self, told: object) -> Row:
        """Return the contact that a document names, which must be active; one that only has a name is made.

        Raises:
            Invalid: There is none, or it was archived.
        """
        sent = told if isinstance(told, Mapping) else {}
        row = self._known(sent, None)
        if row is None and sent.get("Name") and not sent.get("ContactID"):
            row = self._books.put("Contacts", {**_blank(), "Name": str(sent["Name"])})
        if row is None:
            raise Invalid("A Contact must be specified for this type of transaction")
        if row["ContactStatus"] != "ACTIVE":
            raise Invalid(
                "The Contact with the specified contact details has been archived. "
                "The Contact must be un-archived before creating new invoices or credit notes."
            )
        return row

    def merge(self, old: str, into: str) -> Row:
        """Merge a contact into another one: it is archived and names the other, to which its documents go."""
        gone, stays = self._books.get("Contacts", old), self._books.get("Contacts", into)
        if gone is None or stays is None:
            raise ValueError("there is no such contact")
        gone = self._books.put("Contacts", {**gone, "ContactStatus": "ARCHIVED", "MergedToContactID": into})
        for kind in ("Invoices", "CreditNotes"):
            for row in self._books.all(kind):
                if row["Contact"]["ContactID"] == old:
                    self._books.put(kind, {**row, "Contact": {"ContactID": into, "Name": stays["Name"]}})
        return gone

    def archive(self, ref: str) -> Row:
        """Archive a contact, and return it."""
        row = self._books.get("Contacts", ref)
        if row is None:
            raise ValueError("there is no such contact")
        return self._books.put("Contacts", {**row, "ContactStatus": "ARCHIVED"})

    def _known(self, sent: Mapping[str, Any], ref: str | None) -> Row | None:
        if ref or sent.get("ContactID"):
            return self._books.get("Contacts", ref or sent.get("ContactID"))
        for name in ("ContactNumber", "Name"):
            found = self._books.find("Contacts", name, sent[name]) if sent.get(name) else None
            if found is not None and found["ContactStatus"] == "ACTIVE":
                return found
        return None


def _blank() -> Row:
    return {"ContactStatus": "ACTIVE", "EmailAddress": "", "Addresses": [], "Phones": [], "IsSupplier": False,
            "IsCustomer": False, "HasAttachments": False, "HasValidationErrors": False}  # fmt: skip
