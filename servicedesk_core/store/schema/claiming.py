"""The tables of claims: what is claimed, how far each claim has come, and everything that happened to it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text, false

from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimEventKind,
    ClaimProgress,
    ClaimState,
    CreditKind,
    CreditState,
    ReturnState,
)
from servicedesk_core.store.column_types import Amount, Day, Enum, Instant, Json, Scrubbed, Stated
from servicedesk_core.store.schema.base import Id, metadata

claims = Table(
    "claims",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("claim_id", Text, nullable=False, unique=True, doc="The desk's id of the claim, as its maker sees it too."),
    Column("revision", BigInteger, nullable=False, doc="Rises with every change."),
    Column("connection", Text, doc="Connection to the manufacturer; NULL = none."),
    Column("manufacturer", Text, nullable=False, doc="The manufacturer."),
    Column("by_hand", Boolean, nullable=False, doc="Whether a person sends it."),
    Column("ticket_source_id", BigInteger, doc="The desk's number of the connection that the ticket is of."),
    Column("ticket_ref", Text, doc="The vendor's id of the ticket."),
    Column("asset_ref", Text, doc="The vendor's id of the device's record."),
    Column("company_ref", Text, doc="The vendor's id of the client."),
    Column("serial_number", Scrubbed, nullable=False, doc="The device."),
    Column("state", Enum(ClaimState), nullable=False, doc="Where it stands, without what its write says."),
    Column("state_since", Instant, nullable=False, doc="Since when it stands there."),
    Column("is_open", Boolean, nullable=False, doc="Whether something is still expected."),
    Column("sent_as", BigInteger, doc="Number of the write that sends it now, if one does."),
    Column("ref", Scrubbed, doc="The manufacturer's id of the claim."),
    Column("vendor_status", Scrubbed, doc="The manufacturer's own word."),
    Column("denial_count", BigInteger, nullable=False, server_default="0", doc="How often it was denied."),
    Column("failed_on", Day, doc="Day of the failure."),
    Column("filing_due_on", Day, doc="Last day on which it may arrive."),
    Column("created_at", Instant, nullable=False, doc="When it was drafted."),
    Column("created_by", Text, nullable=False, doc="By whom."),
    Column("changed_at", Instant, nullable=False, doc="When anything about it changed last."),
    Column("submitted_at", Instant, doc="When the manufacturer had it."),
    Column("decided_at", Instant, doc="When it was last approved or denied."),
    Column("is_approved", Boolean, doc="What was decided; NULL while nothing was seen."),
    Column("closed_at", Instant, doc="When nothing was expected any more."),
    Column("poll_at", Instant, doc="When to ask after it next."),
    Column("polled_at", Instant, doc="When it was last asked after."),
    Column("poll_problem", Scrubbed, doc="Why the last look brought nothing, if it did not."),
    Column("body", Stated(ClaimDraft), nullable=False, doc="What is claimed."),
    Column(
        "credits_to_client",
        Boolean,
        nullable=False,
        server_default=false(),
        doc="Whether its money is the client's, and so no revenue or saving of ours.",
    ),
    Column("progress", Stated(ClaimProgress), nullable=False, doc="How far it has come at the manufacturer."),
    sqlite_autoincrement=True,
)

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
    Column("at", Instant, nullable=False, doc="When it happened, by the manufacturer's clock where it tells."),
    Column("recorded_at", Instant, nullable=False, doc="When the desk learned of it."),
    Column("kind", Enum(ClaimEventKind), nullable=False, doc="What happened."),
    Column("before", Enum(ClaimState), doc="State before, where it changed."),
    Column("after", Enum(ClaimState), doc="State after."),
    Column("vendor_status", Scrubbed, doc="The manufacturer's own word."),
    Column("is_inferred", Boolean, nullable=False, doc="Whether it was not seen, but must have been."),
    Column("actor", Text, nullable=False, doc="Who; maker for the manufacturer."),
    Column("detail", Json, nullable=False, server_default="{}", doc="What it was about."),
    Index("ix_claim_events_claim", "claim", "id"),
    sqlite_autoincrement=True,
)

claim_lines = Table(
    "claim_lines",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True, doc="Place in the claim, from 1."),
    Column("part_number", Scrubbed, nullable=False, doc="The failed part."),
    Column("quantity", Amount, nullable=False, doc="How many were claimed."),
    Column("is_approved", Boolean, doc="What was decided; NULL while it is open."),
    Column("approved_quantity", Amount, doc="How many were approved, if told."),
    Column("reason", Scrubbed, doc="Why, in the manufacturer's words."),
)

claim_returns = Table(
    "claim_returns",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("line", BigInteger, doc="Line of the claim, if told."),
    Column("state", Enum(ReturnState), nullable=False, doc="Where the defective part stands."),
    Column("due_on", Day, doc="Last day on which it is in time."),
    Column("label_ref", Scrubbed),
    Column("carrier", Scrubbed, doc="Who carries it."),
    Column("tracking", Scrubbed, doc="Its tracking number."),
    Column("expected_quantity", Amount),
    Column("received_quantity", Amount),
    Column("received_at", Instant, doc="When the manufacturer had it."),
    Column("charge", Amount, doc="What the manufacturer charges when it does not come back in time."),
    Column("currency", Text, doc="Of the charge."),
    Column("alerted_for", Day, doc="The due day of which people were told that it passed."),
)

claim_credits = Table(
    "claim_credits",
    metadata,
    Column("claim", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column(
        "kind",
        Enum(CreditKind),
        nullable=False,
        doc="What the money is for; a fee is money that the manufacturer keeps.",
    ),
    Column("state", Enum(CreditState), nullable=False, doc="Where it stands."),
    Column("claimed", Amount, doc="What was asked for."),
    Column("approved", Amount, doc="What was agreed."),
    Column("currency", Text, nullable=False, doc="ISO 4217 code."),
    Column("reference", Scrubbed, doc="The manufacturer's document."),
    Column("approved_on", Day, doc="Day on which it was first seen as agreed."),
    Column("issued_on", Day, doc="Day on which it was issued."),
)

claim_attachments = Table(
    "claim_attachments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("claim", BigInteger, nullable=False),
    Column("name", Scrubbed, nullable=False, doc="File name."),
    Column("media_type", Scrubbed, nullable=False, doc="Media type."),
    Column("kind", Text, nullable=False, doc="What it proves."),
    Column("size", BigInteger, nullable=False, doc="Bytes."),
    Column("sha256", Text, nullable=False, doc="Its hash, as hexadecimal text."),
    Column("added_at", Instant, nullable=False, doc="When it was added."),
    Column("added_by", Text, nullable=False, doc="By whom."),
    Column("sent_as", BigInteger, doc="Number of the write that sent it by itself."),
    Column("content", LargeBinary, nullable=False, doc="The file."),
    Index("ix_claim_attachments_claim", "claim", "id"),
    sqlite_autoincrement=True,
)
