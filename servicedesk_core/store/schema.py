"""All tables: one for each stream, derived from the domain classes, and the system tables, written out."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.store.fields import fields_of

SCHEMA_VERSION = 1
"""Version of the schema that this program writes; the number of the newest migration."""

MIN_READER = 1
"""Oldest ``SCHEMA_VERSION`` whose programs can read a store of this schema."""

BOOKKEEPING = (
    "local_id",
    "source_id",
    "external_id",
    "raw_hash",
    "row_hash",
    "mapping_version",
    "gone_at",
    "gone_reason",
    "first_seen_at",
    "changed_at",
)
"""Columns before the entity's own fields. They come first because a row is read up to the last column asked for, and
descriptions are long; ``raw`` comes last for the same reason."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A surrogate key; SQLite numbers rows by itself only for a column declared INTEGER."""


def _record_table(stream: str, entity: type[Entity]) -> Table:
    derived: list[Column[Any]] = []
    if stream == "tickets":
        derived = [Column("is_open", Boolean, nullable=False)]
    return Table(
        stream,
        metadata,
        Column("local_id", Id, primary_key=True),
        Column("source_id", BigInteger, nullable=False),
        Column("external_id", Text, nullable=False),
        Column("raw_hash", LargeBinary),
        Column("row_hash", LargeBinary, nullable=False),
        Column("mapping_version", Text, nullable=False),
        Column("gone_at", BigInteger),
        Column("gone_reason", Text),
        Column("first_seen_at", BigInteger, nullable=False),
        Column("changed_at", BigInteger, nullable=False),
        *derived,
        *(Column(f.name, f.column_type, nullable=f.nullable) for f in fields_of(entity)),
        Column("raw", LargeBinary),
        UniqueConstraint("source_id", "external_id"),
    )


RECORDS: dict[str, Table] = {stream: _record_table(stream, entity) for stream, entity in STREAMS.items()}
"""Table of each stream."""

IS_OPEN = text("tickets.is_open")
"""The condition of the index of open tickets, in the words that let SQLite use it."""

ticket_source = literal_column("+tickets.source_id", BigInteger)
"""The source of a ticket, in the words that keep SQLite from walking all tickets of a source to sort them."""

_LIVE = text("gone_at IS NULL")
_OPEN = text("is_open AND gone_at IS NULL")
_tickets = RECORDS["tickets"].c

Index("ix_tickets_number", _tickets.number)
# People know a ticket by its number.

Index("ix_tickets_created", _tickets.created_at)
# Lists are sorted by it, reconciliation works in ranges of it, and completeness asks for its ends.

Index(
    "ix_tickets_open",
    *(
        _tickets[name]
        for name in (
            "created_at",
            "local_id",
            "source_id",
            "queue_ref",
            "status_category",
            "assignee_ref",
            "company_ref",
            "priority",
            "due_at",
            "last_activity_at",
            "estimated_s",
            "external_id",
            "is_open",
            "gone_at",
        )
    ),
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
# The desk page and lists of open tickets read only this: open tickets are few, and closed ones pay nothing for it. The
# second completes the order of lists: without it SQLite takes the index of all tickets and walks past every older one
# that is closed. The last two are there because SQLite calls an index covering only when it holds the columns of its
# own condition.

for _stream, _more in {
    "notes": (),
    "time_entries": ("worked_s", "gone_at"),
    "ticket_events": (),
    "sla_results": (),
}.items():
    _c = RECORDS[_stream].c
    Index(
        f"ix_{_stream}_ticket",
        _c.source_id,
        _c.ticket_ref,
        *(_c[name] for name in _more),
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
# What hangs on a ticket; with the worked seconds, because the desk page adds them up.

for _stream, _table in RECORDS.items():
    Index(
        f"ix_{_stream}_gone",
        _table.c.source_id,
        sqlite_where=text("gone_at IS NOT NULL"),
        postgresql_where=text("gone_at IS NOT NULL"),
    )
# Live records are counted as all less those that are gone; live records pay nothing for it.

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

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("a_stream", Text, nullable=False),
    Column("a_id", BigInteger, nullable=False),
    Column("b_stream", Text, nullable=False),
    Column("b_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("a_stream", "a_id", "b_stream", "b_id", "kind"),
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

mapping_issues = Table(
    "mapping_issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    UniqueConstraint("source_id", "stream", "kind", "field", "value", name="uq_mapping_issues_word"),
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
