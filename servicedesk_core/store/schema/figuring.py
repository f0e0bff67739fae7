"""The tables of figures: what people decided about them, and months of which they stay as they were."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from servicedesk_core.store.column_types import Instant, Json, Packed, Scrubbed
from servicedesk_core.store.schema.base import metadata

repeat_decisions = Table(
    "repeat_decisions",
    metadata,
    Column("source_id", BigInteger, primary_key=True, autoincrement=False, doc="The connection of both tickets."),
    Column("ticket_ref", Text, primary_key=True, doc="The ticket that was completed."),
    Column("follow_up_ref", Text, primary_key=True, doc="The ticket that came after it; itself when it was reopened."),
    Column("is_repeat", Boolean, nullable=False, doc="Whether that is repeat service."),
    Column("at", Instant, nullable=False, doc="When somebody said so."),
    Column("author", Text, nullable=False, doc="Who."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
)
"""What people said of repeat service."""

kpi_months = Table(
    "kpi_months",
    metadata,
    Column("month", Text, primary_key=True, doc="The month: 2026-10."),
    Column("at", Instant, nullable=False, doc="When it was closed."),
    Column("author", Text, nullable=False, doc="Who closed it."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
)
"""A month whose figures are closed."""

kpi_figures = Table(
    "kpi_figures",
    metadata,
    Column("month", Text, primary_key=True, doc="The month."),
    Column("name", Text, primary_key=True, doc="Name of the figure."),
    Column("body", Json, nullable=False, doc="What was measured: as a whole, and by each dimension."),
    Column("cases", Packed, doc="The records that it was made of, and those that were left out."),
)
"""The figures of a closed month, as they were when it was closed."""
