"""The state of the desk's data and jobs, from the store alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from servicedesk_core.config import ConnectionSettings, DeskSettings
from servicedesk_core.desk.monitoring.checking import ConnectionInfo
from servicedesk_core.desk.monitoring.quotas import QuotaStatus, quotas
from servicedesk_core.domain import MappingIssue
from servicedesk_core.features.alerts import Alert, Channel, channels, open_alerts
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.status import ScheduledJob, scheduled
from servicedesk_core.store import changes, issues, leases, runs, soundness, sources, state
from servicedesk_core.store.queries.completeness import StreamCompleteness, completeness
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.runs import Run
from servicedesk_core.store.soundness import Damage
from servicedesk_core.store.sources import Source

_STATES = {"ok": "complete"}
_FOR_CLIENTS = frozenset({"desk", "as_of", "store", "last_change", "connections", "streams"})
"""What a read with a scope keeps; every other part of the state is empty then."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How complete and how old a stream is.

    Attributes:
        connection: Name of the connection.
        stream: Name of the stream.
        records: Live records.
        quarantined: Records that could not be understood.
        derived: Whether the desk made them itself, from what it saw of others; completeness means nothing for them.
        is_complete: Whether everything was read, as far back as was asked for.
        complete_since: Everything created since then is here; ``None`` = no limit, or nothing yet.
        synced_at: End of the last run that read it completely.
        last_run_at: Begin of the last run.
        last_state: How that run ended, in the words of a sync's report: ``complete``, ``failed`` …, or ``running``.
        problem: Why it failed, if it did.
    """

    connection: str
    stream: str
    records: int
    quarantined: int
    derived: bool
    is_complete: bool
    complete_since: datetime | None
    synced_at: datetime | None
    last_run_at: datetime | None
    last_state: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class WordStatus:
    """A value of the vendor that the mapping could not take as it is.

    Attributes:
        connection: Name of the connection.
        stream: Name of the stream.
        kind: What is wrong, for example ``unmapped_status``, ``unknown_picklist_value`` or ``implausible_date``.
        field: The domain field concerned.
        value: The value.
        count: Live records that carry it.
        section: Where in the configuration, or in a mapping file, a meaning for it has effect; empty for what needs
            none, and for words of a plugin's own.
    """

    connection: str
    stream: str
    kind: str
    field: str
    value: str
    count: int
    section: str = ""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job that runs now.

    Attributes:
        name: What it does.
        owner: Where it runs.
        since: Since when.
    """

    name: str
    owner: str
    since: datetime


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """The state of a desk.

    Attributes:
        desk: Its name.
        as_of: When this was true.
        store: The store's name.
        last_change: Position of the newest change in the feed.
        connections: The connections.
        streams: Their streams.
        issues: Values that the mapping could not take as they are, such as words without a meaning.
        jobs: What runs now.
        schedule: The jobs of the desk, when they run and how they ended.
        quotas: How much of the vendors' quotas is used, by whom.
        alerts: What somebody was told about and is not well yet.
        channels: Who is told, with what they did not take.
        damage: What the last look at the whole store found wrong with it; ``None`` = nothing, or nobody looked.
    """

    desk: str
    as_of: datetime
    store: str
    last_change: int
    connections: tuple[ConnectionInfo, ...]
    streams: tuple[StreamStatus, ...]
    issues: tuple[WordStatus, ...]
    jobs: tuple[JobStatus, ...]
    schedule: tuple[ScheduledJob, ...] = ()
    quotas: tuple[QuotaStatus, ...] = ()
    alerts: tuple[Alert, ...] = ()
    channels: tuple[Channel, ...] = ()
    damage: Damage | None = None


def connections(tx: Connection | None, settings: DeskSettings) -> tuple[ConnectionInfo, ...]:
    """Return the configured connections with what the store knows of them.

    Args:
        tx: A read transaction; ``None`` = there is no store yet.
        settings: The configuration.
    """
    known = {source.name: source for source in (sources.all(tx) if tx is not None else ())}
    ahead = state.of_all(tx, state.CLOCK_AHEAD) if tx is not None else {}
    return tuple(_info(name, one, known.get(name), ahead) for name, one in settings.connections.items())


