"""The tables of billing that somebody decides: who and what is which in a ledger, and which months are locked."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import metadata

billing_links = Table(
    "billing_links",
    metadata,
    Column("ledger_id", BigInteger, primary_key=True, autoincrement=False, doc="The connection of the ledger."),
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="The PSA's; 0 = of the desk itself."),
    Column("stream", Text, primary_key=True, doc="What is linked; of the desk itself: default."),
    Column("ref", Text, primary_key=True, doc="The vendor's id of it, or what is sold by default."),
    Column("target", Text, primary_key=True, doc="To what: a stream of the ledger."),
    Column("target_ref", Text, nullable=False, doc="The ledger's id of that."),
    Column("target_name", Scrubbed, nullable=False, doc="What it was called when it was linked."),
    Column("at", Instant, nullable=False, doc="When it was linked."),
    Column("author", Text, nullable=False, doc="By whom."),
)
"""Which record of a PSA is which record of a ledger."""

billing_locks = Table(
    "billing_locks",
    metadata,
    Column("month", Text, primary_key=True, doc="The month: 2026-10."),
    Column("at", Instant, nullable=False, doc="When it was locked."),
    Column("author", Text, nullable=False, doc="Who locked it."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
)
"""A month that takes no new documents."""
