"""One row for each run of a job: which due time it served, who ran it, how it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import job_runs

Origin = Literal["schedule", "manual"]
Outcome = Literal["running", "ok", "failed", "busy", "interrupted"]

MOST_ATTEMPTS = 3
"""How often one due time is tried when its runs are cut off; then the next due time is waited for. One that found
somebody else at it was no try."""

_UNSERVED = frozenset({"running", "busy", "interrupted"})
"""Ends of a run after which its due time is still to be served."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """A run of a job: a row of the table."""

    id: int
    job: str
    slot: datetime
    origin: str
    owner: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    summary: str | None
    error_code: str | None
    error: str | None


_ROWS: Final = Rows(JobRun, job_runs)


def claim(tx: Connection, job: str, slot: datetime, *, origin: Origin, owner: str, now: datetime) -> int | None:
    """Take a due time of a job. The caller holds the job's lease, so a row that still runs belongs to a dead process.

    Args:
        tx: A write transaction, with the fence of the job's lease.
        job: Name of the job.
        slot: The due time.
        origin: Why it runs.
        owner: Who takes it.
        now: The present instant.

    Returns:
        The run's number; ``None`` when this due time, or a later one, was served already.
    """
    values = {"origin": origin, "owner": owner, "started_at": now, "outcome": "running"}
    if origin == "manual":
        return _add(tx, job, _free(tx, job, slot), values)
    row = tx.execute(
        select(job_runs.c.id, job_runs.c.slot, job_runs.c.outcome, job_runs.c.attempt)
        .where(job_runs.c.job == job, job_runs.c.slot >= slot, job_runs.c.origin == "schedule")
        .order_by(job_runs.c.slot.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return _add(tx, job, _free(tx, job, slot), values)
    attempt = row.attempt if row.outcome == "busy" else row.attempt + 1
    if row.slot != slot or row.outcome not in _UNSERVED or attempt > MOST_ATTEMPTS:
        return None
    tx.execute(
        update(job_runs)
        .where(job_runs.c.id == row.id)
        .values(attempt=attempt, finished_at=None, summary=None, error_code=None, error=None, **values)
    )
    return int(row.id)


def finish(
    tx: Connection,
    run_id: int,
    *,
    outcome: Outcome,
    now: datetime,
    summary: str | None = None,
    error_code: str | None = None,
    error: str | None = None,
) -> None:
    """Note how a run ended.

    Args:
        tx: A write transaction.
        run_id: What :func:`claim` returned.
        outcome: How it ended.
        now: When.
        summary: What it did, in a line without record text.
        error_code: Code of the error that ended it.
        error: Its message.
    """
    tx.execute(
        update(job_runs)
        .where(job_runs.c.id == run_id)
        .values(
            outcome=outcome,
            finished_at=now,
            summary=summary,
            error_code=error_code,
            error=error,
        )
    )


def latest(tx: Connection) -> dict[str, JobRun]:
    """Return the newest run of each job, by its name."""
    newest = select(func.max(job_runs.c.id)).group_by(job_runs.c.job)
    query = _ROWS.select().where(job_runs.c.id.in_(newest)).order_by(job_runs.c.job)
    return {run.job: run for run in _ROWS.all(tx, query)}


def history(tx: Connection, job: str, limit: int = 20) -> list[JobRun]:
    """Return the runs of a job, the newest first."""
    return _ROWS.all(tx, _ROWS.select().where(job_runs.c.job == job).order_by(job_runs.c.id.desc()).limit(limit))


def last_success(tx: Connection) -> dict[str, datetime]:
    """Return, by job, when it last ended well; jobs that never did are left out."""
    found: dict[str, datetime] = {}
    for job in tx.execute(select(job_runs.c.job).distinct()).scalars():
        # A query for each, because the newest due times of one job stand together in the index of (job, slot).
        ended = select(job_runs.c.finished_at).where(job_runs.c.job == job, job_runs.c.outcome == "ok")
        at = tx.execute(ended.order_by(job_runs.c.slot.desc()).limit(1)).scalar_one_or_none()
        if at is not None:
            found[job] = at
    return found


def prune(tx: Connection, before: datetime) -> int:
    """Forget runs that began before an instant, but never the newest of a job; return how many."""
    newest = select(func.max(job_runs.c.id)).group_by(job_runs.c.job)
    old = delete(job_runs).where(job_runs.c.started_at < before, job_runs.c.id.not_in(newest))
    return tx.execute(old).rowcount


def _add(tx: Connection, job: str, slot: datetime, values: dict[str, Any]) -> int:
    added = insert(job_runs).values(job=job, slot=slot, attempt=1, **values)
    return int(tx.execute(added.returning(job_runs.c.id)).scalar_one())


def _free(tx: Connection, job: str, slot: datetime) -> datetime:
    """Return an instant that no run of the job has: by hand it may be run twice within a microsecond of the clock."""
    while tx.execute(select(job_runs.c.id).where(job_runs.c.job == job, job_runs.c.slot == slot)).one_or_none():
        slot += timedelta(microseconds=1)
    return slot
