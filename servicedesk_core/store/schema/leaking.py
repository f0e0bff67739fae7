"""The table of what nobody is billed for."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Amount, Instant, Scrubbed
from servicedesk_core.store.schema.base import metadata

leaks = Table(
    "leaks",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="The connection of the record."),
    Column("leak", Text, primary_key=True, doc="Why it is not billed, or not enough."),
    Column("ref", Text, primary_key=True, doc="The vendor's id of the record, or a name within the connection."),
    Column("amount", Amount, doc="What it comes to; nothing = nobody knows."),
    Column("currency", Text, doc="Its currency; nothing = the MSP's own."),
    Column("first_found_at", Instant, nullable=False, doc="When it was found first."),
    Column("accepted_at", Instant, doc="When somebody accepted it; nothing = nobody did."),
    Column("author", Text, doc="Who."),
    Column("reason", Scrubbed, doc="Why."),
)
"""What the last look found, and what of it somebody accepted."""
