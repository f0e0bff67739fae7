"""The books of one organisation: records by kind, each with an id and the instant of its last change."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from servicedesk_core.sandboxing import Shelf
from servicedesk_xero.sandbox.wire.answers import Row

KEYS: Final = {
    "Accounts": "AccountID",
    "Contacts": "ContactID",
    "CreditNotes": "CreditNoteID",
    "Currencies": "Code",
    "Invoices": "InvoiceID",
    "Items": "ItemID",
    "Organisation": "OrganisationID",
    "Payments": "PaymentID",
    "TaxRates": "TaxType",
}
"""By plural name of a kind, the field with the id."""


class Invalid(Exception):  # noqa: N818  # the vendor's word
    """A record that breaks rules of the books.

    Args:
        messages: What is wrong with it.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


class Books:
    """Keeps records.

    Args:
        shelf: Where they are kept.
        tenant: The organisation.
        now: Returns the vendor's present instant.

    Attributes:
        changes: How many records were made or changed over the API.
    """

    def __init__(self, shelf: Shelf, tenant: str, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._tenant = tenant
        self._now = now
        self.changes = 0

    def all(self, kind: str) -> list[Row]:
        """Return all records of a kind, by their ids."""
        return self._shelf.all(f"{self._tenant}/{kind}")

    def get(self, kind: str, ref: object) -> Row | None:
        """Return one record; ``None`` when there is none."""
        return self._shelf.get(f"{self._tenant}/{kind}", ref.lower()) if isinstance(ref, str) else None

    def find(self, kind: str, field: str, value: object) -> Row | None:
        """Return the first record with a value, whatever the case of its letters."""
        wanted = str(value).casefold()
        return next((row for row in self.all(kind) if str(row.get(field)).casefold() == wanted), None)

    def put(self, kind: str, row: Row) -> Row:
        """Keep a record with the present instant; one without an id gets one."""
        key = KEYS[kind]
        row.setdefault(key, str(uuid.uuid4()))
        if kind not in {"Currencies", "Organisation", "TaxRates"}:
            row["UpdatedDateUTC"] = self._now().isoformat()
        self._shelf.put(f"{self._tenant}/{kind}", str(row[key]).lower(), row)
        return row

    def organisation(self) -> Row:
        """Return what is known of the organisation itself."""
        return self.all("Organisation")[0]

    def today(self) -> str:
        """Return the present day."""
        return self._now().date().isoformat()

    def setting(self, name: str) -> Any:
        """Return a field of the organisation."""
        return self.organisation().get(name)
