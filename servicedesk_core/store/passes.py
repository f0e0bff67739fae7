"""Passes: how far each stream was read, and what a pass has collected until it ends.

A pass reads one key (source, stream, scope, mode, slice, partition) from its start to its last page. Its position is
committed with each page; the watermark only when it ends. Reconcile passes collect the ids they saw, rebuilds the raw
pages, until they are complete.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Connection, delete, func, insert, literal, select, update

from servicedesk_core.domain import EventSource
from servicedesk_core.store import bulk
from servicedesk_core.store.column_types import Instant
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, progress, seen, staged

State = Literal["running", "complete"]
_PLAIN: Final = b"P"
"""First byte of a staged page that only the standard library reads."""


@dataclass(frozen=True, slots=True)
class PassKey:
    """What a pass reads.

    Attributes:
        source_id: The source.
        stream: The stream.
        scope_hash: Hash of everything that decides what belongs to the stream; another scope is another backfill.
        mode: ``incremental``, ``backfill``, ``reconcile``, ``rebuild`` …
        slice: Name of the slice, ``""`` for the whole.
        partition: Name of the partition, ``""`` for the whole.
    """

    source_id: int
    stream: str
    scope_hash: str
    mode: str
    slice: str = ""
    partition: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass as it stands: a row of the table."""

    pass_id: int
    key: PassKey
    state: State
    resume: str | None
    watermark: datetime | None
    max_stamp: datetime | None
    since: datetime | None
    until: datetime | None
    started_at: datetime
    finished_at: datetime | None
    pages: int
    records: int


_ROWS: Final = Rows(Pass, progress)


def start(
    tx: Connection,
    key: PassKey,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    restart: bool = False,
) -> Pass:
    """Go on with the interrupted pass over a key, or begin a new one.

    Args:
        tx: A write transaction.
        key: What is read.
        now: When a new pass begins.
        since: Lower bound of a new pass; an interrupted one keeps its own.
        until: Upper bound of a new pass.
        restart: Begin anew even when a pass was interrupted.
    """
    current = resume_of(tx, key)
    if current is not None:
        if current.state == "running" and not restart:
            return current
        discard(tx, current.pass_id)
    tx.execute(
        insert(progress).values(
            **asdict(key),
            state="running",
            watermark=current.watermark if current is not None else None,
            since=since,
            until=until,
            started_at=now,
        )
    )
    begun = resume_of(tx, key)
    assert begun is not None  # noqa: S101  # inserted above
    return begun


def resume_of(tx: Connection, key: PassKey) -> Pass | None:
    """Return the last pass over a key, or ``None`` when there never was one."""
    return _ROWS.one(tx, _ROWS.select().where(*(progress.c[name] == value for name, value in asdict(key).items())))


def all(  # noqa: A001  # reads as passes.all
    tx: Connection,
    source_id: int,
    stream: str | None = None,
    *,
    scope_hash: str | None = None,
    mode: str | None = None,
) -> list[Pass]:
    """Return the last pass over every key of a source, oldest first."""
    query = _ROWS.select().where(progress.c.source_id == source_id).order_by(progress.c.pass_id)
    for column, value in ((progress.c.stream, stream), (progress.c.scope_hash, scope_hash), (progress.c.mode, mode)):
        if value is not None:
            query = query.where(column == value)
    return _ROWS.all(tx, query)


def commit_page(
    tx: Connection, pass_id: int, *, resume: str | None, records: int, max_stamp: datetime | None = None
) -> None:
    """Note a page's position in the transaction of its records.

    Args:
        tx: The transaction that stores the page.
        pass_id: The pass.
        resume: Where to go on after this page.
        records: Records on it.
        max_stamp: Newest modification stamp on it.
    """
    values: dict[str, Any] = {
        "resume": resume,
        "pages": progress.c.pages + 1,
        "records": progress.c.records + records,
    }
    if max_stamp is not None:
        stamp = literal(max_stamp, Instant)
        newest = func.coalesce(progress.c.max_stamp, stamp)
        largest = func.max(newest, stamp) if tx.dialect.name == "sqlite" else func.greatest(newest, stamp)
        values["max_stamp"] = largest
    tx.execute(update(progress).where(progress.c.pass_id == pass_id).values(**values))


