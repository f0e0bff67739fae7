"""The tables of clocks.

What was judged is kept so that lists need not judge again: it can be dropped and made anew. What people decided cannot.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, false

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import Id, metadata

sla_clocks = Table(
    "sla_clocks",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("clock", Text, primary_key=True, doc="triage, engagement or completion."),
    Column(
        "cycle",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="1, and more for each time that the ticket was opened again for good.",
    ),
    Column("is_next", Boolean, nullable=False, doc="Whether it is the first promise that is still to be kept."),
    Column("state", Text, nullable=False, doc="pending, running, paused, stopped or withdrawn."),
    Column(
        "outcome",
        Text,
        nullable=False,
        doc="met, missed, exempt, unknown, not_applicable; or open: then it is missed once late_after has passed.",
    ),
    Column("reason", Text, doc="Why it does not count."),
    Column("policy", Text, doc="Name of the policy; none when none was in force."),
    Column("policy_since", Instant, doc="From when the version of the policies holds; none = since ever."),
    Column("calendar", Text, doc="Name of the calendar."),
    Column("target_us", BigInteger, doc="Business time that was promised, in microseconds; none = nothing was."),
    Column(
        "elapsed_us",
        BigInteger,
        nullable=False,
        doc="Business time used, in microseconds; of a running clock until the newest event.",
    ),
    Column(
        "counts_from_us",
        BigInteger,
        doc="Of a running clock: what its calendar's open time less the business time used stays equal to.",
    ),
    Column("started_at", Instant, doc="When it began; none while it is pending."),
    Column("stopped_at", Instant, doc="When it ended."),
    Column("stopped_by", Text, doc="Who ended it: the vendor's id."),
    Column("due_at", Instant, doc="Until when the promise is kept, or was to be; none while it is paused."),
    Column("at_risk_at", Instant, doc="From when on an open one has used much of its target."),
    Column("late_after", Instant, doc="Of a running one that is open: it is missed when it runs after this."),
    Column("decided_at", Instant, doc="When it was decided whether the promise is kept."),
    Column("superseded", BigInteger, nullable=False, doc="How many promises held before this one."),
    Column(
        "is_overridden",
        Boolean,
        nullable=False,
        server_default=false(),
        doc="Whether somebody decided another due time, or that it does not count.",
    ),
    Index("ix_sla_clocks_due", "due_at", "ticket_id"),
    Index("ix_sla_clocks_decided", "decided_at", "ticket_id"),
    Index("ix_sla_clocks_stopped", "stopped_at", "ticket_id"),
)
"""What each clock showed at the newest event of its ticket; what follows from the time alone is not kept."""

sla_tickets = Table(
    "sla_tickets",
    metadata,
    Column("ticket_id", BigInteger, primary_key=True, autoincrement=False, doc="The desk's own number of the ticket."),
    Column("history", Text, nullable=False, doc="complete, partial or none: how much of its past is known."),
    Column("last_event", Text, doc="The newest event that was judged."),
    Column("judged_at", Instant, doc="The instant of that; what is kept holds since then."),
    Column("again_at", Instant, doc="When something that is known already comes to hold."),
    Index("ix_sla_tickets_again", "again_at"),
)
"""How far each ticket was judged."""

sla_evaluation = Table(
    "sla_evaluation",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, doc="1."),
    Column("definitions", BigInteger, nullable=False, doc="Version of the definitions that it is done under."),
    Column("turned_at", Instant, doc="When policies last came to hold for open clocks."),
    Column("done_through", BigInteger, doc="While all tickets are judged: the last that was; none = all were."),
    Column("at", Instant, nullable=False, doc="When it was last gone on with."),
)
"""How far the judging is."""

sla_decisions = Table(
    "sla_decisions",
    metadata,
    Column("id", Id, primary_key=True, doc="Its number."),
    Column("ticket_id", BigInteger, nullable=False, doc="The desk's own number of the ticket."),
    Column("clock", Text, nullable=False, doc="triage, engagement or completion."),
    Column("cycle", BigInteger, nullable=False, doc="Which life of the ticket."),
    Column(
        "kind",
        Text,
        nullable=False,
        doc="override, exempt, withdrawn; what was requested or declined; or missed: why it was.",
    ),
    Column("due_at", Instant, doc="Of an override: until when the promise is kept."),
    Column("missed_reason", Scrubbed, doc="Of a missed one: which of the fixed reasons."),
    Column("reason", Scrubbed, nullable=False, doc="Why, in words."),
    Column("at", Instant, nullable=False, doc="When that was decided."),
    Column("actor", Text, nullable=False, doc="Who decided it."),
    Index("ix_sla_decisions_ticket", "ticket_id"),
    sqlite_autoincrement=True,
)
"""What people decided about clocks, against what was promised. Rows are only ever added."""
