"""The desk behind the API: rows, time and who acts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from servicedesk_autotask.sandbox.clock import DeskClock
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_autotask.sandbox.store import Store
from servicedesk_autotask.sandbox.values import format_instant

API_RESOURCE = 5
WORKFLOW_RESOURCE = 4
API_ONLY = 7
NEW, COMPLETE = 1, 5


@dataclass
class Desk:
    """Everything a rule may need."""

    store: Store
    clock: DeskClock
    options: SandboxOptions
    told: list[Callable[[str, "Act"], None]] = field(default_factory=list)
    """Who hears of records that were made or changed."""
    deletions: list[Callable[[str, dict[str, Any], int], None]] = field(default_factory=list)
    """Who hears of records that are gone: their entity, the last they said, who deleted them."""

    def stamp(self) -> str:
        """The wire date of a write happening now."""
        return format_instant(self.clock.tick())

    def insert(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        """Store a row under the next id."""
        row["id"] = self.store.next_id(entity)
        self.store.put(entity, [row])
        return row


def telling(entity: str) -> "Callable[[Act], None]":
    """Return the effect of a write that others hear of it."""

    def tell(act: "Act") -> None:
        for hearer in act.desk.told:
            hearer(entity, act)

    return tell


@dataclass(frozen=True)
class Act:
    """One write as rules see it.

    Attributes:
        desk: The desk.
        author: Resource that acts.
        impersonator: The API user when it acts for somebody else.
        at: Wire date of the act.
        before: The row as it was; None on create.
        row: The row as it will be; rules may change it.
    """

    desk: Desk
    author: int
    impersonator: int | None
    at: str
    before: dict[str, Any] | None
    row: dict[str, Any]

    def changed(self, field: str) -> bool:
        """Whether the act changes a field."""
        return self.before is not None and self.before.get(field) != self.row.get(field)
