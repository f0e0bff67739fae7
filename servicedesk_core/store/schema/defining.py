"""The tables of definitions. Rows are only ever added."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import metadata

definition_versions = Table(
    "definition_versions",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False, doc="Its number, from 1 without gaps."),
    Column("at", Instant, nullable=False, doc="When it was applied."),
    Column("author", Text, nullable=False, doc="Who applied it."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
    Column("despite_freeze", Scrubbed, doc="Why it could not wait for the end of a freeze; none where there was none."),
)
"""What was applied together."""

definitions = Table(
    "definitions",
    metadata,
    Column("kind", Text, primary_key=True, doc="Name of its kind."),
    Column("name", Scrubbed, primary_key=True, doc="Its name; empty where there is one of the kind."),
    Column("version", BigInteger, primary_key=True, autoincrement=False, doc="The version that changed it."),
    Column("effective_from", Instant, doc="When that begins to hold; none = since ever."),
    Column("body", Json, doc="What it says; none = it was removed."),
)
"""Each definition as each version that changed it left it."""
