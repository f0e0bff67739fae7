"""Putting a write into the outbox: proposed, with nothing sent."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store import audit
from servicedesk_core.store.codec import scrub, scrubbed_json
from servicedesk_core.store.fields import optional_us, to_us
from servicedesk_core.store.outbox.changing import remember
from servicedesk_core.store.outbox.model import StoredWrite, write_of
from servicedesk_core.store.outbox.reading import get
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.upserting import insert_into


def add(
    tx: Connection,
    *,
    connection: str,
    kind: str,
    aggregate: str,
    label: str,
    values: Mapping[str, Any],
    actor: str,
    now: datetime,
    target: str | None = None,
    parent: str | None = None,
    visibility: str | None = None,
    base: Mapping[str, Any] | None = None,
    base_modified_at: datetime | None = None,
    reason: str = "",
    request_id: str | None = None,
    reverts: int | None = None,
    warnings: Sequence[str] = (),
) -> StoredWrite:
    """Store a write as proposed, in the caller's transaction; a known ``request_id`` answers the write that is there.

    See :class:`StoredWrite` for the arguments.
    """
    audit.take_turn(tx)
    row = {
        "key": str(uuid.uuid4()),
        "request_id": request_id,
        "connection": connection,
        "kind": kind,
        "aggregate": aggregate,
        "target": target,
        "parent": parent,
        "label": scrub(label),
        "visibility": visibility,
        "new_values": scrubbed_json(values),
        "base_values": scrubbed_json(base or {}),
        "base_modified_at": optional_us(base_modified_at),
        "reason": scrub(reason),
        "proposed_by": actor,
        "proposed_at": to_us(now),
        "reverts": reverts,
        "warnings": scrubbed_json(list(warnings)),
        "state": WriteState.PROPOSED.value,
    }
    adding = (
        insert_into(tx, outbox).values(row).on_conflict_do_nothing(index_elements=["request_id"]).returning(outbox.c.id)
    )
    number = tx.execute(adding).scalar_one_or_none()
    if number is None:  # it is there, perhaps since this moment
        return write_of(tx.execute(select(outbox).where(outbox.c.request_id == request_id)).mappings().one())
    write = get(tx, number)
    remember(tx, write, before=None, after=write.standing, actor=actor, now=now, why=reason)
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="write.proposed",
        entity=write.entity,
        before=audit.sealed(tx, write.base),
        after={
            "connection": connection,
            "kind": kind,
            "target": target,
            "parent": parent,
            "visibility": visibility,
            "values": audit.sealed(tx, write.values),
        },
        reason=reason,
    )
    return write
