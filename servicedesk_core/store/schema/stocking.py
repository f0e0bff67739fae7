"""The tables of parts: costs, which are not for everybody who may see a write, and what has come of orders."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from servicedesk_core.store.column_types import Amount, Instant, Json, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

part_costs = Table(
    "part_costs",
    metadata,
    Column(
        "write_id", BigInteger, primary_key=True, autoincrement=False, doc="Number of the write that took the part."
    ),
    Column("unit_cost", Amount, nullable=False, doc="What one cost when it was taken."),
    Column("currency", Text, nullable=False, doc="Of the cost."),
)

order_costs = Table(
    "order_costs",
    metadata,
    Column("write_id", BigInteger, primary_key=True, autoincrement=False, doc="Number of the write that orders."),
    Column("line", BigInteger, primary_key=True, autoincrement=False, doc="Number of the line in it."),
    Column("unit_cost", Amount, nullable=False, doc="What one cost as it was offered."),
    Column("highest_unit_cost", Amount, nullable=False, doc="The most that one may cost when it is ordered."),
    Column("currency", Text, nullable=False, doc="Of both."),
)

order_arrivals = Table(
    "order_arrivals",
    metadata,
    Column("arrival_id", Id, primary_key=True),
    Column("connection", Text, nullable=False, doc="Connection that the order is at."),
    Column("line_ref", Text, nullable=False, doc="Its id of the order's line."),
    Column("quantity", Amount, nullable=False, doc="How many came."),
    Column("serial_numbers", Json(tuple), nullable=False, doc="Of these, where they have any."),
    Column("arrived_at", Instant, nullable=False, doc="When somebody booked it."),
    Column("booked_by", Text, nullable=False, doc="Who."),
    Column("request_id", Text, unique=True, doc="The caller's own id of the booking: a second one is the first."),
    Index("ix_order_arrivals_line", "connection", "line_ref"),
)

part_claims = Table(
    "part_claims",
    metadata,
    Column(
        "write_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="Number of the write that took or ordered it.",
    ),
    Column("claim", BigInteger, nullable=False, doc="The desk's number of the claim that the part is for."),
    Column("linked_by", Text, nullable=False, doc="Who said so."),
    Column("linked_at", Instant, nullable=False, doc="When."),
    Column("released_by", Text, doc="Who decided that the client pays it nevertheless."),
    Column("released_at", Instant, doc="When."),
    Column("reason", Scrubbed, doc="Why."),
    Index("ix_part_claims_claim", "claim"),
)
"""Parts that were taken or ordered for a claim: nobody is invoiced for them while it is open."""
