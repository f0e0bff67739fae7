"""The table of what parts cost when they were taken: costs are not for everybody who may see a write."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Amount
from servicedesk_core.store.schema.base import metadata

part_costs = Table(
    "part_costs",
    metadata,
    Column(
        "write_id", BigInteger, primary_key=True, autoincrement=False, doc="Number of the write that took the part."
    ),
    Column("unit_cost", Amount, nullable=False, doc="What one cost when it was taken."),
    Column("currency", Text, nullable=False, doc="Of the cost."),
)
