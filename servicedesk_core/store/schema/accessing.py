"""Tables of what shows who asks: tokens, sign-ins, wall screens, and of kept views. They hold no rights."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("digest", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the token, which is kept nowhere."),
    Column("name", Scrubbed, nullable=False, doc="What it is for."),
    Column("person", Text, nullable=False, doc="Whose rights it has a part of, as an actor's name: user:ana."),
    Column("capabilities", Json(tuple), nullable=False, doc="What it may of that; none = all of it."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    Column("made_by", Text, nullable=False, doc="Who made it."),
    Column("expires_at", Instant, nullable=False, doc="When it ends."),
    Column("last_used_at", Instant, doc="When it was shown last, to some minutes."),
    Column("revoked_at", Instant, doc="When it was revoked."),
    Column("revoked_by", Text, doc="Who revoked it."),
    sqlite_autoincrement=True,
)
"""Tokens by which programs prove who sends them."""

passwords = Table(
    "passwords",
    metadata,
    Column("person", Text, primary_key=True, doc="Whose, as in the list of people: ana."),
    Column("hash", Text, nullable=False, doc="Its argon2id hash with its salt and its parameters."),
    Column("set_at", Instant, nullable=False, doc="When it was chosen."),
)
"""With a password somebody can sign in to the console."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("digest", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the cookie, which is kept nowhere."),
    Column("person", Text, nullable=False, index=True, doc="Who, as in the list of people: ana."),
    Column("rights", LargeBinary, nullable=False, doc="Digest of what they were in that list; it ends with them."),
    Column("begun_at", Instant, nullable=False, doc="When they signed in."),
    Column("used_at", Instant, nullable=False, doc="When the cookie was shown last, to some minutes."),
    Column("ends_at", Instant, nullable=False, doc="When it ends at the latest."),
    Column("address", Text, nullable=False, doc="Where they signed in from."),
    Column("agent", Scrubbed, nullable=False, doc="What their browser called itself."),
    sqlite_autoincrement=True,
)
"""Sign-ins that have not ended; an ended one goes, and the audit trail has told of it."""

invitations = Table(
    "invitations",
    metadata,
    Column("digest", LargeBinary, primary_key=True, doc="SHA-256 of the link's token, which is kept nowhere."),
    Column("person", Text, index=True, doc="Who may choose a password by it; none = the first administrator."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    Column("made_by", Text, nullable=False, doc="Who made it."),
    Column("expires_at", Instant, nullable=False, doc="When it ends."),
)
"""Links that were not used yet; each works once, and goes with that."""

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", LargeBinary, primary_key=True, doc="Digest of the name that was given, or of the address."),
    Column("failures", Integer, nullable=False, doc="How many one after another."),
    Column("last_at", Instant, nullable=False, doc="When the last one was."),
)
"""Sign-ins that failed, so that the next one has to wait."""

walls = Table(
    "walls",
    metadata,
    Column("id", Id, primary_key=True, doc="The desk's own number."),
    Column("link", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the link's token, which is kept nowhere."),
    Column(
        "cookie", LargeBinary, unique=True, doc="SHA-256 of the screen's cookie; none = the link was not opened yet."
    ),
    Column("name", Scrubbed, nullable=False, doc="Where the screen hangs."),
    Column("page", Text, nullable=False, doc="Name of the query whose answer it shows."),
    Column("filters", Json(tuple), nullable=False, doc="What that is given, each NAME=VALUE."),
    Column("names", Boolean, nullable=False, doc="Whether it shows titles, and names of clients and their people."),
    Column("person", Text, nullable=False, doc="Who made it, as in the list of people: ana."),
    Column("rights", LargeBinary, nullable=False, doc="Digest of what they saw when they made it; it ends with them."),
    Column("made_at", Instant, nullable=False, doc="When it was made."),
    Column("expires_at", Instant, nullable=False, doc="When it ends."),
    Column("opened_at", Instant, doc="When its link was opened."),
    Column("seen_at", Instant, doc="When the screen asked last, to some minutes."),
    Column("revoked_at", Instant, doc="When it was revoked."),
    Column("revoked_by", Text, doc="Who revoked it."),
    sqlite_autoincrement=True,
)
"""Pages of the console on wall screens."""

saved_views = Table(
    "saved_views",
    metadata,
    Column("owner", Text, primary_key=True, doc="Whose it is, as an actor's name: user:ana."),
    Column("name", Scrubbed, primary_key=True, doc="What it is called."),
    Column("call", Text, nullable=False, doc="Name of the query that it is of."),
    Column("given", Json(tuple), nullable=False, doc="What that is given, each as NAME=VALUE."),
    Column("is_shared", Boolean, nullable=False, doc="Whether others see it."),
    Column("is_pinned", Boolean, nullable=False, doc="Whether its rows are counted."),
    Column("saved_at", Instant, nullable=False, doc="When it was kept."),
)
"""Lists and pages with a filter, kept under a name; they hold no rights: whoever opens one sees what they may see."""
