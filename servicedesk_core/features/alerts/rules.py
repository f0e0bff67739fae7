"""What is wrong with a desk now: a pure reading of what the store knows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servicedesk_core.faces import Condition
from servicedesk_core.jobs.job_runs import JobRun
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
        error_code: Its code.
        synced_at: End of its last complete read; ``None`` = never.
        known_since: When the desk first knew the connection.
    """

    connection: str
    stream: str
    is_swept: bool
    failures: int
    error: str | None
    error_code: str | None
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
    *,
    told: Collection[str] = (),
) -> list[Condition]:
    """Return everything that is wrong now, one condition for each cause.

    A connection that cannot be used at all is one condition, and its streams are left out: their silence follows from
    it. Streams of one connection that one cause stops at once are one outage, with the streams inside.

    Args:
        streams: The streams.
        sources: The connections as the store knows them.
        jobs: Runs of each job, the newest first.
        rules: When something counts as wrong.
        now: The present instant.
        told: Keys of the alerts that are open: what was told as one outage, or for itself, goes on so until it is over.
    """
    found = {condition.key: condition for condition in _connections(sources, jobs, rules)}
    causes: dict[tuple[str, str], list[_Wrong]] = {}
    for stream in streams:
        one = _stream(stream, rules, now)
        if one is None:
            continue
        if one.condition.key in told:
            found[one.condition.key] = one.condition
        elif _of_connection(stream.connection) not in found:
            causes.setdefault((stream.connection, one.cause), []).append(one)
    for (connection, cause), wrong in causes.items():
        condition = _outage(connection, cause, wrong, told)
        found[condition.key] = condition
    return [*found.values(), *_jobs(jobs, rules)]


def _of_connection(name: str) -> str:
    return f"connection:{name}"


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A stream that is wrong.

    Attributes:
        stream: Its name.
        cause: Code of the error, or ``silent``.
        what: What is wrong, to stand behind its name.
        condition: What is told when it is the only one.
    """

    stream: str
    cause: str
    what: str
    condition: Condition


def _outage(connection: str, cause: str, wrong: Sequence[_Wrong], told: Collection[str]) -> Condition:
    """Return one condition for the streams of a connection that one cause stops at once."""
    key = f"{_of_connection(connection)}/{cause}"
    first = wrong[0]
    if len(wrong) == 1 and key not in told:
        return first.condition
    are = "stream is" if len(wrong) == 1 else "streams are"
    kind, names = first.condition.kind, ", ".join(one.stream for one in wrong)
    problem = f"{len(wrong)} {are} {kind} over {connection} ({names}): {first.stream} {first.what}"
    schedule = "Is the schedule running? " if kind == "silent" else ""
    return Condition(key, kind, problem, f"{schedule}Run: servicedesk sync {connection}")


def _connections(sources: Sequence[Source], jobs: Mapping[str, Sequence[JobRun]], rules: Rules) -> Iterator[Condition]:
    told: set[str] = set()
    for source in sources:
        if source.blocked_reason is not None:
            told.add(source.name)
            yield Condition(
                _of_connection(source.name),
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
        yield Condition(_of_connection(connection), "failing", problem, f"Run: servicedesk sync {connection}")


def _stream(stream: StreamFacts, rules: Rules, now: datetime) -> _Wrong | None:
    name = f"{stream.connection}/{stream.stream}"
    hint = f"Run: servicedesk sync {stream.connection} --only {stream.stream}"

    def wrong(kind: str, cause: str, what: str, hint: str) -> _Wrong:
        return _Wrong(stream.stream, cause, what, Condition(f"stream:{name}", kind, f"Stream {name} {what}", hint))

    if stream.failures >= rules.failing_after:
        what = f"failed {stream.failures} times in a row: {stream.error or 'no reason was noted'}"
        return wrong("failing", stream.error_code or "failing", what, hint)
    interval = rules.intervals.get(stream.connection)
    if interval is None:
        return None
    expected = max(interval, SWEEP_EVERY) if stream.is_swept else interval
    age = now - max(stream.synced_at or stream.known_since, rules.running.get(stream.connection, stream.known_since))
    if age > expected * rules.silent_after:
        since = "never" if stream.synced_at is None else f"{stream.synced_at:%Y-%m-%d %H:%M} UTC"
        what = f"is silent: last read completely {since}, expected every {_span(expected)}."
        return wrong("silent", "silent", what, f"Is the schedule running? {hint}")
    return None


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
