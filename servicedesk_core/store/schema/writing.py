"""The tables of the one write path: the outbox, what happened to each write, and the audit trail."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, literal_column, text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("request_id", Text, unique=True),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("target", Text),
    Column("parent", Text),
    Column("label", Text, nullable=False),
    Column("visibility", Text),
    Column("new_values", Text, nullable=False),
    Column("base_values", Text, nullable=False),
    Column("base_modified_at", BigInteger),
    Column("their_values", Text),
    Column("their_modified_at", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Column("reverts", BigInteger),
    Column("state", Text, nullable=False),
    Column("attempt", BigInteger, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("fence", BigInteger),
    Column("not_after", BigInteger),
    Column("sent_at", BigInteger),
    Column("doubt_at", BigInteger),
    Column("next_at", BigInteger),
    Column("asked", BigInteger, nullable=False, server_default="0"),
    Column("candidates", Text, nullable=False, server_default="[]"),
    Column("finished_at", BigInteger),
    Column("ref", Text),
    Column("warnings", Text, nullable=False, server_default="[]"),
    Column("error_code", Text),
    Column("error", Text),
    Column("hint", Text),
    Column("copied_at", BigInteger),
    sqlite_autoincrement=True,
)

_LIVE = text("state IN ('proposed', 'queued', 'sending', 'in_doubt')")
Index("ix_outbox_work", outbox.c.connection, outbox.c.state, outbox.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)
# What is to be sent or settled; finished writes pay nothing for it. Only queries that say UNFINISHED use it.
Index("ix_outbox_unfinished", outbox.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)
# The same over all connections, the newest first: the list that people look at.
Index("ix_outbox_aggregate", outbox.c.connection, outbox.c.aggregate, outbox.c.id)
# What goes before a write, and what was written to the same thing lately.
Index("ix_outbox_sent", outbox.c.connection, outbox.c.sent_at)
# How much was sent lately.
UNFINISHED = outbox.c.state.in_(
    [literal_column(f"'{state}'") for state in ("proposed", "queued", "sending", "in_doubt")]
)
"""The condition of ``ix_outbox_work`` and ``ix_outbox_unfinished``, word for word: a database takes a partial index
only where it can see that the query implies its condition, and it cannot look into bound parameters."""

outbox_history = Table(
    "outbox_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("write_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("fence", BigInteger),
    Column("why", Text, nullable=False),
    Index("ix_outbox_history_write", "write_id", "id"),
    sqlite_autoincrement=True,
)

write_lanes = Table(
    "write_lanes",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("failures", BigInteger, nullable=False, doc="How often in a row."),
    Column("resume_at", Instant, nullable=False, doc="When the next single attempt may be made, until one succeeds."),
    Column("reason", Scrubbed, nullable=False, doc="Why, for people."),
)

write_permits = Table(
    "write_permits",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("at", Instant, nullable=False, doc="Since when."),
    Column("count", BigInteger, nullable=False, doc="How many writes."),
    Column("by", Text, nullable=False, doc="Who said so."),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_entity", "entity", "seq"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
