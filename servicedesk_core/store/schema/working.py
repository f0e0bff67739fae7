"""What people of the desk keep about tickets themselves: nothing of it is at a vendor."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

snoozes = Table(
    "snoozes",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("until", Instant, nullable=False, doc="When it comes back."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
    Column("by", Text, nullable=False, doc="Who said so, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When; what the client writes later wakes it."),
    info={STAFF: True},
)
"""Tickets that nobody need look at before an instant."""

shift_log = Table(
    "shift_log",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("ticket_id", BigInteger, index=True, doc="The desk's own number of the ticket that it is about."),
    Column("text", Scrubbed, nullable=False, doc="What happened, or what the next shift has to know."),
    Column("by", Text, nullable=False, doc="Who wrote it, as an actor's name."),
    Column("at", Instant, nullable=False, index=True, doc="When."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""What one shift tells the next. Rows are only ever added."""

client_promises = Table(
    "client_promises",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("ticket_id", BigInteger, nullable=False, index=True, doc="The desk's own number of the ticket."),
    Column("what", Text, nullable=False, doc="What was promised: call, write, visit, or other."),
    Column("text", Scrubbed, nullable=False, doc="What else was said about it."),
    Column("due_at", Instant, nullable=False, index=True, doc="By when."),
    Column("by", Text, nullable=False, doc="Who promised it, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When; contact with the client after it keeps it."),
    Column("kept_at", Instant, doc="When somebody said that it was kept; none = only what is written tells."),
    Column("withdrawn_at", Instant, doc="When it was withdrawn."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""What people of the desk promised clients by a time, such as a call at three."""

help_calls = Table(
    "help_calls",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("ticket_id", BigInteger, nullable=False, index=True, doc="The desk's own number of the ticket."),
    Column("text", Scrubbed, nullable=False, doc="What help is wanted with."),
    Column("skills", Json(), nullable=False, doc="Skills that were asked for besides, with their levels."),
    Column("asked", Json(tuple), nullable=False, doc="The vendor's ids of the technicians who were asked."),
    Column("by", Text, nullable=False, doc="Who asked, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When."),
    Column("until", Instant, nullable=False, index=True, doc="Until when help is wanted."),
    Column("withdrawn_at", Instant, doc="When it was withdrawn."),
    Column("given_at", Instant, doc="When somebody took it up."),
    Column("given_by_ref", Text, doc="The vendor's id of who did."),
    Column("write_id", BigInteger, doc="Number of the write that makes them a helper; refused, nobody took it up."),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""Calls for help with a ticket, each told to those who could help."""