def finish(tx: Connection, pass_id: int, *, watermark: datetime | None, now: datetime) -> None:
    """End a pass that saw its last page; drop what it collected.

    Args:
        tx: The transaction that stores the last conclusions.
        pass_id: The pass.
        watermark: Where the next incremental pass begins; ``None`` keeps the one before.
        now: When it ended.
    """
    values: dict[str, Any] = {"state": "complete", "resume": None, "finished_at": now}
    if watermark is not None:
        values["watermark"] = watermark
    tx.execute(update(progress).where(progress.c.pass_id == pass_id).values(**values))
    _drop_collected(tx, pass_id)


def discard(tx: Connection, pass_id: int) -> None:
    """Forget a pass with everything it collected."""
    _drop_collected(tx, pass_id)
    tx.execute(delete(progress).where(progress.c.pass_id == pass_id))


def note_seen(tx: Connection, pass_id: int, external_ids: Iterable[str]) -> None:
    """Collect ids that a reconcile pass saw."""
    bulk.insert(tx, seen, [(pass_id, i) for i in external_ids], unless="pass_id, external_id")


def seen_count(tx: Connection, pass_id: int) -> int:
    """Return how many different ids a pass saw."""
    return tx.execute(select(func.count()).select_from(seen).where(seen.c.pass_id == pass_id)).scalar_one()


def unseen(
    tx: Connection,
    pass_id: int,
    source_id: int,
    stream: str,
    *,
    first_seen_before: datetime,
    created_since: datetime | None = None,
    after_local_id: int = 0,
    limit: int | None = None,
) -> dict[str, int]:
    """Return live records that a complete reconcile pass did not see: their local ids by external id, rising.

    Events of tickets that the desk observed itself are not among them: no vendor lists those.

    Args:
        tx: Any transaction.
        pass_id: The pass.
        source_id: The source.
        stream: The stream.
        first_seen_before: Only records that the desk knew before this instant: the start of the pass.
        created_since: Only records created at or after it; for a stream with ``created_at``.
        after_local_id: Only records above it. A caller that marks them as gone piece by piece gives the last one:
            looking from the beginning again would pass over all that it marked before.
        limit: At most so many.
    """
    table = RECORDS[stream]
    query = (
        select(table.c.external_id, table.c.local_id)
        .where(
            table.c.local_id > after_local_id,
            table.c.source_id + 0 == source_id,  # no index: rows are wanted in the order in which they lie
            table.c.gone_at.is_(None),
            table.c.first_seen_at < to_us(first_seen_before),
            ~select(seen.c.pass_id)
            .where(seen.c.pass_id == pass_id, seen.c.external_id == table.c.external_id)
            .exists(),
        )
        .order_by(table.c.local_id)
    )
    if created_since is not None:
        query = query.where(table.c.created_at >= to_us(created_since))
    if stream == "ticket_events":
        query = query.where(table.c.source != EventSource.OBSERVED)
    return {row.external_id: row.local_id for row in tx.execute(query.limit(limit))}


def stage(tx: Connection, pass_id: int, records: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
    """Put a page of raw records aside until the rebuild is complete; return the page's number, from 1."""
    last = tx.execute(select(func.coalesce(func.max(staged.c.page), 0)).where(staged.c.pass_id == pass_id)).scalar_one()
    page = [[external_id, raw] for external_id, raw in records]
    try:
        content = orjson.dumps(page)
    except TypeError:  # a number beyond 64 bits, a lone surrogate, a deep nesting
        content = _PLAIN + json.dumps(page, default=str).encode()
    tx.execute(insert(staged).values(pass_id=pass_id, page=last + 1, records=zlib.compress(content, 1)))
    return int(last) + 1


def staged_page(tx: Connection, pass_id: int, page: int) -> list[tuple[str, dict[str, Any]]] | None:
    """Return a page that was put aside, or ``None`` after the last."""
    blob = tx.execute(
        select(staged.c.records).where(staged.c.pass_id == pass_id, staged.c.page == page)
    ).scalar_one_or_none()
    if blob is None:
        return None
    content = zlib.decompress(blob)
    rows = json.loads(content[1:]) if content[:1] == _PLAIN else orjson.loads(content)
    return [(external_id, raw) for external_id, raw in rows]


def _drop_collected(tx: Connection, pass_id: int) -> None:
    tx.execute(delete(seen).where(seen.c.pass_id == pass_id))
    tx.execute(delete(staged).where(staged.c.pass_id == pass_id))
