"""The tables of quality: what was reviewed, what clients and our people answered, and what troubles somebody."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, UniqueConstraint

from servicedesk_core.store.column_types import Amount, Day, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, TELLS, Id, metadata

quality_reviews = Table(
    "quality_reviews",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("rule", Scrubbed, nullable=False, doc="The rule by which the ticket was drawn."),
    Column("source_id", BigInteger, nullable=False, doc="The desk's number of the connection that the ticket is of."),
    Column("ticket_ref", Text, nullable=False, doc="The vendor's id of the ticket."),
    Column("technician_ref", Text, nullable=False, doc="The vendor's id of whose work it is."),
    Column("resolved_at", Instant, nullable=False, doc="When the ticket was resolved."),
    Column("checklist", Scrubbed, nullable=False, doc="The checklist."),
    Column("items", Json(tuple), nullable=False, doc="What it asked for when the ticket was drawn."),
    Column("reviewer", Scrubbed, doc="Whose turn it is; none = of whoever may."),
    Column("drawn_at", Instant, nullable=False, doc="When it was drawn."),
    Column("drawn_by", Text, nullable=False, doc="By whom."),
    Column("passed", Boolean, doc="Whether the work passed; NULL while nobody looked."),
    Column("missed", Json, nullable=False, doc="What was not done, each with why."),
    Column("inapplicable", Json(tuple), nullable=False, doc="What did not apply."),
    Column("note", Scrubbed, doc="What else was said."),
    Column("reviewed_at", Instant, doc="When somebody looked."),
    Column("reviewed_by", Text, doc="Who."),
    UniqueConstraint("rule", "source_id", "ticket_ref"),
    Index("ix_quality_reviews_ticket", "source_id", "ticket_ref"),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""A ticket that was drawn, and what came of looking at it."""

quality_answers = Table(
    "quality_answers",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("survey", Scrubbed, nullable=False, doc="The survey."),
    Column(
        "key",
        Text,
        nullable=False,
        info={TELLS: True},
        doc="What tells the answer from others: a digest of what it says.",
    ),
    Column("of_staff", Boolean, nullable=False, doc="Whether one of our people answered; then nothing says who."),
    Column("question", Scrubbed, doc="What was asked, where the survey asks more than one thing."),
    Column("answered_at", Instant, nullable=False, doc="When; of our people only the month."),
    Column("score", Amount, doc="What was chosen, on the survey's own scale."),
    Column("source_id", BigInteger, doc="The desk's number of the connection that the ticket is of."),
    Column("ticket_ref", Text, doc="The vendor's id of the ticket, where one has its number."),
    Column("ticket", Scrubbed, doc="The ticket, as the file has it."),
    Column("contact", Scrubbed, doc="Who answered, as the file has it."),
    Column("comment", Scrubbed, doc="What they said."),
    Column("imported_at", Instant, nullable=False, doc="When it was taken in."),
    UniqueConstraint("survey", "key"),
    Index("ix_quality_answers_answered_at", "answered_at"),
    sqlite_autoincrement=True,
)
"""An answer of a survey that came in a file."""

quality_concerns = Table(
    "quality_concerns",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("about", Scrubbed, nullable=False, doc="What it is about."),
    Column("source_id", BigInteger, doc="The desk's number of the connection that the ticket is of."),
    Column("ticket_ref", Text, doc="The vendor's id of the ticket it came up with."),
    Column("owner", Scrubbed, nullable=False, doc="Who sees to it."),
    Column("due_on", Day, nullable=False, doc="Until when."),
    Column("opened_at", Instant, nullable=False, doc="When it was written down."),
    Column("opened_by", Text, nullable=False, doc="By whom."),
    Column("closed_at", Instant, doc="When it was closed."),
    Column("closed_by", Text, doc="By whom."),
    Column("done", Scrubbed, doc="What was done."),
    sqlite_autoincrement=True,
)
"""Something that troubles somebody, until it is closed."""
