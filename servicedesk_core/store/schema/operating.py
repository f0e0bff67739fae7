"""The tables of unattended work: runs of jobs, alerts and who was told, the quotas as the desk works with them."""

from sqlalchemy import BigInteger, Column, Double, Table, Text, UniqueConstraint

from servicedesk_core.store.schema.base import Id, metadata

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job", Text, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("summary", Text),
    Column("error_code", Text),
    Column("error", Text),
    UniqueConstraint("job", "slot"),
)
"""One row for each due time of a job, so that it is run once, whoever is first."""

alerts = Table(
    "alerts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("episode", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
)

alert_notices = Table(
    "alert_notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("episode", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False, server_default="0"),
    Column("next_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("last_error", Text),
    UniqueConstraint("key", "episode", "event", "channel", name="uq_alert_notices_once"),
)
"""What each channel is to be told; a notice that a channel did not take stays until it does."""

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
