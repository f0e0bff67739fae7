"""The tables of the one write path: the outbox, what happened to each write, and the audit trail."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, literal_column

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.column_types import Enum, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("key", Text, nullable=False, unique=True, doc="Id of the act, in the vendor's reference field or marker."),
    Column("request_id", Text, unique=True, doc="The caller's id of the act; a second proposal with it is the first."),
    Column("connection", Text, nullable=False, doc="Name of the connection."),
    Column("kind", Text, nullable=False, doc="What is written and how; the grant that it needs."),
    Column("aggregate", Text, nullable=False, doc="What is written in order: two writes of it are never under way."),
    Column("target", Text, doc="The vendor's id of the record; none for a new one."),
    Column("parent", Text, doc="The vendor's id of the parent record."),
    Column("label", Scrubbed, nullable=False, doc="What people call the target."),
    Column("visibility", Text, doc="internal or public where that matters."),
    Column("new_values", Json, nullable=False, doc="Field to new value."),
    Column("base_values", Json, nullable=False, doc="Field to the value that was read; the vendor must still show it."),
    Column("base_modified_at", Instant, doc="The vendor's stamp of the record when it was read."),
    Column("base_revision", Text, doc="The vendor's token of that version of the record, where it has one."),
    Column("their_values", Json, doc="Field to the value that the vendor showed instead, when it or we refused."),
    Column("their_modified_at", Instant, doc="The vendor's stamp of that."),
    Column("their_revision", Text, doc="The vendor's token of that version."),
    Column("reason", Scrubbed, nullable=False, server_default="", doc="Why, as the proposer gave it."),
    Column("proposed_by", Scrubbed, nullable=False, doc="Who wanted it."),
    Column("proposed_at", Instant, nullable=False, doc="When."),
    Column("decided_by", Scrubbed, doc="Who approved or discarded it last."),
    Column("decided_at", Instant, doc="When."),
    Column("reverts", BigInteger, doc="Number of the write that this one takes back."),
    Column("after_write", BigInteger, doc="Number of the write that must be at its vendor before this one is sent."),
    Column(
        "hops",
        BigInteger,
        nullable=False,
        server_default="0",
        doc="How many writes lie before it, each made because of the change that the one before made.",
    ),
    Column(
        "state",
        Enum(WriteState),
        nullable=False,
        doc="proposed, queued, sending, confirmed, partly_applied, rejected, in_doubt or discarded.",
    ),
    Column("attempt", BigInteger, nullable=False, server_default="0", doc="How often sending began."),
    Column("owner", Text, doc="Who sends it."),
    Column("fence", BigInteger, doc="Number of the lease under which it is sent."),
    Column("not_after", Instant, doc="When the attempt has ended at the latest, by the database's time."),
    Column("sent_at", Instant, doc="When its last attempt began; none when no attempt reached the vendor."),
    Column("doubt_at", Instant, doc="Since when it is in doubt, by the database's time."),
    Column("next_at", Instant, doc="Not to be looked at before this."),
    Column(
        "asked", BigInteger, nullable=False, server_default="0", doc="How often it was asked about, while in doubt."
    ),
    Column("candidates", Json(tuple), nullable=False, server_default="[]", doc="The vendor's ids that might be it."),
    Column("finished_at", Instant, doc="When it was confirmed, rejected or discarded."),
    Column("ref", Scrubbed, doc="The vendor's id of what was written."),
    Column(
        "unapplied",
        Json,
        nullable=False,
        server_default="{}",
        doc="Field to the reason, of those that the vendor left out although it took the others.",
    ),
    Column("moved_to", Scrubbed, doc="The vendor's id of the record that its target or parent was merged into."),
    Column(
        "warnings", Json(tuple), nullable=False, server_default="[]", doc="What the vendor or core added, for people."
    ),
    Column("error_code", Text, doc="Code of the last error."),
    Column("error", Scrubbed, doc="Its message."),
    Column("hint", Scrubbed, doc="What to do about it."),
    Column("copied_at", Instant, doc="When the written record was read back into the store."),
    sqlite_autoincrement=True,
)

Index("ix_outbox_aggregate", outbox.c.connection, outbox.c.aggregate, outbox.c.id)
# What goes before a write, and what was written to the same thing lately.
Index("ix_outbox_sent", outbox.c.connection, outbox.c.sent_at)
# How much was sent lately.
UNFINISHED = outbox.c.state.in_(
    [literal_column(f"'{state}'") for state in ("proposed", "queued", "sending", "in_doubt")]
)
"""The condition of ``ix_outbox_work`` and ``ix_outbox_unfinished``, word for word: a database takes a partial index
only where it can see that the query implies its condition, and it cannot look into bound parameters."""

OF_PARTS = outbox.c.kind.in_(
    [
        literal_column(f"'{kind}'")
        for kind in ("stock_moves.take", "stock_moves.return", "purchase_orders.place", "goods_receipts.create")
    ]
)
"""The condition of ``ix_outbox_parts``, word for word: what moves and orders parts, kept apart from the many others."""

outbox_files = Table(
    "outbox_files",
    metadata,
    Column("write_id", BigInteger, primary_key=True, autoincrement=False, doc="Number of the write that it goes with."),
    Column("content", LargeBinary, nullable=False, doc="The file; forgotten when the fate of the write is known."),
)

outbox_history = Table(
    "outbox_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("write_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False, doc="When, by the desk's clock."),
    Column("before", Enum(WriteState), doc="State before; none at the start."),
    Column("after", Enum(WriteState), nullable=False, doc="State after."),
    Column("actor", Text, nullable=False, doc="Who."),
    Column("attempt", BigInteger, nullable=False, doc="Number of the attempt."),
    Column("fence", BigInteger, doc="Number of the lease, when a sender did it."),
    Column("why", Scrubbed, nullable=False, doc="Why, for people."),
    Index("ix_outbox_history_write", "write_id", "id"),
    sqlite_autoincrement=True,
)

outbox_automatic = Table(
    "outbox_automatic",
    metadata,
    Column("write_id", BigInteger, primary_key=True, autoincrement=False, doc="Number of the write."),
    Column("act", Text, nullable=False, doc="Name of the automatic act that proposed it."),
    Column("facts", Json, nullable=False, doc="What scopes are held against, each with the words that mean it."),
    Column("reasons", Json(tuple), nullable=False, doc="Why, in sentences."),
    Column("rejected", Json(tuple), nullable=False, doc="What else was looked at, each with why not."),
    Column("approval", Text, doc="Name of the standing approval under which it was approved."),
    Column("version", BigInteger, doc="Version of the definitions by which that held."),
    Column("run", Text, doc="The run of the act in which it was approved."),
    Column("approved_at", Instant, doc="When."),
    Index("ix_outbox_automatic_approval", "approval", "approved_at"),
    info={STAFF: True},
)
"""What automatic acts proposed, with their reasons; a row beside that of the write."""

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
