"""The table of the tokens that programs show."""

from sqlalchemy import Column, LargeBinary, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("digest", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the token, which is kept nowhere."),
    Column("name", Scrubbed, nullable=False, doc="What it is for."),
    Column("person", Text, nullable=False, doc="Whose rights it has a part of, as an actor's name: user:ana."),
    Column("capabilities", Json(tuple), nullable=False, doc="What it may of that; none = all of it."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    Column("made_by", Text, nullable=False, doc="Who made it."),
    Column("expires_at", Instant, nullable=False, doc="When it ends."),
    Column("last_used_at", Instant, doc="When it was shown last, to some minutes."),
    Column("revoked_at", Instant, doc="When it was revoked."),
    Column("revoked_by", Text, doc="Who revoked it."),
    sqlite_autoincrement=True,
)
"""Tokens by which programs prove who sends them."""
