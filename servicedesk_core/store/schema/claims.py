"""The tables of claims: what is claimed, how far each claim has come, and everything that happened to it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text, text

from servicedesk_core.store.schema.base import Id, metadata

claims = Table(
    "claims",
    metadata,
    Column("id", Id, primary_key=True),
    Column("claim_id", Text, nullable=False, unique=True),
    Column("revision", BigInteger, nullable=False),
    Column("connection", Text),
    Column("maker", Text, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("ticket_source_id", BigInteger),
    Column("ticket_ref", Text),
    Column("asset_ref", Text),
    Column("company_ref", Text),
    Column("serial_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_since", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("sent_as", BigInteger),
    Column("ref", Text),
    Column("vendor_status", Text),
    Column("denial_count", BigInteger, nullable=False, server_default="0"),
    Column("failed_on", Text),
    Column("filing_due_on", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("submitted_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("is_approved", Boolean),
    Column("closed_at", BigInteger),
    Column("poll_at", BigInteger),
    Column("polled_at", BigInteger),
    Column("poll_problem", Text),
    Column("body", Text, nullable=False),
    Column("progress", Text, nullable=False),
    sqlite_autoincrement=True,
)

_OPEN = text("is_open")
Index("ix_claims_open", claims.c.state, claims.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Lists of open claims.
Index("ix_claims_poll", claims.c.connection, claims.c.poll_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Which claims are to be asked after now.
Index("ix_claims_ref", claims.c.connection, claims.c.ref)
# The vendor's ids that are taken.
Index("ix_claims_ticket", claims.c.ticket_source_id, claims.c.ticket_ref)
Index("ix_claims_asset", claims.c.ticket_source_id, claims.c.asset_ref)
# Which work was claimed, and which was missed.

claim_guards = Table(
    "claim_guards",
    metadata,
    Column("key", Text, primary_key=True),
    Column("claim", BigInteger, nullable=False),
    Index("ix_claim_guards_claim", "claim"),
)
"""One open claim for each device and part: the key of each, held while the claim is open."""

claim_events = Table(
    "claim_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("claim", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("vendor_status", Text),
    Column("is_inferred", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default="{}"),
    Index("ix_claim_events_claim", "claim", "id"),
    sqlite_autoincrement=True,
)

claim_lines = Table(
    "claim_lines",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("part_number", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("is_approved", Boolean),
    Column("approved_quantity", BigInteger),
    Column("reason", Text),
)

claim_returns = Table(
    "claim_returns",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("line", BigInteger),
    Column("state", Text, nullable=False),
    Column("due_on", Text),
    Column("label_ref", Text),
    Column("carrier", Text),
    Column("tracking", Text),
    Column("expected_quantity", BigInteger),
    Column("received_quantity", BigInteger),
    Column("received_at", BigInteger),
    Column("alerted_for", Text),
)

claim_credits = Table(
    "claim_credits",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed", BigInteger),
    Column("approved", BigInteger),
    Column("currency", Text, nullable=False),
    Column("reference", Text),
    Column("approved_on", Text),
    Column("issued_on", Text),
)

claim_attachments = Table(
    "claim_attachments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("claim", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("sent_as", BigInteger),
    Column("content", LargeBinary, nullable=False),
    Index("ix_claim_attachments_claim", "claim", "id"),
    sqlite_autoincrement=True,
)
