"""Reports as they were sent."""

from sqlalchemy import Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column(
        "key", Text, nullable=False, unique=True, doc="What it is: of the same report always the same; of its mail."
    ),
    Column("report", Text, nullable=False, doc="Name of the query whose answer it is."),
    Column("period", Text, nullable=False, doc="What time it is about, as people name it."),
    Column("mailing", Text, nullable=False, doc="Name of the definition by which it was made."),
    Column("needs", Json(tuple), nullable=False, doc="What it takes to see it: capabilities."),
    Column("subject", Scrubbed, nullable=False, doc="Subject of its mail."),
    Column("text", Scrubbed, nullable=False, doc="What the mail says."),
    Column("page", Scrubbed, nullable=False, doc="The page that is attached to it."),
    Column("channel", Text, nullable=False, doc="Name of the alert channel over whose server it goes."),
    Column("recipients", Json(tuple), nullable=False, doc="Addresses that it goes to; none = those of the channel."),
    Column("made_at", Instant, nullable=False, index=True, doc="When it was made."),
    info={STAFF: True},
    sqlite_autoincrement=True,
)
"""Pages that were made to be sent, as they were made; what became of their mails, the table of mails says."""
