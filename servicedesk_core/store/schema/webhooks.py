"""The tables of webhooks: where vendors call, what they hinted at, what was heard before, what was refused."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="Whose."),
    Column("token", Text, nullable=False, unique=True, doc="The part of its path that nobody guesses."),
    Column("secret", Text, nullable=False, doc="What its vendor signs with, where that is given a secret."),
    Column("made_at", Instant, nullable=False, doc="Since when."),
    Column("heard_at", Instant, doc="When a genuine delivery last came."),
    Column("looked_at", Instant, doc="When its subscriptions were last looked at; none = they have to be."),
    Column("base_url", Text, doc="Address of the desk that its subscriptions call; none = that of the configuration."),
)
"""The address of each connection. Like ``tokens`` it holds secrets, and no view shows it."""

webhook_subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="Whose."),
    Column("stream", Text, primary_key=True, doc="What it tells of."),
    Column("ref", Text, nullable=False, doc="The vendor's id of it."),
    Column("is_active", Boolean, nullable=False, doc="Whether the vendor still calls."),
    Column("problem", Scrubbed, nullable=False, doc="Why it does not."),
    Column("expires_at", Instant, doc="When it ends unless it is renewed."),
    Column("since", Instant, nullable=False, doc="When it was registered, or first seen."),
)
"""The subscriptions at the vendors as they were last seen there; one that was lost there stays, inactive."""

webhook_hints = Table(
    "webhook_hints",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="Whose."),
    Column("stream", Text, primary_key=True, doc="Stream of the record."),
    Column("external_id", Text, primary_key=True, doc="The vendor's id of the record."),
    Column("kind", Text, nullable=False, doc="What is said to have happened last: added, changed or deleted."),
    Column("times", BigInteger, nullable=False, doc="How many events said so; they are followed once."),
    Column("told_at", Instant, nullable=False, doc="When the first of them came."),
    Column("next_at", Instant, nullable=False, doc="Not to be followed before this."),
    Column("attempts", BigInteger, nullable=False, doc="How often it was tried in vain."),
    Column("actor", Scrubbed, doc="Who did it, if the vendor tells."),
    Column("problem", Text, doc="Why the last attempt was in vain."),
    Index("ix_webhook_hints_due", "source_id", "next_at"),
)
"""Records that a vendor called about and that are still to be read."""

webhook_seen = Table(
    "webhook_seen",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="Whose."),
    Column("key", Text, primary_key=True, doc="The vendor's id of the event, or a digest of the body."),
    Column("at", Instant, nullable=False, doc="When it came."),
    Index("ix_webhook_seen_at", "at"),
)
"""Events that were heard, so that none is followed twice; forgotten when none of them can come again."""

webhook_tallies = Table(
    "webhook_tallies",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="Whose; 0 = an unknown address."),
    Column("outcome", Text, primary_key=True, doc="What became of deliveries or of events."),
    Column("hour", Instant, primary_key=True, doc="Beginning of the hour."),
    Column("number", BigInteger, nullable=False, doc="How many."),
)
"""What became of what vendors, or anybody, sent."""
