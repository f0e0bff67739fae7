"""The state of the desk's data and jobs, from the store alone."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from servicedesk_core.config import ConnectionSettings, DeskSettings
from servicedesk_core.domain import MappingIssue
from servicedesk_core.features.alerts import channels, open_alerts
from servicedesk_core.features.status.model import (
    ConnectionInfo,
    DeskStatus,
    HistoryStatus,
    JobStatus,
    StreamStatus,
    WordStatus,
)
from servicedesk_core.features.status.quotas import account_quotas
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.status import scheduled
from servicedesk_core.store import changes, damage, histories, issues, leases, runs, sources, state
from servicedesk_core.store.queries.completeness import StreamCompleteness, completeness
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.runs import Run
from servicedesk_core.store.sources import Source

_STATES = {"ok": "complete"}
_FOR_CLIENTS = frozenset({"desk", "as_of", "store", "last_change", "connections", "streams"})
"""What a read with a scope keeps; every other part of the state is empty then."""


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
    found = completeness(tx)
    return DeskStatus(
        desk=settings.desk.name,
        as_of=now,
        store=store,
        last_change=changes.head(tx),
        connections=connections(tx, settings),
        streams=tuple(_stream(row, latest.get((row.connection, row.stream))) for row in found),
        issues=tuple(
            _word(names[i.source_id], i.stream, i.issue, i.count, is_file=i.source_id in files) for i in issues.list(tx)
        ),
        jobs=tuple(JobStatus(lease.name, lease.owner, lease.since) for lease in leases.live(tx)),
        schedule=scheduled(tx, jobs, settings, now),
        quotas=account_quotas(tx, settings, now),
        alerts=tuple(open_alerts(tx)),
        channels=tuple(channels(tx)),
        histories=tuple(_histories(tx, row, known) for row in found if row.stream == "tickets" and row.rows),
        damage=damage.known(tx),
    )


_VOCABULARIES = {
    "unmapped_status": "status",
    "unmapped_priority": "priority",
    "unmapped_appointment_status": "appointment_status",
    "unmapped_project_status": "project_status",
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


def _histories(tx: Connection, tickets: StreamCompleteness, known: Sequence[Source]) -> HistoryStatus:
    source_id = next(source.id for source in known if source.name == tickets.connection)
    counted = histories.counts(tx, source_id, tickets.rows)
    return HistoryStatus(tickets.connection, counted.complete, counted.partial, counted.none)


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
        parents_left=row.parents_left,
        parents_silent=row.parents_silent,
    )
