"""How long ways take, as maps said."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Instant
from servicedesk_core.store.schema.base import STAFF, metadata

travel_times = Table(
    "travel_times",
    metadata,
    Column("origin", Text, primary_key=True, doc="From where: latitude and longitude in degrees."),
    Column("destination", Text, primary_key=True, doc="To where."),
    Column("takes_s", BigInteger, doc="How long it takes; none = the map does not know."),
    Column("connection", Text, nullable=False, doc="Connection that was asked."),
    Column("asked_at", Instant, nullable=False, doc="When."),
    info={STAFF: True},
)
"""Ways that were asked for. It can be dropped and asked again; ways of nobody any more are dropped by themselves."""
