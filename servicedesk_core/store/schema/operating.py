"""The tables of unattended work: runs of jobs, alerts and who was told, the quotas as the desk works with them."""

from sqlalchemy import BigInteger, Column, Double, Table, Text, UniqueConstraint

from servicedesk_core.store.column_types import Instant, Scrubbed
from servicedesk_core.store.schema.base import NAMES, Id, metadata

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job", Text, nullable=False, doc="Name of the job."),
    Column("slot", Instant, nullable=False, doc="The due time it serves; for a run by hand, when it began."),
    Column("origin", Text, nullable=False, doc="schedule or manual."),
    Column("owner", Text, nullable=False, doc="Where it runs or ran."),
    Column("attempt", BigInteger, nullable=False, doc="Which attempt at this due time, from 1."),
    Column("started_at", Instant, nullable=False, doc="When it began."),
    Column("finished_at", Instant, doc="When it ended; none while it runs, or when its process died."),
    Column("outcome", Text, nullable=False, doc="running, ok, failed, busy (somebody else was at it), interrupted."),
    Column("summary", Scrubbed, doc="What it did, in a line."),
    Column("error_code", Text, doc="Code of the error that ended it."),
    Column("error", Scrubbed, doc="Its message."),
    UniqueConstraint("job", "slot"),
)
"""One row for each due time of a job, so that it is run once, whoever is first."""

alerts = Table(
    "alerts",
    metadata,
    Column(
        "key", Text, primary_key=True, info={NAMES: True}, doc="What it is about; there is one open alert for a key."
    ),
    Column("episode", BigInteger, nullable=False, doc="Which time it is open."),
    Column("kind", Text, nullable=False, doc="What is wrong, in a word."),
    Column("problem", Scrubbed, nullable=False, doc="What is wrong, in a sentence without record text."),
    Column("hint", Text, nullable=False, doc="What to do."),
    Column("opened_at", Instant, nullable=False, doc="Since when."),
    Column("seen_at", Instant, nullable=False, doc="When it was last found to be so."),
    Column("closed_at", Instant, doc="Until when."),
    Column("rule", Text, doc="Name of the alert rule that opened it; none = the program did."),
    Column("acknowledged_by", Scrubbed, doc="Who said that they look after it."),
    Column("acknowledged_at", Instant, doc="When."),
    Column("muted_until", Instant, doc="Until when nobody is told of it."),
    Column("told_at", Instant, doc="When channels were last told that it is open."),
)

alert_waits = Table(
    "alert_waits",
    metadata,
    Column("key", Text, primary_key=True, info={NAMES: True}, doc="What it is about."),
    Column("since", Instant, nullable=False, doc="Since when it is so."),
)
"""What is bad, and not yet for as long as its rule asks before it is an alert."""

alert_measures = Table(
    "alert_measures",
    metadata,
    Column("rule", Text, primary_key=True, doc="Name of the alert rule."),
    Column("at", Instant, nullable=False, doc="When it was last looked at."),
    Column("why", Scrubbed, nullable=False, doc="Why it could not be measured; empty = it was."),
)
"""How alert rules stand that somebody decided about."""

alert_notices = Table(
    "alert_notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, doc="What it is about."),
    Column("episode", BigInteger, nullable=False, doc="Which time the alert was open."),
    Column("event", Text, nullable=False, doc="opened, recovered, or open and its number."),
    Column("channel", Text, nullable=False, doc="Name of the channel."),
    Column("problem", Scrubbed, nullable=False, doc="What is or was wrong."),
    Column("hint", Text, nullable=False, doc="What to do."),
    Column("at", Instant, nullable=False, doc="When it happened."),
    Column("state", Text, nullable=False, doc="waiting, sent or dropped."),
    Column("attempts", BigInteger, nullable=False, server_default="0", doc="How often it was tried."),
    Column("next_at", Instant, nullable=False, doc="Not to be tried before this."),
    Column("done_at", Instant, doc="When it was taken or dropped."),
    Column("last_error", Scrubbed, doc="Why it was not taken."),
    UniqueConstraint("key", "episode", "event", "channel", name="uq_alert_notices_once"),
)
"""What each channel is to be told; a notice that a channel did not take stays until it does."""

mails = Table(
    "mails",
    metadata,
    Column("key", Text, primary_key=True, doc="What it is: the first half of its Message-ID."),
    Column("fate", Text, nullable=False, doc="sending, sent or in_doubt."),
    Column("at", Instant, nullable=False, doc="Since when."),
    Column("about", Text, doc="What was mailed, such as the morning page of a day."),
)
"""Mails that are sent once, without what they say or to whom."""

budget_policies = Table(
    "budget_policies",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("requests", BigInteger),
    Column("window_us", BigInteger, nullable=False),
    Column("share", Double, nullable=False),
    Column("reserved", Double, nullable=False),
    Column("pause_at", Double, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""The quota that requests were last counted against, for those who only look."""
