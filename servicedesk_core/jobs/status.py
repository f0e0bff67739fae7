"""How the jobs of a desk stand: when they are due, how they ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from servicedesk_core.errors import SettingsError
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.schedule import next_due
from servicedesk_core.store import Tx, leases

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job of the desk.

    Attributes:
        job: Its name.
        about: What it does.
        schedule: When it runs.
        next_at: When it is due next; ``None`` = never, or the extra ``serve`` is missing.
        running: Whether it runs now.
        last_state: How its newest run ended: ``ok``, ``failed``, ``busy``, ``interrupted``; ``None`` = it never ran.
        last_at: When that run began.
        summary: What it did.
        error_code: Code of the error that ended it.
        error: Its message.
    """

    job: str
    about: str
    schedule: str
    next_at: datetime | None
    running: bool
    last_state: str | None
    last_at: datetime | None
    summary: str | None
    error_code: str | None
    error: str | None


def scheduled(tx: Tx, jobs: Mapping[str, Job], settings: "DeskSettings", now: datetime) -> tuple[ScheduledJob, ...]:
    """Return how the jobs stand.

    Args:
        tx: A read transaction.
        jobs: The jobs of the desk.
        settings: Its configuration.
        now: The present instant.
    """
    newest = job_runs.latest(tx)
    held = {lease.name for lease in leases.live(tx)}
    rows: list[ScheduledJob] = []
    for name, job in jobs.items():
        run, running = newest.get(name), f"job:{name}" in held
        state = run.outcome if run else None
        rows.append(
            ScheduledJob(
                job=name,
                about=job.kind.about,
                schedule=job.schedule,
                next_at=_next(job.schedule, settings, now),
                running=running,
                # Whoever left a row as running and holds no lease died.
                last_state="interrupted" if state == "running" and not running else state,
                last_at=run.started_at if run else None,
                summary=run.summary if run else None,
                error_code=run.error_code if run else None,
                error=run.error if run else None,
            )
        )
    return tuple(rows)


def _next(schedule: str, settings: "DeskSettings", now: datetime) -> datetime | None:
    try:
        return next_due(schedule, timezone=settings.desk.timezone, now=now)
    except SettingsError:  # who only looks need not have the extra; `serve` and `doctor` say what is wrong
        return None
