"""The tables of closed months: figures that stay as they were."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Amount, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import metadata

profit_months = Table(
    "profit_months",
    metadata,
    Column("month", Text, primary_key=True, doc="The month: 2026-10."),
    Column("at", Instant, nullable=False, doc="When it was closed."),
    Column("author", Text, nullable=False, doc="Who closed it."),
    Column("reason", Scrubbed, nullable=False, doc="Why."),
    Column("policy", Json, nullable=False, doc="How its margins were counted."),
    Column("rates", Json, nullable=False, doc="What a unit of other currencies was worth."),
)
"""A month whose margins are closed."""

profit_cells = Table(
    "profit_cells",
    metadata,
    Column("month", Text, primary_key=True),
    Column("source_id", BigInteger, primary_key=True, autoincrement=False),
    Column("company", Text, primary_key=True),
    Column("contract", Text, primary_key=True),
    Column("project", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("worked_s", "contract_s", "uncosted", "uncosted_s", "unknown")
    ),
    *(
        Column(name, Amount, nullable=False)
        for name in ("labour", "goods", "recovered", "recurring", "time", "blocks", "parts", "other")
    ),
)
"""What a closed month was made of. An empty text is what was not there, or not known."""
