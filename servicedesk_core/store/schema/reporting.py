"""Reports as they were sent."""

from sqlalchemy import BigInteger, Column, Table, Text

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
    Column("source_id", BigInteger, doc="Where the client of a client's report is; none = it is about all of them."),
    Column("company_ref", Text, doc="The vendor's id of that client."),
    Column("mailing", Text, doc="Name of the definition by which it was made; none = somebody asked for it."),
    Column("needs", Json(tuple), nullable=False, doc="What it takes to see it: capabilities."),
    Column("subject", Scrubbed, nullable=False, doc="Subject of its mail."),
    Column("text", Scrubbed, nullable=False, doc="What the mail says."),
    Column("page", Scrubbed, nullable=False, doc="The page that is attached to it."),
    Column("channel", Text, nullable=False, doc="Name of the alert channel over whose server it goes."),
    Column("recipients", Json(tuple), nullable=False, doc="Addresses that it goes to; none = those of the channel."),
    Column("made_at", Instant, nullable=False, index=True, doc="When it was made."),
    Column("made_by", Text, nullable=False, doc="Who asked for it, as an actor's name."),
    Column("released_at", Instant, doc="When it was released; none = it is a draft."),
    Column("released_by", Text, doc="Who released it."),
    Column("discarded_at", Instant, doc="When a draft was discarded."),
    Column("discarded_by", Text, doc="Who discarded it."),
    info={STAFF: True},
    sqlite_autoincrement=True,
)
"""Pages that were made to be sent, as they were made; what became of their mails, the table of mails says."""
