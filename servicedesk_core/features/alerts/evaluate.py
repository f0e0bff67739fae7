"""Looks at the store, the connections, their streams and the jobs for what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from servicedesk_core.clock import CLOCK_HINT, clock_problem
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.alerts.rules import Rules, StreamFacts, judge
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.jobs.schedule import interval_of
from servicedesk_core.store import Tx, leases, runs, sources, state
from servicedesk_core.store import damage as known_damage
from servicedesk_core.store.queries.completeness import SWEEP
from servicedesk_core.store.runs import Run
from servicedesk_core.store.schema import progress
from servicedesk_core.store.sources import Source

LOOKED_AT: Final = 200
"""Newest runs of a stream and of a job that failures are counted in."""

INTERRUPTED: Final = frozenset({"running", "interrupted"})


def damage(watch: Watch) -> Iterator[Condition]:
    """Yield what the last look at the whole store found wrong with it."""
    if (found := known_damage.known(watch.tx)) is not None:
        yield Condition("store", "damaged", known_damage.told(found), known_damage.HINT)


def wrong_clocks(watch: Watch) -> Iterator[Condition]:
    """Yield each connection whose vendor's clock differed from ours when they were last compared."""
    ahead = state.of_all(watch.tx, state.CLOCK_AHEAD)
    for source in known_sources(watch):
        if problem := clock_problem(source.name, ahead.get(source.id)):
            yield Condition(f"clock:{source.name}", "clock", problem, CLOCK_HINT)


def streams_and_jobs(watch: Watch) -> list[Condition]:
    """Return the connections, streams and jobs that fail or are silent."""
    tx, desk, known = watch.tx, watch.desk, known_sources(watch)
    histories = {name: job_runs.history(tx, name, LOOKED_AT) for name in desk.known_jobs}
    return judge(_streams(tx, known), known, histories, _rules(watch), watch.now, told=watch.told)


def known_sources(watch: Watch) -> list[Source]:
    """Return the connections that the configuration still has."""
    return [source for source in sources.all(watch.tx) if source.name in watch.desk.settings.connections]


def _rules(watch: Watch) -> Rules:
    desk: JobDesk = watch.desk
    synced = {
        job.connection: job.schedule for job in desk.known_jobs.values() if job.connection and job.kind.name == "sync"
    }
    intervals: dict[str, timedelta] = {}
    for connection, schedule in synced.items():
        interval = interval_of(schedule, timezone=desk.settings.desk.timezone, now=watch.now)
        if interval is not None:
            intervals[connection] = interval
    held = {lease.name: lease.since for lease in leases.live(watch.tx)}
    running = {name: held[f"sync:{name}"] for name in synced if f"sync:{name}" in held}
    return Rules(desk.settings.alerts.failing_after, desk.settings.alerts.silent_after, intervals, running)


def _streams(tx: Tx, known: list[Source]) -> list[StreamFacts]:
    """Return what is known of each stream that was ever begun."""
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


def _failures(tx: Tx, source_id: int, stream: str) -> tuple[int, Run | None]:
    """Return how many runs failed in a row, and the newest of them."""
    count, newest = 0, None
    for run in runs.history(tx, source_id, stream, LOOKED_AT):
        if run.outcome in INTERRUPTED:
            continue
        if run.outcome == "ok":
            break
        count, newest = count + 1, newest or run
    return count, newest
