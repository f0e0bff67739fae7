"""When technicians are busy by their own calendars, and when that was read."""

from sqlalchemy import Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

busy_times = Table(
    "busy_times",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("connection", Text, nullable=False, index=True, doc="Connection that it was read over."),
    Column("technician", Text, nullable=False, doc="Who is busy: their name in the definitions."),
    Column("start_at", Instant, nullable=False, index=True, doc="From when on."),
    Column("end_at", Instant, nullable=False, doc="Until when."),
    info={STAFF: True},
)
"""What was read last; nothing says what it is about. It can be dropped and read again."""

calendar_reads = Table(
    "calendar_reads",
    metadata,
    Column("connection", Text, primary_key=True, doc="The connection."),
    Column("technicians", Json(tuple), nullable=False, doc="Whose calendars were read."),
    Column("unread", Json(tuple), nullable=False, server_default="[]", doc="Whose could not be read."),
    Column("read_at", Instant, doc="When they were read last; none = never."),
    Column("tried_at", Instant, nullable=False, doc="When that was tried last."),
    Column("error", Scrubbed, doc="Why it failed then; none = it did not."),
    info={STAFF: True},
)
"""When the calendars of each connection were read."""
