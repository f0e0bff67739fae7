"""Appending to the chain, one transaction after the other."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from servicedesk_core.store.audit.hashing import canonical, hash_of
from servicedesk_core.store.audit.model import FIRST, AuditRecord
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import audit

_LOCK = 7_021_946_331_020_045
# Made once: to make a statement, and the key by which its text is found again, costs as much as to carry it out.
_LAST: Final = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_APPEND: Final = insert(audit)


def take_turn(tx: Connection) -> None:
    """Wait until nobody else may append to the chain; everybody else waits until this transaction ends.

    What changes a write, a lane or a claim takes its turn before its first row: on PostgreSQL, two transactions that
    take the same rows in different orders would wait for each other until one is broken off, and whoever has its turn
    is alone with them. A lease is verified before it. On SQLite every write transaction is alone anyway.

    Args:
        tx: A write transaction; taking the turn again in it does nothing.
    """
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


REFUSED: Final = "act.refused"
"""Action of a record that tells of an act that whoever wanted it may not do."""


def append(
    tx: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    entity: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditRecord:
    """Append a record, in the caller's transaction: it stands or falls with what it tells.

    On PostgreSQL it takes the turn until the end, so that numbers have no gap and each record knows the one before.
    Do it last, unless the transaction has its turn already; see :func:`take_turn`.

    Args:
        tx: A write transaction.
        at: When it happened.
        actor: Who did it.
        action: What was done.
        entity: To what.
        before: What was: texts, whole numbers, truth values, nothing, lists and maps. See :func:`sealed`.
        after: What is, likewise.
        reason: Why.
    """
    take_turn(tx)
    last = tx.execute(_LAST).one_or_none()
    seq, prev = (last.seq + 1, last.hash) if last is not None else (1, FIRST)
    actor, action, entity, reason = (scrub(text) for text in (actor, action, entity, reason))
    before, after = json.loads(scrub(canonical(before))), json.loads(scrub(canonical(after)))
    own = hash_of(
        seq=seq, at=at, actor=actor, action=action, entity=entity, before=before, after=after, reason=reason, prev=prev
    )
    row = {
        "seq": seq,
        "at": to_us(at),
        "actor": actor,
        "action": action,
        "entity": entity,
        "before": canonical(before),
        "after": canonical(after),
        "reason": reason,
        "prev_hash": prev,
        "hash": own,
    }
    tx.execute(_APPEND, row)
    return AuditRecord(seq, at, actor, action, entity, before, after, reason, prev, own)
