"""A write as the outbox holds it, and a step of its life."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, RowMapping, Select

from servicedesk_core.domain.writing import BLOCKING, Standing, WriteState
from servicedesk_core.store.fields import from_us, optional_instant

SYSTEM: Final = "system:writes"
"""Actor of what happens without a person."""

BLOCKING_STATES: Final = tuple(state.value for state in BLOCKING)
"""States in which a write holds back later ones of its aggregate."""

OPEN_STATES: Final = (WriteState.SENDING.value, WriteState.IN_DOUBT.value)
"""States in which the vendor may be changing the aggregate at this moment."""


@dataclass(frozen=True, slots=True)
class StoredWrite:
    """A write as the outbox holds it.

    Attributes:
        id: The desk's own number, for people.
        key: Id of the act; the connector puts it into the vendor's reference field or marker.
        request_id: The caller's own id of the act; a second proposal with the same one is the first.
        connection: Name of the connection.
        kind: What is written and how; the grant that it needs.
        aggregate: What is written in order: two writes of one aggregate are never under way together.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any.
        label: What people call the target.
        visibility: ``internal`` or ``public`` where that matters.
        values: Field to new value, as JSON has it.
        base: Field to the value that was read when the write was made; the vendor must still show it.
        base_modified_at: The vendor's stamp of the record then.
        theirs: Field to the value that the vendor showed instead, when it refused or we did.
        theirs_modified_at: The vendor's stamp of that.
        reason: Why, as the proposer gave it.
        proposed_by: Who wanted it.
        proposed_at: When.
        decided_by: Who approved or discarded it last.
        decided_at: When.
        reverts: Number of the write that this one takes back.
        standing: Where it stands.
        sent_at: When its last attempt began; ``None`` when no attempt reached the vendor.
        doubt_at: Since when it is in doubt, by the database's time.
        next_at: Not to be looked at before this.
        asked: How often the vendor was asked about it while in doubt.
        candidates: The vendor's ids that might be it.
        finished_at: When it was confirmed, rejected or discarded.
        ref: The vendor's id of what was written.
        warnings: What the vendor or core added, for people.
        error_code: Code of the last error.
        error: Its message.
        hint: What to do about it.
        copied_at: When the written record was read back into the store.
    """

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
    theirs: dict[str, Any] | None
    theirs_modified_at: datetime | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reverts: int | None
    standing: Standing
    sent_at: datetime | None
    doubt_at: datetime | None
    next_at: datetime | None
    asked: int
    candidates: tuple[str, ...]
    finished_at: datetime | None
    ref: str | None
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
    def when_absent(self) -> WriteState:
        """Where it goes when the vendor certainly does not have it: nothing is sent that nobody approved."""
        return WriteState.PROPOSED if self.decided_by is None else WriteState.QUEUED

    @property
    def entity(self) -> str:
        """How the audit trail names what it concerns."""
        return f"write:{self.id}"


@dataclass(frozen=True, slots=True)
class WriteEvent:
    """A step in the life of a write.

    Attributes:
        at: When, by the desk's clock.
        before: State before; ``None`` at the start.
        after: State after.
        actor: Who.
        attempt: Number of the attempt.
        fence: Number of the lease, when a sender did it.
        why: Why, for people.
    """

    at: datetime
    before: WriteState | None
    after: WriteState
    actor: str
    attempt: int
    fence: int | None
    why: str


def writes_of(tx: Connection, query: Select[Any]) -> list[StoredWrite]:
    """Return the writes of a query over the outbox."""
    return [write_of(row) for row in tx.execute(query).mappings()]


def write_of(row: RowMapping) -> StoredWrite:
    """Return a write from its row."""
    return StoredWrite(
        id=row["id"],
        key=row["key"],
        request_id=row["request_id"],
        connection=row["connection"],
        kind=row["kind"],
        aggregate=row["aggregate"],
        target=row["target"],
        parent=row["parent"],
        label=row["label"],
        visibility=row["visibility"],
        values=orjson.loads(row["new_values"]),
        base=orjson.loads(row["base_values"]),
        base_modified_at=optional_instant(row["base_modified_at"]),
        theirs=orjson.loads(row["their_values"]) if row["their_values"] else None,
        theirs_modified_at=optional_instant(row["their_modified_at"]),
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        proposed_at=from_us(row["proposed_at"]),
        decided_by=row["decided_by"],
        decided_at=optional_instant(row["decided_at"]),
        reverts=row["reverts"],
        standing=Standing(
            WriteState(row["state"]), row["attempt"], row["owner"], row["fence"], optional_instant(row["not_after"])
        ),
        sent_at=optional_instant(row["sent_at"]),
        doubt_at=optional_instant(row["doubt_at"]),
        next_at=optional_instant(row["next_at"]),
        asked=row["asked"],
        candidates=tuple(orjson.loads(row["candidates"])),
        finished_at=optional_instant(row["finished_at"]),
        ref=row["ref"],
        warnings=tuple(orjson.loads(row["warnings"])),
        error_code=row["error_code"],
        error=row["error"],
        hint=row["hint"],
        copied_at=optional_instant(row["copied_at"]),
    )
