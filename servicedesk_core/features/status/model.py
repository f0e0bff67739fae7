"""The state of a desk: its connections, how complete each stream is, what runs, what needs a look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.alerts import Alert, Channel
from servicedesk_core.features.status.quotas import QuotaStatus
from servicedesk_core.jobs.status import ScheduledJob
from servicedesk_core.store.damage import Damage


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """A configured connection."""

    name: Annotated[str, Column("Its name.")]
    connector: Annotated[str, Column("Id of its connector.")]
    environment: Annotated[str, Column("`live` or `sandbox`.")]
    streams: Annotated[tuple[str, ...], Column("Streams that the configuration asks for; empty = all.")]
    vendor: Annotated[str | None, Column("Vendor id, once the tenant is known.")]
    account: Annotated[str | None, Column("The vendor's id of the tenant.")]
    account_name: Annotated[str | None, Column("The tenant's name.")]
    blocked_reason: Annotated[str | None, Column("Why it is stopped, if it is.")]
    blocked_at: Annotated[datetime | None, Column("Since when.")]
    clock_ahead_s: Annotated[
        float | None,
        Column(
            "Seconds that this machine's clock was ahead of the vendor's when last compared; nothing = it never was."
        ),
    ]


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How complete and how old a stream is."""

    connection: Annotated[str, Column("Name of the connection.")]
    stream: Annotated[str, Column("Name of the stream.")]
    records: Annotated[int, Column("Live records.")]
    quarantined: Annotated[int, Column("Records that could not be understood.")]
    derived: Annotated[bool, Column("Whether the desk made them itself, of others; completeness means nothing then.")]
    is_complete: Annotated[bool, Column("Whether everything was read, as far back as was asked for.")]
    complete_since: Annotated[
        datetime | None, Column("Everything created since is here; nothing = no limit, or not yet.")
    ]
    synced_at: Annotated[datetime | None, Column("End of the last run that read it completely.")]
    last_run_at: Annotated[datetime | None, Column("Begin of the last run.")]
    last_state: Annotated[
        str | None, Column("How it ended, as a sync's report says it: `complete`, `failed` …, or `running`.")
    ]
    problem: Annotated[str | None, Column("Why it failed, if it did.")]
    parents_left: Annotated[
        int | None, Column("Records below which it is still to be read; nothing = it is not read below others.")
    ] = None
    parents_silent: Annotated[int, Column("Those of them that gave no answer when they were last asked.")] = 0


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """Of how many live tickets how much of the past is known."""

    connection: Annotated[str, Column("Name of the connection.")]
    complete: Annotated[int, Column("Tickets of which every change of status since their creation is known.")]
    partial: Annotated[int, Column("Tickets that were first seen when things had already happened to them.")]
    none: Annotated[int, Column("Tickets of which nothing but the present state is known.")]


@dataclass(frozen=True, slots=True)
class WordStatus:
    """A value of the vendor that the mapping could not take as it is."""

    connection: Annotated[str, Column("Name of the connection.")]
    stream: Annotated[str, Column("Name of the stream.")]
    kind: Annotated[str, Column("What is wrong, such as `unmapped_status` or `implausible_date`.")]
    field: Annotated[str, Column("The domain field concerned.")]
    value: Annotated[str, Column("The value.")]
    count: Annotated[int, Column("Live records that carry it.")]
    section: Annotated[
        str, Column("Where a meaning for it has effect, if it needs one: in the configuration, or in a mapping file.")
    ] = ""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job that runs now."""

    name: Annotated[str, Column("What it does.")]
    owner: Annotated[str, Column("Where it runs.")]
    since: Annotated[datetime, Column("Since when.")]


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """The state of a desk."""

    desk: Annotated[str, Column("Its name.")]
    as_of: Annotated[datetime, Column("When this was true.")]
    store: Annotated[str, Column("The store's name.")]
    last_change: Annotated[int, Column("Position of the newest change in the feed.")]
    connections: Annotated[tuple[ConnectionInfo, ...], Column("The connections.")]
    streams: Annotated[tuple[StreamStatus, ...], Column("Their streams.")]
    issues: Annotated[
        tuple[WordStatus, ...], Column("Values that the mapping could not take, such as words without a meaning.")
    ]
    jobs: Annotated[tuple[JobStatus, ...], Column("What runs now.")]
    schedule: Annotated[
        tuple[ScheduledJob, ...], Column("The jobs of the desk, when they run and how they ended.")
    ] = ()
    quotas: Annotated[tuple[QuotaStatus, ...], Column("How much of the vendors' quotas is used, by whom.")] = ()
    alerts: Annotated[tuple[Alert, ...], Column("What somebody was told about and is not well yet.")] = ()
    channels: Annotated[tuple[Channel, ...], Column("Who is told, with what they did not take.")] = ()
    histories: Annotated[
        tuple[HistoryStatus, ...], Column("How much of the past of tickets is known, which clocks are judged by.")
    ] = ()
    damage: Annotated[
        Damage | None, Column("What the last look at the whole store found wrong with it, if it did.")
    ] = None