def _info(name: str, settings: ConnectionSettings, source: Source | None, ahead: Mapping[int, float]) -> ConnectionInfo:
    return ConnectionInfo(
        name=name,
        connector=settings.connector,
        environment=settings.environment,
        streams=settings.streams,
        vendor=source.vendor if source else None,
        account=source.account if source else None,
        account_name=source.account_name if source else None,
        blocked_reason=source.blocked_reason if source else None,
        blocked_at=source.blocked_at if source else None,
        clock_ahead_s=ahead.get(source.id) if source else None,
    )


def scoped(tx: Connection, whole: DeskStatus, scope: Scope) -> DeskStatus:
    """Return what a client may see of the state: how complete and fresh its own records are."""
    counted = {(row.connection, row.stream): row for row in completeness(tx, scope=scope)}
    nothing: dict[str, Any] = dict.fromkeys(_ONLY_FOR_THE_DESK, ()) | {"damage": None}
    return replace(
        whole,
        connections=tuple(c for c in whole.connections if c.name == scope.connection),
        streams=tuple(
            replace(s, records=counted[key].rows, quarantined=0)
            for s in whole.streams
            if (key := (s.connection, s.stream)) in counted
        ),
        **nothing,
    )


_ONLY_FOR_THE_DESK = tuple(f.name for f in fields(DeskStatus) if f.name not in _FOR_CLIENTS)


def status(tx: Connection, settings: DeskSettings, jobs: Mapping[str, Job], *, store: str, now: datetime) -> DeskStatus:
    """Return the state of the desk.

    Args:
        tx: A read transaction.
        settings: The configuration.
        jobs: The jobs of the desk.
        store: The store's name.
        now: The current instant.
    """
    known = sources.all(tx)
    names = {source.id: source.name for source in known}
    files = {source.id for source in known if source.connector == "tabular"}
    latest = {(names[run.source_id], run.stream): run for run in runs.latest(tx)}
    return DeskStatus(
        desk=settings.desk.name,
        as_of=now,
        store=store,
        last_change=changes.head(tx),
        connections=connections(tx, settings),
        streams=tuple(_stream(row, latest.get((row.connection, row.stream))) for row in completeness(tx)),
        issues=tuple(
            _word(names[i.source_id], i.stream, i.issue, i.count, is_file=i.source_id in files) for i in issues.list(tx)
        ),
        jobs=tuple(JobStatus(lease.name, lease.owner, lease.since) for lease in leases.live(tx)),
        schedule=scheduled(tx, jobs, settings, now),
        quotas=quotas(tx, settings, now),
        alerts=tuple(open_alerts(tx)),
        channels=tuple(channels(tx)),
        damage=soundness.known(tx),
    )


_VOCABULARIES = {
    "unmapped_status": "status",
    "unmapped_priority": "priority",
    "unmapped_visibility": "note_visibility",
}
"""Kinds of words and the part of the operator's vocabulary that gives them a meaning."""


def _word(connection: str, stream: str, issue: MappingIssue, count: int, *, is_file: bool) -> WordStatus:
    section = ""
    if part := _VOCABULARIES.get(issue.kind):
        section = f"[connections.{connection}.mapping.{part}]"
    elif is_file and issue.kind == "unmapped_event":
        section = "[files.words]"
    elif is_file and issue.kind.startswith("unmapped_"):
        section = f"values of {issue.field} in [files.columns]"
    return WordStatus(connection, stream, issue.kind, issue.field, issue.value, count, section)


def _stream(row: StreamCompleteness, run: Run | None) -> StreamStatus:
    return StreamStatus(
        connection=row.connection,
        stream=row.stream,
        records=row.rows,
        quarantined=row.quarantined,
        derived=not row.is_read,
        is_complete=row.is_complete,
        complete_since=row.complete_since,
        synced_at=row.last_success_at,
        last_run_at=run.started_at if run else None,
        last_state=_STATES.get(run.outcome, run.outcome) if run else None,
        problem=run.error if run else None,
    )
