"""The table of people who were erased."""

from sqlalchemy import Column, Table, Text

from servicedesk_core.store.schema.base import metadata

suppressed = Table(
    "suppressed",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
)
