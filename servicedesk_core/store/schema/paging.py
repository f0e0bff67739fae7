"""The tables of messages to our own people: what they are told, and each attempt to hand it over."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

staff_messages = Table(
    "staff_messages",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("key", Text, nullable=False, unique=True, doc="What it is; of the same message always the same."),
    Column("recipient", Text, nullable=False, doc="A name in the list of people, or channel:NAME/NUMBER."),
    Column("is_urgent", Boolean, nullable=False, doc="Whether it does not wait for the end of quiet hours."),
    Column("subject", Scrubbed, nullable=False, doc="Its first line."),
    Column("text", Scrubbed, nullable=False, doc="What it says."),
    Column("ticket_id", BigInteger, doc="The ticket without which nobody needs it: a closed one drops it."),
    Column("created_at", Instant, nullable=False, doc="When there was something to say."),
    Column("next_at", Instant, nullable=False, doc="Not to be handed over before this."),
    Column("batch", Text, doc="With which others it is handed over as one: the id that goes along with it."),
    Column("state", Text, nullable=False, doc="waiting, sent or dropped."),
    Column("done_at", Instant, doc="When it was taken, or dropped."),
    Column("why", Scrubbed, doc="Why it was dropped, or not taken so far."),
    Index("ix_staff_messages_waiting", "state", "next_at"),
    Index("ix_staff_messages_batch", "batch"),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""Messages to our own people; what belongs together goes out as one."""

staff_attempts = Table(
    "staff_attempts",
    metadata,
    Column("batch", Text, primary_key=True, doc="What was handed over."),
    Column("number", BigInteger, primary_key=True, autoincrement=False, doc="Which attempt, from 1."),
    Column("channel", Text, nullable=False, doc="Over what: mail, or which of the addresses for pages."),
    Column("began_at", Instant, nullable=False, doc="When it began."),
    Column("ended_at", Instant, doc="When it ended; none while it lasts."),
    Column("fate", Text, nullable=False, doc="sending, sent, refused or in_doubt."),
    Column("why", Scrubbed, doc="Why it was not taken."),
    info={STAFF: True},
)
"""Each attempt to hand messages over. That one begins is stored before the first byte leaves."""

pages = Table(
    "pages",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("key", Text, nullable=False, unique=True, doc="What it is about; of the same cause always the same."),
    Column("ticket_id", BigInteger, doc="The desk's own number of the ticket; none = it is about none."),
    Column("subject", Scrubbed, nullable=False, doc="Its first line."),
    Column("text", Scrubbed, nullable=False, doc="What it says."),
    Column("opened_at", Instant, nullable=False, doc="When it was opened."),
    Column("state", Text, nullable=False, doc="ringing, acknowledged or over."),
    Column("rung", BigInteger, nullable=False, doc="How many calls were made since it was opened or rang again."),
    Column("next_at", Instant, doc="When somebody is rung again, or is looked whether work has begun."),
    Column("acknowledged_at", Instant, doc="When somebody last took it on."),
    Column("acknowledged_by", Text, doc="Who."),
    Column("over_at", Instant, doc="When it was over."),
    Column("why", Scrubbed, doc="Why it is over, or rings again."),
    Index("ix_pages_state", "state", "next_at"),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""What rings until somebody takes it on."""

page_keys = Table(
    "page_keys",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number, which stands in the links that it signs."),
    Column("secret", Text, nullable=False, doc="What links are signed with."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    sqlite_autoincrement=True,
)
"""Keys by which links are signed; the newest signs, and each older one is known until its links have ended."""
