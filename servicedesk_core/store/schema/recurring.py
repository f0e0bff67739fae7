"""Recurring service: which occurrences of plans came, and what became of each."""

from sqlalchemy import BigInteger, Column, Table, Text

from servicedesk_core.store.column_types import Day, Instant, Scrubbed
from servicedesk_core.store.schema.base import metadata

recurring_occurrences = Table(
    "recurring_occurrences",
    metadata,
    Column(
        "key", Text, primary_key=True, doc="Plan, day and device: the request id of the write that makes its ticket."
    ),
    Column("plan", Text, nullable=False, index=True, doc="Name of the plan."),
    Column("on_day", Day, nullable=False, doc="The day that the plan's rule says."),
    Column("asset", Text, nullable=False, doc='The vendor\'s id of the device; "-" = it is done once for the client.'),
    Column("day", Day, nullable=False, index=True, doc="The day on which it is, after holidays."),
    Column("at", Instant, nullable=False, doc="When its work was to begin."),
    Column("due_at", Instant, nullable=False, doc="Until when it was to be done."),
    Column("outcome", Text, nullable=False, doc="open, made, skipped or missed."),
    Column("why", Scrubbed, doc="Why no ticket was made."),
    Column("write_id", BigInteger, index=True, doc="Number of the write that makes its ticket; none = there is none."),
    Column("decided_at", Instant, nullable=False, doc="When that was decided."),
)
"""Occurrences whose time to be made came. Which are still to come is worked out from the plans and stored nowhere."""
