"""Putting a write into the outbox: proposed, with nothing sent."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.store import audit
from servicedesk_core.store.outbox import files
from servicedesk_core.store.outbox.changing import remember
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.outbox.reading import get
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.upserting import insert_into


def content_of(intent: Intent, warnings: Sequence[str]) -> dict[str, Any]:
    """Return what an intent says of the write's content, by column."""
    return {
        "label": intent.label,
        "new_values": intent.values,
        "base_values": intent.base,
        "base_modified_at": intent.base_modified_at,
        "base_revision": intent.base_revision,
        "warnings": warnings,
    }


def propose(tx: Connection, intent: Intent, *, actor: str, now: datetime, warnings: Sequence[str] = ()) -> StoredWrite:
    """Store an intent as proposed; a known ``request_id`` answers the write that is there.

    Args:
        tx: A write transaction; what belongs to the intent (a claim, an invoice) is stored in the same one.
        intent: What is wanted.
        actor: Who wants it: ``user:ana``, ``system:recurring``.
        now: When.
        warnings: What whoever approves it should know.
    """
    audit.take_turn(tx)
    row = {
        "key": str(uuid.uuid4()),
        "request_id": intent.request_id,
        "connection": intent.connection,
        "kind": intent.kind,
        "aggregate": intent.aggregate,
        "target": intent.target,
        "parent": intent.parent,
        "visibility": intent.visibility,
        "reason": intent.reason,
        "proposed_by": actor,
        "proposed_at": now,
        "reverts": intent.reverts,
        "hops": intent.hops,
        "after_write": intent.after,
        "state": WriteState.PROPOSED,
        **content_of(intent, warnings),
    }
    adding = insert_into(tx, outbox).values(row).on_conflict_do_nothing(index_elements=["request_id"])
    write = WRITES.one(tx, adding.returning(*WRITES.columns))
    if write is None:  # it is there, perhaps since this moment
        return get(tx, tx.execute(select(outbox.c.id).where(outbox.c.request_id == intent.request_id)).scalar_one())
    if intent.content is not None:
        files.keep(tx, write.id, intent.content)
    remember(tx, write, before=None, after=write.standing, actor=actor, now=now, why=intent.reason)
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="write.proposed",
        entity=write.entity,
        before=audit.sealed(tx, write.base),
        after={
            "connection": intent.connection,
            "kind": intent.kind,
            "target": intent.target,
            "parent": intent.parent,
            "visibility": intent.visibility,
            "values": audit.sealed(tx, write.values),
        },
        reason=intent.reason,
    )
    return write
