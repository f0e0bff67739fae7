"""Making an intent: stored before anything is sent, in the caller's own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.store import outbox
from servicedesk_core.store.outbox import StoredWrite


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that somebody wants to be different at a vendor.

    Attributes:
        connection: Name of the connection.
        kind: What is written and how; the grant that it needs, for example ``tickets.update``.
        aggregate: What is written in order, for example ``tickets:4711``; two writes of one aggregate are never under
            way together.
        label: What people call the target.
        values: Field to new value; only what changes. Values that JSON can hold; instants as ISO 8601 text.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any.
        base: Field to the value that was read; the vendor must still show it when the write is sent.
        base_modified_at: The vendor's stamp of the record then.
        visibility: ``internal`` or ``public`` where that matters.
        reason: Why, for people and for the audit trail.
        request_id: The caller's own id of the act, where it generates them: a second proposal with the same one is the
            first.
        reverts: Number of the write that this one takes back.
    """

    connection: str
    kind: str
    aggregate: str
    label: str
    values: Mapping[str, Any]
    target: str | None = None
    parent: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    base_modified_at: datetime | None = None
    visibility: str | None = None
    reason: str = ""
    request_id: str | None = None
    reverts: int | None = None


def propose(tx: Tx, intent: Intent, *, actor: str, now: datetime, warnings: Sequence[str] = ()) -> StoredWrite:
    """Store an intent, to be approved by :func:`servicedesk_core.writes.deciding.approve`.

    Args:
        tx: A write transaction; what belongs to the intent (a claim, an invoice) is stored in the same one.
        intent: What is wanted.
        actor: Who wants it: ``user:ana``, ``system:recurring``.
        now: When.
        warnings: What whoever approves it should know.
    """
    return outbox.add(
        tx,
        connection=intent.connection,
        kind=intent.kind,
        aggregate=intent.aggregate,
        label=intent.label,
        values=intent.values,
        target=intent.target,
        parent=intent.parent,
        base=intent.base,
        base_modified_at=intent.base_modified_at,
        visibility=intent.visibility,
        reason=intent.reason,
        request_id=intent.request_id,
        reverts=intent.reverts,
        warnings=warnings,
        actor=actor,
        now=now,
    )
