"""A write as the outbox holds it, and a step of its life."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from servicedesk_core.domain.writing import BLOCKING, Standing, WriteState
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import outbox, outbox_history

SYSTEM: Final = "system:writes"
"""Actor of what happens without a person."""

BLOCKING_STATES: Final = tuple(BLOCKING)
"""States in which a write holds back later ones of its aggregate."""

OPEN_STATES: Final = (WriteState.SENDING, WriteState.IN_DOUBT)
"""States in which the vendor may be changing the aggregate at this moment."""


@dataclass(frozen=True, slots=True)
class StoredWrite:
    """A write as the outbox holds it: a row of the table."""

    id: int
    key: str
    request_id: str | None
    connection: str
    kind: str
    aggregate: str
    target: str | None
    parent: str | None
    label: str
    visibility: str | None
    values: dict[str, Any]
    base: dict[str, Any]
    base_modified_at: datetime | None
    base_revision: str | None
    theirs: dict[str, Any] | None
    theirs_modified_at: datetime | None
    theirs_revision: str | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reverts: int | None
    after: int | None
    hops: int
    standing: Standing
    sent_at: datetime | None
    doubt_at: datetime | None
    next_at: datetime | None
    asked: int
    candidates: tuple[str, ...]
    finished_at: datetime | None
    ref: str | None
    unapplied: dict[str, str]
    moved_to: str | None
    warnings: tuple[str, ...]
    error_code: str | None
    error: str | None
    hint: str | None
    copied_at: datetime | None

    @property
    def state(self) -> WriteState:
        """The state."""
        return self.standing.state

    @property
    def has_file(self) -> bool:
        """Whether a file goes with it."""
        return "sha256" in self.values

    @property
    def when_absent(self) -> WriteState:
        """Where it goes when the vendor certainly does not have it: nothing is sent that nobody approved."""
        return WriteState.PROPOSED if self.decided_by is None else WriteState.QUEUED

    @property
    def entity(self) -> str:
        """How the audit trail names what it concerns."""
        return f"write:{self.id}"


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """A step in the life of a write: a row of its history."""

    at: datetime
    before: WriteState | None
    after: WriteState
    actor: str
    attempt: int
    fence: int | None
    why: str


WRITES: Final = Rows(
    StoredWrite,
    outbox,
    {
        "values": "new_values",
        "base": "base_values",
        "after": "after_write",
        "theirs": "their_values",
        "theirs_modified_at": "their_modified_at",
        "theirs_revision": "their_revision",
    },
)
EVENTS: Final = Rows(WriteEvent, outbox_history)
