"""Reading records of the chain."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from servicedesk_core.faces import Page
from servicedesk_core.store.audit.model import AuditRecord
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.schema import audit

AT_ONCE = 2_000
"""So many records are read at once where all of them are."""


COLUMNS: Final = {name: audit.c[name] for name in ("seq", "at", "actor", "action", "entity", "reason")}
"""What lists can be ordered by, by the names of their columns."""


def page(
    tx: Connection,
    *,
    entity: str | None = None,
    only: ColumnElement[bool] | None = None,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[AuditRecord]:
    """Return a page of records, the newest first.

    Args:
        tx: Any transaction.
        entity: Only about this.
        only: Only those of which this is true.
        sort: Columns to order by first, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    query = _records(only)
    if entity is not None:
        query = query.where(audit.c.entity == entity)
    make = lambda row: _record(row._mapping)  # noqa: E731, SLF001
    return Page(*page_of(tx, query, COLUMNS, make, by="-seq", sort=sort, after=after, limit=limit))


def read(
    tx: Connection, *, after: int = 0, limit: int = 100, only: ColumnElement[bool] | None = None
) -> list[AuditRecord]:
    """Return records in order.

    Args:
        tx: Any transaction.
        after: Only records beyond this number.
        limit: At most so many.
        only: Only those of which this is true.
    """
    query = _records(only).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
    return [_record(row) for row in tx.execute(query).mappings()]


def _records(only: ColumnElement[bool] | None) -> Select[Any]:
    return select(audit) if only is None else select(audit).where(only)


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
