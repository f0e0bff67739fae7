"""Major incidents: many clients' tickets under one of our own, what clients were told, and by which writes."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("source_id", BigInteger, nullable=False, doc="The connection of its parent ticket."),
    Column("ticket_ref", Text, doc="The vendor's id of its parent ticket; none = the write that makes it tells."),
    Column("write_id", BigInteger, doc="Number of the write that makes its parent ticket; none = there was one."),
    Column("title", Scrubbed, nullable=False, doc="What people call it."),
    Column("priority", Text, doc="How urgent it is, P1 to P5."),
    Column("owner", Text, nullable=False, doc="Who looks after it, as an actor's name."),
    Column("every_s", BigInteger, nullable=False, doc="So many seconds after the last update clients are told again."),
    Column("declared_by", Text, nullable=False, doc="Who declared it, as an actor's name."),
    Column("declared_at", Instant, nullable=False, doc="When."),
    Column("closed_by", Text, doc="Who closed it, as an actor's name."),
    Column("closed_at", Instant, index=True, doc="When; none = it is open."),
    Column("said", Scrubbed, doc="What was said last."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""Major incidents."""

incident_links = Table(
    "incident_links",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("incident_id", BigInteger, nullable=False, index=True, doc="The incident."),
    Column("ticket_id", BigInteger, nullable=False, index=True, doc="The desk's own number of a client's ticket."),
    Column("linked_by", Text, nullable=False, doc="Who linked it, as an actor's name."),
    Column("linked_at", Instant, nullable=False, doc="When."),
    Column("unlinked_by", Text, doc="Who took it out, as an actor's name."),
    Column("unlinked_at", Instant, doc="When; none = it stands under the incident."),
    Column("write_id", BigInteger, doc="Number of the write that tells its vendor; none = the desk alone knows."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""Clients' tickets that stand, or stood, under an incident."""

incident_updates = Table(
    "incident_updates",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("incident_id", BigInteger, nullable=False, index=True, doc="The incident."),
    Column("text", Scrubbed, nullable=False, doc="What clients are told."),
    Column("due_at", Instant, nullable=False, doc="By when clients were to be told."),
    Column("by", Text, nullable=False, doc="Who wrote it, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""What is told about incidents: one text, in one note for each ticket."""

incident_notes = Table(
    "incident_notes",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("update_id", BigInteger, nullable=False, index=True, doc="The update."),
    Column("ticket_id", BigInteger, nullable=False, index=True, doc="The desk's own number of the ticket."),
    Column("is_public", Boolean, nullable=False, doc="Whether the client reads it; the parent's note nobody does."),
    Column("write_id", BigInteger, index=True, doc="Number of the write that carries it; none = there is none yet."),
    Column("why", Scrubbed, doc="Why it has none; none = it is to have one."),
    sqlite_autoincrement=True,
)
"""The notes of each update, all stored with it: who goes on with one that broke off sees which are missing."""
