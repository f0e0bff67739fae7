"""The table of assignments: who was given which ticket, who else could have been, and why."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from servicedesk_core.store.column_types import Amount, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

assignments = Table(
    "assignments",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("write_id", BigInteger, nullable=False, unique=True, doc="Number of the write that gives the ticket away."),
    Column("at", Instant, nullable=False, doc="When that was proposed."),
    Column("actor", Scrubbed, nullable=False, doc="By whom."),
    Column("source_id", BigInteger, nullable=False, doc="The desk's number of the connection that the ticket is of."),
    Column("ticket_ref", Text, nullable=False, doc="The vendor's id of the ticket."),
    Column("queue", Scrubbed, doc="Its queue then."),
    Column("technician_ref", Text, doc="The vendor's id of who was chosen; none = nobody was to have it."),
    Column("recommended_ref", Text, doc="The vendor's id of who came first; none = nobody could take it."),
    Column("score", Amount, doc="What who was chosen came to; none = they were refused, or nobody was chosen."),
    Column("ranking", Json(tuple), nullable=False, doc="Who could take it, with the parts of each score."),
    Column("refused", Json(tuple), nullable=False, doc="Who could not, with every reason."),
    Column("reason", Scrubbed, nullable=False, doc="Why, as whoever chose said it."),
    Index("ix_assignments_ticket", "source_id", "ticket_ref", "at"),
    Index("ix_assignments_at", "at"),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""A choice, kept when its write was proposed."""
