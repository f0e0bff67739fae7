"""What people of the desk keep about tickets themselves: nothing of it is at a vendor."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import metadata

snoozes = Table(
    "snoozes",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("until", Instant, nullable=False, doc="When it comes back."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
    Column("by", Text, nullable=False, doc="Who said so, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When; what the client writes later wakes it."),
)
"""Tickets that nobody need look at before an instant."""
