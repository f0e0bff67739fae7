"""Support cases: accepted without an id, listed a while later, closed in the end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.sandboxing import Shelf
from servicedesk_lenovo.sandbox.fleet import Machine

_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_CLOSES_AFTER = timedelta(hours=72)
_ORDERED_AFTER = timedelta(hours=24)
_LISTED = ("ID", "Type", "Status", "Opened", "Closed")


@dataclass
class Case:
    """One case; `polls_left` is how often it is asked for until it is listed."""

    record: dict[str, Any]
    opened: datetime
    polls_left: int
    updated: datetime
    orders: list[dict[str, Any]] = field(default_factory=list)


class Cases:
    """All cases.

    Args:
        shelf: Keeps them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.cases = [_from_json(kept) for kept in shelf.all("cases")]

    def open(self, body: dict[str, Any], machine: Machine, now: datetime, *, polls: int) -> None:
        """Accept a case; its id is told to nobody here, as the vendor mails it to the customer."""
        customer = {key: body["Customer"][key] for key in ("Email", "Phone") if body["Customer"].get(key)}
        record = {
            "ID": str(4_000_001_000 + len(self.cases)),
            "Type": "Request",
            "Summary": body["Problem"][:60],
            "Description": body["Problem"],
            "Opened": now.strftime(_STAMP),
            "Closed": None,
            "Status": "Open",
            "Product": {"Serial": machine["Serial"], "ID": machine["Product"]},
            "Customer": customer,
        }
        case = Case(record, now, polls, now)
        self.cases.append(case)
        self._keep(case)

    def search(self, serial: str, *, status: str, kind: str | None, since: datetime) -> list[dict[str, Any]]:
        """Cases of a machine; each call brings hidden ones nearer."""
        found = []
        for case in self.cases:
            record = case.record
            if record["Product"]["Serial"] != serial:
                continue
            if case.polls_left > 0:
                case.polls_left -= 1
                self._keep(case)
                continue
            fits_kind = kind is None or kind.lower() == record["Type"].lower()
            if fits_kind and _is(record["Status"], status) and case.updated >= since:
                found.append({key: record[key] for key in _LISTED})
        return found

    def get(self, number: str) -> Case | None:
        """The case with this id, if it is visible yet."""
        return next((one for one in self.cases if one.record["ID"] == number and one.polls_left <= 0), None)

    def set_status(self, number: str, status: str, now: datetime) -> bool:
        """Let a case show any status."""
        case = next((one for one in self.cases if one.record["ID"] == number), None)
        if case is None:
            return False
        case.updated = now
        case.record["Status"] = status
        case.record["Closed"] = now.strftime(_STAMP) if status == "Closed" else None
        self._keep(case)
        return True

    def show_all(self) -> None:
        """End every wait."""
        for case in self.cases:
            case.polls_left = 0
            self._keep(case)

    def live(self, now: datetime) -> dict[str, int]:
        """Send parts for older cases and close the oldest."""
        counts = {"orders": 0, "closed": 0}
        for case in self.cases:
            case.polls_left = 0
            age = now - case.opened
            if age >= _ORDERED_AFTER and not case.orders:
                case.orders.append({"ID": f"SO{case.record['ID']}", "Status": "Shipped", "Part": "01AV430"})
                counts["orders"] += 1
            if age >= _CLOSES_AFTER and case.record["Status"] == "Open":
                self.set_status(case.record["ID"], "Closed", now)
                counts["closed"] += 1
            self._keep(case)
        return counts

    def _keep(self, case: Case) -> None:
        self._shelf.put("cases", case.record["ID"], case)


def _from_json(kept: dict[str, Any]) -> Case:
    opened, updated = (datetime.fromisoformat(kept[name]) for name in ("opened", "updated"))
    return Case(kept["record"], opened, kept["polls_left"], updated, kept["orders"])


def _is(status: str, asked: str) -> bool:
    """Whether a case is among those asked for: whatever is not closed counts as open."""
    return (status == "Closed") == (asked == "Closed")
