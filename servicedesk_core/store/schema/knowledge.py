"""Articles of knowledge bases, as they were read, and which helped with which ticket."""

from sqlalchemy import BigInteger, Column, Table, Text, UniqueConstraint

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

knowledge_articles = Table(
    "knowledge_articles",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("connection", Text, nullable=False, doc="Connection that it was read over."),
    Column("ref", Text, nullable=False, doc="The provider's id."),
    Column("title", Scrubbed, nullable=False, doc="What it is called."),
    Column("tags", Json(tuple), nullable=False, doc="Words that it was filed under."),
    Column("words", Json(tuple), nullable=False, doc="The words of its text that tell it apart."),
    Column("url", Text, doc="Where a person reads it."),
    Column("changed_at", Instant, doc="When it was written last; none = not known."),
    Column("read_at", Instant, nullable=False, doc="When it was read."),
    UniqueConstraint("connection", "ref"),
)
"""What was read last. It can be dropped and read again."""

knowledge_links = Table(
    "knowledge_links",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("ticket_id", BigInteger, nullable=False, index=True, doc="The desk's own number of the ticket."),
    Column("connection", Text, nullable=False, doc="Connection of the article."),
    Column("ref", Text, nullable=False, doc="The provider's id of the article."),
    Column("by", Text, nullable=False, doc="Who said so, as an actor's name."),
    Column("at", Instant, nullable=False, doc="When."),
    UniqueConstraint("ticket_id", "connection", "ref"),
    info={STAFF: True},
)
"""Which article helped with which ticket, as somebody said."""
