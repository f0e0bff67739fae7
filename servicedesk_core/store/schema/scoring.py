"""The tables of scorecards. A card is added and never changed; only that it was published is noted on it."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, metadata

scorecards = Table(
    "scorecards",
    metadata,
    Column("week", Text, primary_key=True, doc="The week: 2026-W41."),
    Column("kind", Text, primary_key=True, doc="technician, coordinator or team."),
    Column(
        "source_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="The source whose technician it is of; 0 where it is of nobody alone.",
    ),
    Column("technician", Text, primary_key=True, doc="The vendor's id of the technician; empty likewise."),
    Column("version", BigInteger, primary_key=True, autoincrement=False, doc="1, and more for each that followed."),
    Column("is_final", Boolean, nullable=False, doc="Whether late entries were waited for."),
    Column("issued_at", Instant, nullable=False, doc="When it was issued."),
    Column("author", Text, nullable=False, doc="Who issued it."),
    Column("reason", Scrubbed, doc="Why it was issued once more."),
    Column("published_at", Instant, doc="When it was shown to whom it is of; none = it was not."),
    Column("body", Json, nullable=False, doc="What it says."),
    info={STAFF: True},
)
"""Cards as they were issued."""

scorecard_words = Table(
    "scorecard_words",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="The source of the technician."),
    Column("technician", Text, primary_key=True, doc="The vendor's id of the technician."),
    Column("number", BigInteger, primary_key=True, autoincrement=False, doc="Its number, from 1 without gaps."),
    Column("week", Text, nullable=False, doc="The week of the card that it is about."),
    Column("kind", Text, nullable=False, doc="agreement or comment."),
    Column("figure", Text, doc="The figure that an agreement is to move."),
    Column("text", Scrubbed, nullable=False, doc="The words."),
    Column("at", Instant, nullable=False, doc="When it was written."),
    Column("author", Text, nullable=False, doc="Who wrote it."),
    info={STAFF: True},
)
"""What was agreed about cards, and what was said of them."""
