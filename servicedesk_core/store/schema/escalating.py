"""The tables of escalation: what each running clock comes to next, and which steps were taken."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import STAFF, Id, metadata

escalation_dues = Table(
    "escalation_dues",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("clock", Text, primary_key=True, doc="triage, engagement, completion; or update: what the client hears."),
    Column("cycle", BigInteger, primary_key=True, autoincrement=False, doc="Which life of the ticket or the clock."),
    Column("plan", Text, nullable=False, doc="Name of the escalation plan."),
    Column("calendar", Text, doc="The calendar that it counts by; none = all hours."),
    Column("counts_from_us", BigInteger, nullable=False, doc="As of the clock."),
    Column("target_us", BigInteger, nullable=False, doc="What was promised, in microseconds."),
    Column("judged_at", Instant, doc="The newest event that was judged."),
    Column("next_at", Instant, doc="When the next step falls due; none = there is none any more."),
    Index("ix_escalation_dues_next", "next_at"),
)
"""Running clocks that an escalation plan is for. It can be dropped and made anew."""

escalation_steps = Table(
    "escalation_steps",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("clock", Text, primary_key=True, doc="Of which clock."),
    Column("cycle", BigInteger, primary_key=True, autoincrement=False, doc="Which life of it."),
    Column("step", Text, primary_key=True, doc="Which step, as it is written: 75 %, -30 min, +60 min."),
    Column("plan", Text, nullable=False, doc="Name of the escalation plan."),
    Column("due_at", Instant, nullable=False, doc="When it fell due, or was found to have."),
    Column("at", Instant, nullable=False, doc="When it was taken."),
    Column(
        "outcome", Text, nullable=False, doc="fired, coalesced (a later one fired), or late: nobody was told of it."
    ),
    Column("told_at", Instant, doc="Of a late one: when the summary told of it."),
    Index("ix_escalation_steps_at", "at"),
)
"""Steps that were taken: each of a clock at most once, whatever becomes of its due time. Rows are only ever added."""

escalation_handoffs = Table(
    "escalation_handoffs",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("ticket_id", BigInteger, nullable=False, doc="The desk's own number of the ticket."),
    Column("tier", Text, nullable=False, doc="To which tier."),
    Column("from_queue_ref", Text, doc="The vendor's id of the queue that it was in."),
    Column("from_technician_ref", Text, doc="The vendor's id of who had it."),
    Column("tried", Scrubbed, nullable=False, doc="What was tried."),
    Column("findings", Scrubbed, nullable=False, doc="What was found."),
    Column("mood", Text, nullable=False, doc="How the client takes it."),
    Column("at", Instant, nullable=False, doc="When it was handed on."),
    Column("actor", Text, nullable=False, doc="By whom."),
    Index("ix_escalation_handoffs_ticket", "ticket_id"),
    sqlite_autoincrement=True,
    info={STAFF: True},
)
"""Tickets that were handed on to another tier. Rows are only ever added."""
