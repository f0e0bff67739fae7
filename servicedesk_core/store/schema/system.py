"""The tables of the sync engine and of the store itself."""

from sqlalchemy import BigInteger, Column, Double, Index, LargeBinary, Table, Text, UniqueConstraint

from servicedesk_core.store.schema.base import Id, metadata

sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("connector", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("vendor", Text),
    Column("account", Text),
    Column("account_name", Text),
    Column("record_urls", Text, nullable=False, server_default="{}"),
    Column("blocked_reason", Text),
    Column("blocked_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
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
    Column("pass_id", Id, primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("scope_hash", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("slice", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("resume", Text),
    Column("watermark", BigInteger),
    Column("max_stamp", BigInteger),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("pages", BigInteger, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
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

staged = Table(
    "staged",
    metadata,
    Column("pass_id", BigInteger, primary_key=True),
    Column("page", BigInteger, primary_key=True),
    Column("records", LargeBinary, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    UniqueConstraint("source_id", "stream", "external_id"),
)

record_issues = Table(
    "record_issues",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    *(Column(name, Text, primary_key=True) for name in ("stream", "external_id", "kind", "field", "value")),
    sqlite_with_rowid=False,
)

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
    Column("value", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("source_id", BigInteger, primary_key=True),
    Column("access", Text, nullable=False),
    Column("refresh", Text),
    Column("expires_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    *(
        Column(name, BigInteger, nullable=False, server_default="0")
        for name in ("read", "new", "changed", "unchanged", "quarantined", "gone", "requests")
    ),
    Column("seconds", Double, nullable=False, server_default="0"),
    Column("outcome", Text, nullable=False),
    Column("error_code", Text),
    Column("error", Text),
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
