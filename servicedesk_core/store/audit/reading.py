"""Reading records of the chain."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from servicedesk_core.store.audit.model import AuditRecord
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.schema import audit

AT_ONCE = 2_000
"""So many records are read at once where all of them are."""


def read(
    tx: Connection,
    *,
    after: int = 0,
    limit: int = 100,
    newest_first: bool = False,
    entity: str | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[AuditRecord]:
    """Return records.

    Args:
        tx: Any transaction.
        after: Only records beyond this number: above it, or below it when the newest come first (0 = from the end).
        limit: At most so many.
        newest_first: Turn the order round.
        entity: Only about this.
        only: Only those of which this is true.
    """
    seq = audit.c.seq
    query = select(audit).order_by(seq.desc() if newest_first else seq).limit(limit)
    if after:
        query = query.where(seq < after if newest_first else seq > after)
    if entity is not None:
        query = query.where(audit.c.entity == entity)
    if only is not None:
        query = query.where(only)
    return [_record(row) for row in tx.execute(query).mappings()]


def each(tx: Connection, only: ColumnElement[bool] | None = None) -> Iterator[AuditRecord]:
    """Yield the chain in order; all of it, or those records of which something is true."""
    after = 0
    while rows := read(tx, after=after, limit=AT_ONCE, only=only):
        yield from rows
        after = rows[-1].seq


def latest(tx: Connection) -> Iterator[tuple[str, str, datetime]]:
    """Yield who did what, each once, and when they did it last."""
    query = select(audit.c.actor, audit.c.action, func.max(audit.c.at)).group_by(audit.c.actor, audit.c.action)
    for actor, action, at in tx.execute(query):
        yield actor, action, from_us(at)


def _record(row: RowMapping) -> AuditRecord:
    return AuditRecord(
        seq=row["seq"],
        at=from_us(row["at"]),
        actor=row["actor"],
        action=row["action"],
        entity=row["entity"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
        reason=row["reason"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )
