"""The tables of messages to clients: what there is to tell, links that clients follow, what they answered, bounces."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

client_messages = Table(
    "client_messages",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("key", Text, nullable=False, unique=True, doc="What happened; of the same always the same."),
    Column("trigger", Text, nullable=False, doc="What it tells of, such as resolved."),
    Column("ticket_id", BigInteger, nullable=False, doc="The desk's own number of the ticket."),
    Column("told", Json, nullable=False, doc="What is told of it beside the ticket: a visit, a due time."),
    Column("is_urgent", Boolean, nullable=False, doc="Whether it waits for nothing."),
    Column("happened_at", Instant, nullable=False, doc="When it happened, as the vendor says."),
    Column("noticed_at", Instant, nullable=False, doc="When the desk learned it."),
    Column("due_at", Instant, nullable=False, doc="Not to be told before this."),
    Column("state", Text, nullable=False, doc="waiting, held, proposed or dropped."),
    Column("why", Scrubbed, doc="Why it is held, or was dropped."),
    Column("template", Text, doc="Name of the template that it was made with."),
    Column("write_id", BigInteger, doc="Number of the write that carries it."),
    Column("done_at", Instant, doc="When it was proposed, or dropped."),
    Index("ix_client_messages_due", "state", "due_at"),
    Index("ix_client_messages_ticket", "ticket_id"),
    Index("ix_client_messages_write", "write_id"),
    sqlite_autoincrement=True,
)
"""What clients are to be told. What they read stands in the write that carries it."""

client_links = Table(
    "client_links",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("shows", Text, nullable=False, doc="ticket, client or survey."),
    Column("source_id", BigInteger, nullable=False, doc="Of which connection the ticket or the client is."),
    Column("ref", Text, nullable=False, doc="The vendor's id of the ticket, or of the client."),
    Column("secret", Text, nullable=False, doc="What its signature is made with."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    Column("made_by", Text, nullable=False, doc="By whom."),
    Column("ends_at", Instant, nullable=False, doc="Until when it leads anywhere."),
    Column("revoked_at", Instant, doc="When it was taken back."),
    Index("ix_client_links_ref", "source_id", "ref"),
    sqlite_autoincrement=True,
)
"""Links by which clients read what they were told, and say how it went."""

survey_answers = Table(
    "survey_answers",
    metadata,
    Column("link_id", BigInteger, primary_key=True, autoincrement=False, doc="The link: it is answered once."),
    Column("ticket_id", BigInteger, nullable=False, doc="The desk's own number of the ticket."),
    Column("rating", BigInteger, nullable=False, doc="From 1, bad, to 5, good."),
    Column("comment", Scrubbed, nullable=False, doc="What they wrote besides."),
    Column("at", Instant, nullable=False, doc="When."),
    Index("ix_survey_answers_ticket", "ticket_id"),
)
"""How clients say that it went."""

mail_bounces = Table(
    "mail_bounces",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("address", Scrubbed, nullable=False, doc="Whom the mail did not reach, in lower case."),
    Column("message_id", Text, nullable=False, doc="Message-ID of the mail, as far as the report names it."),
    Column("status", Text, nullable=False, doc="The code of the report, such as 5.1.1."),
    Column("is_final", Boolean, nullable=False, doc="Whether the address is gone."),
    Column("told", Scrubbed, nullable=False, doc="What the mail server said."),
    Column("at", Instant, nullable=False, doc="When the report was read."),
    Column("by", Text, nullable=False, doc="Who read it."),
    Column("cleared_at", Instant, doc="When somebody said that the address is right."),
    Index("ux_mail_bounces_mail", "address", "message_id", "status", unique=True),
    sqlite_autoincrement=True,
)
"""Addresses that mail servers could not reach. Nothing more is sent to one until somebody clears it."""
