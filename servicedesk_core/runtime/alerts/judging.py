"""What is wrong with a desk now: a pure reading of what the store knows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servicedesk_core.store.alerts import Condition
from servicedesk_core.store.job_runs import JobRun
from servicedesk_core.store.sources import Source

SWEEP_EVERY = timedelta(days=1)
"""Streams without a modification stamp are read as a whole once a day."""

CALM = frozenset({"sync", "mass_change"})
"""Codes of a sync job whose streams tell more themselves."""


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What is known of a stream.

    Attributes:
        connection: Name of the connection.
        stream: The stream.
        is_swept: Whether it is read as a whole once a day.
        failures: How many of its newest runs failed in a row.
        error: Message of the newest of them.
        synced_at: End of its last complete read; ``None`` = never.
        known_since: When the desk first knew the connection.
    """

    connection: str
    stream: str
    is_swept: bool
    failures: int
    error: str | None
    synced_at: datetime | None
    known_since: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """When something counts as wrong.

    Attributes:
        failing_after: Failures in a row.
        silent_after: Intervals without a complete read.
        intervals: By connection, how often it is synced; a connection that is not scheduled is never silent.
        running: By connection, since when it is being synced; a long first sync is not silence.
    """

    failing_after: int
    silent_after: float
    intervals: Mapping[str, timedelta]
    running: Mapping[str, datetime] = field(default_factory=dict)


def judge(
    streams: Sequence[StreamFacts],
    sources: Sequence[Source],
    jobs: Mapping[str, Sequence[JobRun]],
    rules: Rules,
    now: datetime,
) -> list[Condition]:
    """Return everything that is wrong now, one condition for each cause.

    A connection that cannot be used at all is one condition, and its streams are left out: their silence follows from
    it.

    Args:
        streams: The streams.
        sources: The connections as the store knows them.
        jobs: Runs of each job, the newest first.
        rules: When something counts as wrong.
        now: The present instant.
    """
    stopped = {found.key.partition(":")[2]: found for found in _connections(sources, jobs, rules)}
    found = list(stopped.values())
    for stream in streams:
        if stream.connection not in stopped:
            found += _stream(stream, rules, now)
    found += _jobs(jobs, rules)
    return found


def _connections(sources: Sequence[Source], jobs: Mapping[str, Sequence[JobRun]], rules: Rules) -> Iterator[Condition]:
    told: set[str] = set()
    for source in sources:
        if source.blocked_reason is not None:
            told.add(source.name)
            yield Condition(
                f"connection:{source.name}",
                "stopped",
                f"Connection {source.name} is stopped: {source.blocked_reason}",
                f"Correct the credentials, then run: servicedesk connections test {source.name}",
            )
    for name, history in jobs.items():
        kind, _, connection = name.partition(":")
        failures = _failures(history)
        if (
            kind != "sync"
            or connection in told
            or len(failures) < rules.failing_after
            or failures[0].error_code in CALM
        ):
            continue
        problem = f"Connection {connection} cannot be synced: {_reason(failures[0])}"
        yield Condition(f"connection:{connection}", "failing", problem, f"Run: servicedesk sync {connection}")


def _stream(stream: StreamFacts, rules: Rules, now: datetime) -> Iterator[Condition]:
    name = f"{stream.connection}/{stream.stream}"
    key = f"stream:{name}"
    hint = f"Run: servicedesk sync {stream.connection} --only {stream.stream}"
    if stream.failures >= rules.failing_after:
        problem = f"Stream {name} failed {stream.failures} times in a row: {stream.error or 'no reason was noted'}"
        yield Condition(key, "failing", problem, hint)
        return
    interval = rules.intervals.get(stream.connection)
    if interval is None:
        return
    expected = max(interval, SWEEP_EVERY) if stream.is_swept else interval
    age = now - max(stream.synced_at or stream.known_since, rules.running.get(stream.connection, stream.known_since))
    if age > expected * rules.silent_after:
        since = "never" if stream.synced_at is None else f"{stream.synced_at:%Y-%m-%d %H:%M} UTC"
        problem = f"Stream {name} is silent: last read completely {since}, expected every {_span(expected)}."
        yield Condition(key, "silent", problem, f"Is the schedule running? {hint}")


def _jobs(jobs: Mapping[str, Sequence[JobRun]], rules: Rules) -> Iterator[Condition]:
    for name, history in jobs.items():
        failures = _failures(history)
        if name.partition(":")[0] != "sync" and len(failures) >= rules.failing_after:
            problem = f"Job {name} failed: {_reason(failures[0])}"
            yield Condition(f"job:{name}", "failing", problem, f"Run: servicedesk jobs run {name}")


def _failures(history: Sequence[JobRun]) -> list[JobRun]:
    """Return the newest runs that failed; those that still run, were cut off, or found somebody at it, say nothing."""
    found = []
    for run in history:
        if run.outcome == "ok":
            break
        if run.outcome == "failed":
            found.append(run)
    return found


def _reason(run: JobRun) -> str:
    return run.error or run.error_code or "no reason was noted"


def _span(interval: timedelta) -> str:
    minutes = round(interval.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"  # noqa: PLR2004
