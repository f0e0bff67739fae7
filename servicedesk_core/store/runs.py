"""One row for each sync run and stream: what `status` shows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import runs


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run did with one stream; what each counts stands beside its column."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    gone: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """A stream's part of a run: a row of the table."""

    id: int
    run_id: str
    source_id: int
    stream: str
    mode: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    error_code: str | None
    error: str | None
    counts: RunCounts


_ROWS: Final = Rows(Run, runs)


def start(tx: Connection, run_id: str, source_id: int, stream: str, *, mode: str, now: datetime) -> int:
    """Note that a stream is being read; return the row's number."""
    statement = insert(runs).values(
        run_id=run_id, source_id=source_id, stream=stream, mode=mode, started_at=now, outcome="running"
    )
    return int(tx.execute(statement.returning(runs.c.id)).scalar_one())


def finish(
    tx: Connection,
    row_id: int,
    counts: RunCounts,
    *,
    outcome: str,
    now: datetime,
    error_code: str | None = None,
    error: str | None = None,
) -> None:
    """Note how it went. Also usable while it runs, with ``outcome="running"``.

    Args:
        tx: A write transaction.
        row_id: What :func:`start` returned.
        counts: What was done so far.
        outcome: How it went.
        now: When it ended.
        error_code: Code of the error that ended it.
        error: Its message, without secrets and record text.
    """
    tx.execute(
        update(runs)
        .where(runs.c.id == row_id)
        .values(
            **asdict(counts),
            outcome=outcome,
            finished_at=None if outcome == "running" else now,
            error_code=error_code,
            error=error,
        )
    )


def latest(tx: Connection, source_id: int | None = None) -> list[Run]:
    """Return the newest row of each source and stream."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.source_id, runs.c.stream)
    query = _ROWS.select().where(runs.c.id.in_(newest)).order_by(runs.c.source_id, runs.c.id)
    if source_id is not None:
        query = query.where(runs.c.source_id == source_id)
    return _ROWS.all(tx, query)


def history(tx: Connection, source_id: int | None = None, stream: str | None = None, limit: int = 50) -> list[Run]:
    """Return rows, the newest first."""
    query = _ROWS.select().order_by(runs.c.id.desc()).limit(limit)
    if source_id is not None:
        query = query.where(runs.c.source_id == source_id)
    if stream is not None:
        query = query.where(runs.c.stream == stream)
    return _ROWS.all(tx, query)


def last_success(tx: Connection, source_id: int) -> dict[str, datetime]:
    """Return, by stream, when it was last read to its end."""
    query = (
        select(runs.c.stream, func.max(runs.c.finished_at))
        .where(runs.c.source_id == source_id, runs.c.outcome == "ok")
        .group_by(runs.c.stream)
    )
    return dict(tx.execute(query).all())


def requests_per_record(tx: Connection, source_id: int) -> dict[str, float]:
    """Return, by stream, how many requests a record took when whole streams were read; only where that was counted."""
    whole = or_(*(runs.c.mode.contains(mode) for mode in ("backfill", "sweep")))
    query = (
        select(runs.c.stream, func.sum(runs.c.requests), func.sum(runs.c.read))
        .where(runs.c.source_id == source_id, runs.c.requests > 0, runs.c.read > 0, whole)
        .group_by(runs.c.stream)
    )
    return {stream: float(requests) / float(read) for stream, requests, read in tx.execute(query)}


def prune(tx: Connection, before: datetime, limit: int = 5_000) -> int:
    """Forget the oldest rows; of each source and stream the newest and the last successful one stay.

    Args:
        tx: A write transaction.
        before: Only runs that began before this instant.
        limit: Look at so many at most, from the oldest on, so that other writers need not wait.

    Returns:
        How many were forgotten; 0 when there is no more to do.
    """
    oldest = select(runs.c.id).order_by(runs.c.id).limit(limit).subquery()
    end = select(func.max(oldest.c.id)).scalar_subquery()
    newest = select(func.max(runs.c.id)).group_by(runs.c.source_id, runs.c.stream)
    keep = newest.union(newest.where(runs.c.outcome == "ok"))
    old = delete(runs).where(runs.c.id <= end, runs.c.started_at < before, runs.c.id.not_in(keep))
    return tx.execute(old).rowcount
