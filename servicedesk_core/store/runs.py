"""One row for each sync run and stream: what `status` shows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import runs


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run did with one stream.

    Attributes:
        read: Records read.
        new: Records that were new.
        changed: Records whose content changed.
        unchanged: Records whose content was the same.
        quarantined: Records that did not fit.
        gone: Records marked as gone.
        requests: Requests sent.
        seconds: Time taken.
    """

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
    """A stream's part of a run.

    Attributes:
        id: Its number.
        run_id: Common to all streams of one run.
        source_id: The source.
        stream: The stream.
        mode: Why it was read.
        started_at: When it began.
        finished_at: When it ended; ``None`` while it runs, or when its process died.
        outcome: ``running``, ``ok``, ``failed``, ``interrupted`` …
        error_code: Code of the error that ended it.
        error: Its message.
        counts: What it did.
    """

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


def start(tx: Connection, run_id: str, source_id: int, stream: str, *, mode: str, now: datetime) -> int:
    """Note that a stream is being read; return the row's number."""
    statement = insert(runs).values(
        run_id=run_id, source_id=source_id, stream=stream, mode=mode, started_at=to_us(now), outcome="running"
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
            finished_at=None if outcome == "running" else to_us(now),
            error_code=error_code,
            error=None if error is None else scrub(error),
        )
    )


def latest(tx: Connection, source_id: int | None = None) -> list[Run]:
    """Return the newest row of each source and stream."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.source_id, runs.c.stream)
    query = select(runs).where(runs.c.id.in_(newest)).order_by(runs.c.source_id, runs.c.id)
    if source_id is not None:
        query = query.where(runs.c.source_id == source_id)
    return [_run(row) for row in tx.execute(query).mappings()]


def history(tx: Connection, source_id: int | None = None, stream: str | None = None, limit: int = 50) -> list[Run]:
    """Return rows, the newest first."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if source_id is not None:
        query = query.where(runs.c.source_id == source_id)
    if stream is not None:
        query = query.where(runs.c.stream == stream)
    return [_run(row) for row in tx.execute(query).mappings()]


def last_success(tx: Connection, source_id: int) -> dict[str, datetime]:
    """Return, by stream, when it was last read to its end."""
    query = (
        select(runs.c.stream, func.max(runs.c.finished_at))
        .where(runs.c.source_id == source_id, runs.c.outcome == "ok")
        .group_by(runs.c.stream)
    )
    return {stream: from_us(at) for stream, at in tx.execute(query)}


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
    old = delete(runs).where(runs.c.id <= end, runs.c.started_at < to_us(before), runs.c.id.not_in(keep))
    return tx.execute(old).rowcount


def _run(row: Any) -> Run:
    return Run(
        id=row["id"],
        run_id=row["run_id"],
        source_id=row["source_id"],
        stream=row["stream"],
        mode=row["mode"],
        started_at=from_us(row["started_at"]),
        finished_at=optional_instant(row["finished_at"]),
        outcome=row["outcome"],
        error_code=row["error_code"],
        error=row["error"],
        counts=RunCounts(**{name: row[name] for name in RunCounts.__dataclass_fields__}),
    )
