"""All tables, by the room of the product that they serve."""

from servicedesk_core.store.schema.base import metadata
from servicedesk_core.store.schema.claims import (
    claim_attachments,
    claim_credits,
    claim_events,
    claim_guards,
    claim_lines,
    claim_returns,
    claims,
)
from servicedesk_core.store.schema.cover import (
    cover_assets,
    cover_devices,
    cover_entitlements,
    cover_facts,
    cover_history,
)
from servicedesk_core.store.schema.operating import alert_notices, alerts, budget_policies, job_runs
from servicedesk_core.store.schema.privacy import suppressed
from servicedesk_core.store.schema.records import BOOKKEEPING, IS_OPEN, RECORDS, ticket_source
from servicedesk_core.store.schema.system import (
    budget_buckets,
    budget_counters,
    budget_slots,
    budget_waiters,
    changes,
    consumers,
    leases,
    progress,
    quarantine,
    raw_shapes,
    record_issues,
    runs,
    seen,
    sources,
    staged,
    state,
    store_meta,
    tokens,
)
from servicedesk_core.store.schema.writing import (
    audit,
    audit_checkpoints,
    outbox,
    outbox_history,
    write_lanes,
    write_permits,
)

SCHEMA_VERSION = 100
"""Version of the schema that this program writes; the number of the newest migration."""

FIRST_VERSION = 100
"""Number of the first migration; a store that is older cannot be brought up to date."""

MIN_READER = 100
"""Oldest ``SCHEMA_VERSION`` whose programs can read a store of this schema."""

__all__ = [
    "BOOKKEEPING",
    "FIRST_VERSION",
    "IS_OPEN",
    "MIN_READER",
    "RECORDS",
    "SCHEMA_VERSION",
    "alert_notices",
    "alerts",
    "audit",
    "audit_checkpoints",
    "budget_buckets",
    "budget_counters",
    "budget_policies",
    "budget_slots",
    "budget_waiters",
    "changes",
    "claim_attachments",
    "claim_credits",
    "claim_events",
    "claim_guards",
    "claim_lines",
    "claim_returns",
    "claims",
    "consumers",
    "cover_assets",
    "cover_devices",
    "cover_entitlements",
    "cover_facts",
    "cover_history",
    "job_runs",
    "leases",
    "metadata",
    "outbox",
    "outbox_history",
    "progress",
    "quarantine",
    "raw_shapes",
    "record_issues",
    "runs",
    "seen",
    "sources",
    "staged",
    "state",
    "store_meta",
    "suppressed",
    "ticket_source",
    "tokens",
    "write_lanes",
    "write_permits",
]
