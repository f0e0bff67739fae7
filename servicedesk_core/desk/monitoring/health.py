"""How the desk is doing, for monitoring: ages, errors by code and quotas; no text of a record and no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection

from servicedesk_core.desk.monitoring.load import DeskLoad, load
from servicedesk_core.features.alerts import Alert, Channel, channels, open_alerts
from servicedesk_core.features.status import QuotaStatus, account_quotas
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.status import ScheduledJob, scheduled
from servicedesk_core.store import runs, sources

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """A stream as monitoring sees it.

    Attributes:
        connection: Name of the connection.
        stream: Name of the stream.
        age_s: Seconds since it was last read completely; ``None`` = never.
        synced_at: When that was.
        last_state: How its newest run ended: ``ok``, ``failed``, ``running`` …
        last_error: Code of the error that ended it.
    """

    connection: str
    stream: str
    age_s: float | None
    synced_at: datetime | None
    last_state: str
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """The desk as monitoring sees it.

    Attributes:
        status: ``ok``, or ``failing`` while an alert is open or a server's store cannot be read.
        desk: Its name.
        as_of: When this was true.
        streams: The streams.
        jobs: The jobs.
        jobs_done: By job, when it last ended well.
        alerts: Open alerts.
        channels: Channels that alerts are sent to, with what they did not take.
        quotas: The vendors' quotas.
        load: How much the store holds.
    """

    status: Literal["ok", "failing"]
    desk: str
    as_of: datetime
    streams: tuple[StreamHealth, ...]
    jobs: tuple[ScheduledJob, ...]
    jobs_done: Mapping[str, datetime]
    alerts: tuple[Alert, ...]
    channels: tuple[Channel, ...]
    quotas: tuple[QuotaStatus, ...]
    load: DeskLoad


def health(tx: Connection, settings: "DeskSettings", jobs: Mapping[str, Job], now: datetime) -> Health:
    """Return how the desk is doing.

    Args:
        tx: A read transaction.
        settings: The configuration.
        jobs: The jobs of the desk.
        now: The present instant.
    """
    found = open_alerts(tx)
    return Health(
        status="failing" if found else "ok",
        desk=settings.desk.name,
        as_of=now,
        streams=_streams(tx, settings, now),
        jobs=scheduled(tx, jobs, settings, now),
        jobs_done=job_runs.last_success(tx),
        alerts=tuple(found),
        channels=tuple(channels(tx)),
        quotas=account_quotas(tx, settings, now),
        load=load(tx),
    )


def _streams(tx: Connection, settings: "DeskSettings", now: datetime) -> tuple[StreamHealth, ...]:
    rows: list[StreamHealth] = []
    for source in sources.all(tx):
        if source.name not in settings.connections:
            continue
        succeeded = runs.last_success(tx, source.id)
        for run in runs.latest(tx, source.id):
            at = succeeded.get(run.stream)
            age_s = None if at is None else max((now - at).total_seconds(), 0.0)
            rows.append(StreamHealth(source.name, run.stream, age_s, at, run.outcome, run.error_code))
    return tuple(rows)
