"""Reads from the store what alerts are judged by."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from servicedesk_core.config import DeskSettings
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.job_runs import JobRun
from servicedesk_core.jobs.schedule import interval_of
from servicedesk_core.runtime.alerts.judging import Rules, StreamFacts
from servicedesk_core.store import leases, runs, sources
from servicedesk_core.store.queries.completeness import SWEEP
from servicedesk_core.store.runs import Run
from servicedesk_core.store.schema import progress
from servicedesk_core.store.sources import Source

LOOKED_AT = 200
"""Newest runs of a stream and of a job that failures are counted in."""

INTERRUPTED = frozenset({"running", "interrupted"})


def streams(tx: Connection, known: list[Source]) -> list[StreamFacts]:
    """Return what is known of each stream that was ever begun.

    Args:
        tx: A read transaction.
        known: The connections to look at.
    """
    found: list[StreamFacts] = []
    for source in known:
        succeeded = runs.last_success(tx, source.id)
        sweeping = select(progress.c.stream).where(progress.c.source_id == source.id, progress.c.mode == SWEEP)
        swept = set(tx.execute(sweeping).scalars())
        for newest in runs.latest(tx, source.id):
            failures, newest_failure = _failures(tx, source.id, newest.stream)
            found.append(
                StreamFacts(
                    source.name,
                    newest.stream,
                    newest.stream in swept,
                    failures,
                    newest_failure.error if newest_failure else None,
                    newest_failure.error_code if newest_failure else None,
                    succeeded.get(newest.stream),
                    source.created_at,
                )
            )
    return found


def job_histories(tx: Connection, names: Mapping[str, object]) -> dict[str, list[JobRun]]:
    """Return the newest runs of each job that there is."""
    return {name: job_runs.history(tx, name, LOOKED_AT) for name in names}


def known_sources(tx: Connection, settings: DeskSettings) -> list[Source]:
    """Return the connections that the configuration still has."""
    return [source for source in sources.all(tx) if source.name in settings.connections]


def rules_of(tx: Connection, settings: DeskSettings, schedules: Mapping[str, str], now: datetime) -> Rules:
    """Return the rules of a desk.

    Args:
        tx: A read transaction.
        settings: The desk.
        schedules: By connection, when it is synced.
        now: The present instant.
    """
    intervals: dict[str, timedelta] = {}
    for connection, schedule in schedules.items():
        interval = interval_of(schedule, timezone=settings.desk.timezone, now=now)
        if interval is not None:
            intervals[connection] = interval
    held = {lease.name: lease.since for lease in leases.live(tx)}
    running = {name: held[f"sync:{name}"] for name in schedules if f"sync:{name}" in held}
    return Rules(settings.alerts.failing_after, settings.alerts.silent_after, intervals, running)


def _failures(tx: Connection, source_id: int, stream: str) -> tuple[int, Run | None]:
    """Return how many runs failed in a row, and the newest of them."""
    count, newest = 0, None
    for run in runs.history(tx, source_id, stream, LOOKED_AT):
        if run.outcome in INTERRUPTED:
            continue
        if run.outcome == "ok":
            break
        count, newest = count + 1, newest or run
    return count, newest
