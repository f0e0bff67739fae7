"""The tables of the sync engine and of the store itself."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, LargeBinary, Table, Text, UniqueConstraint

from servicedesk_core.store.column_types import Instant, Json, Packed, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number; source_id of every record."),
    Column("name", Text, nullable=False, unique=True, doc="Name in the configuration."),
    Column("connector", Text, nullable=False, doc="Id of the connector."),
    Column("environment", Text, nullable=False, doc="live or sandbox."),
    Column("vendor", Text, doc="Vendor id, once the tenant is known."),
    Column("account", Text, doc="The vendor's id of the tenant."),
    Column("account_name", Text, doc="The tenant's name."),
    Column(
        "record_urls",
        Json,
        nullable=False,
        server_default="{}",
        doc="By stream, the page of a record at the vendor, with {external_id}.",
    ),
    Column("blocked_reason", Text, doc="Why the connection is stopped, if it is."),
    Column("blocked_at", Instant, doc="Since when it is stopped."),
    Column("created_at", Instant, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("local_id", BigInteger, nullable=False),
    Column("source_id", BigInteger, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changed_fields", Text, nullable=False, server_default="[]"),
    Column("origin", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text),
    Column("write_id", BigInteger),
    Column("states", Text),
    sqlite_autoincrement=True,
)

consumers = Table(
    "consumers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("pass_id", Id, primary_key=True, doc="Its number; never used again."),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("scope_hash", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("slice", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("state", Text, nullable=False, doc="running (also when its process died) or complete."),
    Column("resume", Text, doc="Where to go on; none at the start."),
    Column("watermark", Instant, doc="Of the last complete pass over the key."),
    Column("max_stamp", Instant, doc="Newest modification stamp that this pass saw."),
    Column("since", Instant, doc="Lower bound of what it reads."),
    Column("until", Instant, doc="Upper bound; of an incremental pass its start by the vendor's clock."),
    Column("started_at", Instant, nullable=False, doc="When it began, by ours."),
    Column("finished_at", Instant, doc="When it ended."),
    Column("pages", BigInteger, nullable=False, server_default="0", doc="Pages committed."),
    Column("records", BigInteger, nullable=False, server_default="0", doc="Records read."),
    UniqueConstraint("source_id", "stream", "scope_hash", "mode", "slice", "partition", name="uq_progress_key"),
    sqlite_autoincrement=True,
)

seen = Table(
    "seen",
    metadata,
    Column("pass_id", BigInteger, primary_key=True),
    Column("external_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

children_read = Table(
    "children_read",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    Column("stream", Text, primary_key=True, doc="Stream of the children."),
    Column("parent_ref", Text, primary_key=True, doc="Their parent."),
    Column("mark", Text, doc="What the parent said of itself when it was asked; none = it is to be asked again."),
    Column("asked_at", Instant, nullable=False, doc="When it was last asked for its children."),
    Column("outcome", Text, nullable=False, doc="What it answered: found, missing, denied or failed."),
    Column("reason", Scrubbed, doc="Why there is no answer."),
    sqlite_with_rowid=False,
)

staged = Table(
    "staged",
    metadata,
    Column("pass_id", BigInteger, primary_key=True),
    Column("page", BigInteger, primary_key=True),
    Column("records", LargeBinary, nullable=False),
)

record_revisions = Table(
    "record_revisions",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("external_id", Text, nullable=False, doc="The vendor's id."),
    Column("reason", Scrubbed, nullable=False, doc="What was wrong the last time."),
    Column("raw", Packed, doc="Its payload."),
    Column("first_seen_at", Instant, nullable=False, doc="When it first failed."),
    Column("last_seen_at", Instant, nullable=False, doc="When it last failed."),
    Column("attempts", BigInteger, nullable=False, doc="How often it failed."),
    Column("parent_ref", Text, doc="Below which record it was read, of a stream that is read below others."),
    UniqueConstraint("source_id", "stream", "external_id"),
)

record_issues = Table(
    "record_issues",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    *(Column(name, Text, primary_key=True) for name in ("stream", "external_id", "kind", "field", "value")),
    sqlite_with_rowid=False,
)

ticket_histories = Table(
    "ticket_histories",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    Column("ticket_ref", Text, primary_key=True),
    Column("is_complete", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Tickets of whose past anything is known, and whether everything is, since their creation."""

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

budget_buckets = Table(
    "budget_buckets",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("used", BigInteger, nullable=False),
)

budget_counters = Table(
    "budget_counters",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("total", BigInteger),
    Column("allowed", BigInteger),
    Column("as_of", BigInteger),
    Column("others", BigInteger),
    Column("next_at", BigInteger, nullable=False, server_default="0"),
)

budget_slots = Table(
    "budget_slots",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("slot", BigInteger, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

budget_waiters = Table(
    "budget_waiters",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

state = Table(
    "state",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Json, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    Column("access", Text, nullable=False),
    Column("refresh", Text),
    Column("expires_at", Instant),
    Column("updated_at", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Text, nullable=False, doc="Common to all streams of one run."),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False, doc="Which records."),
    Column("mode", Text, nullable=False, doc="Why they were read."),
    Column("started_at", Instant, nullable=False, doc="When it began."),
    Column("finished_at", Instant, doc="When it ended; none while it runs, or when its process died."),
    *(
        Column(name, BigInteger, nullable=False, server_default="0", doc=meaning)
        for name, meaning in (
            ("read", "Records read."),
            ("new", "Records that were new."),
            ("changed", "Records whose content changed."),
            ("unchanged", "Records whose content was the same."),
            ("quarantined", "Records that did not fit."),
            ("gone", "Records marked as gone."),
            ("requests", "Requests sent."),
        )
    ),
    Column("seconds", Double, nullable=False, server_default="0", doc="Time taken, in seconds."),
    Column("outcome", Text, nullable=False, doc="How it went: running, ok, failed, interrupted …"),
    Column("error_code", Text, doc="Code of the error that ended it."),
    Column("error", Scrubbed, doc="Its message."),
    Index("ix_runs_latest", "source_id", "stream", "started_at"),
)

raw_shapes = Table(
    "raw_shapes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("keys", Text, nullable=False),
)

store_meta = Table(
    "store_meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
