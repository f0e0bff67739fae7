"""The books: records by entity and id, each kept when it is saved, with its token of the version and its stamps."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from servicedesk_core.sandboxing import Shelf
from servicedesk_quickbooks.sandbox.answers import fault

Row = dict[str, Any]
ZONE: Final = timezone(timedelta(hours=-8))
"""Times are told in the company's zone, with its offset."""

NAMES: Final = frozenset({"Customer", "Vendor", "Employee"})
LISTS: Final = NAMES | {"Item", "Account", "TaxCode", "TaxRate", "Term", "Class", "PaymentMethod"}
"""Entities that are made inactive and never deleted."""

SALES: Final = frozenset({"Invoice", "CreditMemo", "SalesReceipt", "Estimate"})
PAYMENTS: Final = frozenset({"Payment", "BillPayment"})
TRANSACTIONS: Final = SALES | PAYMENTS | {"Bill"}
SINGLES: Final = frozenset({"CompanyInfo", "Preferences"})
ENTITIES: Final = LISTS | TRANSACTIONS | SINGLES
BY_PATH: Final = {name.lower(): name for name in ENTITIES}
_LAST: Final = "last"


class Records:
    """All records of the company.

    Args:
        shelf: Keeps them.
        now: Returns the present.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._now = now
        self._tables: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self._gone: dict[tuple[str, str], str] = {}
        self._last: dict[str, int] = shelf.get(_LAST, "ids") or {}
        for entity in ENTITIES:
            kept = (row for row in shelf.all(entity) if row is not None)
            self._tables[entity] = {row["Id"]: row for row in sorted(kept, key=_by_id)}
        for entity, ref, at in shelf.all("gone"):
            self._gone[entity, ref] = at

    def stamp(self) -> str:
        """Return the present as the interface writes it."""
        return self._now().astimezone(ZONE).isoformat(timespec="seconds")

    def today(self) -> str:
        """Return the company's day."""
        return self._now().astimezone(ZONE).date().isoformat()

    def add(self, entity: str, row: Row, *, ref: str | None = None) -> Row:
        """Add a record under an id that no other one of its kind ever had, and return it."""
        # Customers and vendors count together, and so do all transactions.
        group = "names" if entity in NAMES else "transactions" if entity in TRANSACTIONS else entity
        if ref is None:
            self._last[group] = self._last.get(group, 0) + 1
            self._shelf.put(_LAST, "ids", self._last)
            ref = str(self._last[group])
        at = self.stamp()
        head = {"domain": "QBO", "sparse": False, "Id": ref, "SyncToken": "0"}
        return self._keep(entity, {**row, **head, "MetaData": {"CreateTime": at, "LastUpdatedTime": at}})

    def change(self, entity: str, row: Row) -> Row:
        """Keep a record's next version, and return it."""
        before = self._tables[entity][row["Id"]]
        meta = {**before["MetaData"], "LastUpdatedTime": self.stamp()}
        return self._keep(entity, {**row, "SyncToken": str(int(before["SyncToken"]) + 1), "MetaData": meta})

    def drop(self, entity: str, ref: str) -> None:
        """Delete a record; that it was stays known for a while."""
        del self._tables[entity][ref]
        self._shelf.put(entity, ref, None)
        self._gone[entity, ref] = self.stamp()
        self._shelf.put("gone", f"{entity} {ref}", [entity, ref, self._gone[entity, ref]])

    def gone(self, entity: str) -> list[tuple[str, str]]:
        """Return what was deleted: id and when."""
        return [(ref, at) for (kind, ref), at in self._gone.items() if kind == entity]

    def get(self, entity: str, ref: str | None) -> Row | None:
        """Return a record; ``None`` when there is none."""
        return self._tables[entity].get(ref or "")

    def known(self, entity: str, ref: str | None) -> Row:
        """Return a record.

        Raises:
            Refusal: There is none.
        """
        row = self.get(entity, ref)
        if row is None:
            what = f"Object Not Found : Something you're trying to use has been made inactive. {entity} {ref}"
            raise fault("610", what)
        return row

    def named(self, entity: str, reference: Any, element: str) -> Row:
        """Return the record that a reference names, which must be one that may be used.

        Raises:
            Refusal: There is none, or it is inactive.
        """
        ref = reference.get("value") if isinstance(reference, dict) else None
        row = self.get(entity, str(ref)) if ref is not None else None
        if row is None:
            raise fault("2500", f"Invalid Reference Id : {element} element id {ref} not found", element=element)
        if row.get("Active") is False:
            raise fault("610", f"Object Not Found : Something you're trying to use has been made inactive: {element}")
        return row

    def all(self, entity: str) -> list[Row]:
        """Return the records of an entity in the order of their ids."""
        return list(self._tables[entity].values())

    def _keep(self, entity: str, row: Row) -> Row:
        self._tables[entity][row["Id"]] = row
        self._shelf.put(entity, row["Id"], row)
        return row


def _by_id(row: Row) -> tuple[int, str]:
    ref = row["Id"]
    return (int(ref) if ref.isdigit() else 0, ref)
