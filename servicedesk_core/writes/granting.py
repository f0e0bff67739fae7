"""Grants in the audit trail: when somebody changed what a connection may write."""

from collections.abc import Collection
from datetime import datetime

import orjson
from sqlalchemy import Connection as Tx

from servicedesk_core.store import audit, sending


def note_grants(tx: Tx, connection: str, grants: Collection[str], *, actor: str, now: datetime) -> None:
    """Leave a record when the grants differ from those of the last time.

    Args:
        tx: A write transaction.
        connection: Name of the connection.
        grants: What its configuration lets it write now.
        actor: Whose process noticed it.
        now: When.
    """
    key = f"grants:{connection}"
    known = sending.meta(tx, key)
    before = None if known is None else orjson.loads(known)
    after = sorted(grants)
    if before == after:
        return
    sending.put_meta(tx, key, orjson.dumps(after).decode())
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="settings.grants_changed",
        entity=f"connection:{connection}",
        before={"writes": before},
        after={"writes": after},
    )
