"""All tables, by the room of the product that they serve.

A table is made when its name is first used; ``metadata`` has all of them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.schema.accessing import api_tokens as api_tokens
    from servicedesk_core.store.schema.accessing import invitations as invitations
    from servicedesk_core.store.schema.accessing import passwords as passwords
    from servicedesk_core.store.schema.accessing import saved_views as saved_views
    from servicedesk_core.store.schema.accessing import sign_in_failures as sign_in_failures
    from servicedesk_core.store.schema.accessing import sign_ins as sign_ins
    from servicedesk_core.store.schema.accessing import walls as walls
    from servicedesk_core.store.schema.assigning import assignments as assignments
    from servicedesk_core.store.schema.calendars import busy_times as busy_times
    from servicedesk_core.store.schema.calendars import calendar_reads as calendar_reads
    from servicedesk_core.store.schema.claiming import claim_attachments as claim_attachments
    from servicedesk_core.store.schema.claiming import claim_credits as claim_credits
    from servicedesk_core.store.schema.claiming import claim_events as claim_events
    from servicedesk_core.store.schema.claiming import claim_guards as claim_guards
    from servicedesk_core.store.schema.claiming import claim_lines as claim_lines
    from servicedesk_core.store.schema.claiming import claim_returns as claim_returns
    from servicedesk_core.store.schema.claiming import claims as claims
    from servicedesk_core.store.schema.clocks import sla_clocks as sla_clocks
    from servicedesk_core.store.schema.clocks import sla_decisions as sla_decisions
    from servicedesk_core.store.schema.clocks import sla_evaluation as sla_evaluation
    from servicedesk_core.store.schema.clocks import sla_tickets as sla_tickets
    from servicedesk_core.store.schema.closing import profit_cells as profit_cells
    from servicedesk_core.store.schema.closing import profit_months as profit_months
    from servicedesk_core.store.schema.cover import cover_assets as cover_assets
    from servicedesk_core.store.schema.cover import cover_devices as cover_devices
    from servicedesk_core.store.schema.cover import cover_entitlements as cover_entitlements
    from servicedesk_core.store.schema.cover import cover_facts as cover_facts
    from servicedesk_core.store.schema.cover import cover_history as cover_history
    from servicedesk_core.store.schema.declaring import incident_links as incident_links
    from servicedesk_core.store.schema.declaring import incident_notes as incident_notes
    from servicedesk_core.store.schema.declaring import incident_updates as incident_updates
    from servicedesk_core.store.schema.declaring import incidents as incidents
    from servicedesk_core.store.schema.defining import definition_versions as definition_versions
    from servicedesk_core.store.schema.defining import definitions as definitions
    from servicedesk_core.store.schema.escalating import escalation_dues as escalation_dues
    from servicedesk_core.store.schema.escalating import escalation_handoffs as escalation_handoffs
    from servicedesk_core.store.schema.escalating import escalation_steps as escalation_steps
    from servicedesk_core.store.schema.figuring import kpi_figures as kpi_figures
    from servicedesk_core.store.schema.figuring import kpi_months as kpi_months
    from servicedesk_core.store.schema.figuring import repeat_decisions as repeat_decisions
    from servicedesk_core.store.schema.forms import form_requests as form_requests
    from servicedesk_core.store.schema.invoicing import billing_documents as billing_documents
    from servicedesk_core.store.schema.invoicing import billing_sources as billing_sources
    from servicedesk_core.store.schema.invoicing import billing_trusts as billing_trusts
    from servicedesk_core.store.schema.knowledge import knowledge_articles as knowledge_articles
    from servicedesk_core.store.schema.knowledge import knowledge_links as knowledge_links
    from servicedesk_core.store.schema.leaking import leaks as leaks
    from servicedesk_core.store.schema.linking import billing_links as billing_links
    from servicedesk_core.store.schema.linking import billing_locks as billing_locks
    from servicedesk_core.store.schema.messaging import client_links as client_links
    from servicedesk_core.store.schema.messaging import client_messages as client_messages
    from servicedesk_core.store.schema.messaging import mail_bounces as mail_bounces
    from servicedesk_core.store.schema.messaging import survey_answers as survey_answers
    from servicedesk_core.store.schema.operating import alert_measures as alert_measures
    from servicedesk_core.store.schema.operating import alert_notices as alert_notices
    from servicedesk_core.store.schema.operating import alert_waits as alert_waits
    from servicedesk_core.store.schema.operating import alerts as alerts
    from servicedesk_core.store.schema.operating import budget_policies as budget_policies
    from servicedesk_core.store.schema.operating import job_runs as job_runs
    from servicedesk_core.store.schema.operating import mails as mails
    from servicedesk_core.store.schema.paging import page_keys as page_keys
    from servicedesk_core.store.schema.paging import pages as pages
    from servicedesk_core.store.schema.paging import staff_attempts as staff_attempts
    from servicedesk_core.store.schema.paging import staff_messages as staff_messages
    from servicedesk_core.store.schema.privacy import suppressed as suppressed
    from servicedesk_core.store.schema.records import BOOKKEEPING as BOOKKEEPING
    from servicedesk_core.store.schema.records import IS_OPEN as IS_OPEN
    from servicedesk_core.store.schema.records import RECORDS as RECORDS
    from servicedesk_core.store.schema.records import ticket_source as ticket_source
    from servicedesk_core.store.schema.recurring import recurring_occurrences as recurring_occurrences
    from servicedesk_core.store.schema.reporting import reports as reports
    from servicedesk_core.store.schema.reviewing import quality_answers as quality_answers
    from servicedesk_core.store.schema.reviewing import quality_concerns as quality_concerns
    from servicedesk_core.store.schema.reviewing import quality_reviews as quality_reviews
    from servicedesk_core.store.schema.scoring import scorecard_words as scorecard_words
    from servicedesk_core.store.schema.scoring import scorecards as scorecards
    from servicedesk_core.store.schema.stocking import order_arrivals as order_arrivals
    from servicedesk_core.store.schema.stocking import order_costs as order_costs
    from servicedesk_core.store.schema.stocking import part_claims as part_claims
    from servicedesk_core.store.schema.stocking import part_costs as part_costs
    from servicedesk_core.store.schema.system import budget_buckets as budget_buckets
    from servicedesk_core.store.schema.system import budget_counters as budget_counters
    from servicedesk_core.store.schema.system import budget_slots as budget_slots
    from servicedesk_core.store.schema.system import budget_waiters as budget_waiters
    from servicedesk_core.store.schema.system import changes as changes
    from servicedesk_core.store.schema.system import children_read as children_read
    from servicedesk_core.store.schema.system import consumers as consumers
    from servicedesk_core.store.schema.system import leases as leases
    from servicedesk_core.store.schema.system import progress as progress
    from servicedesk_core.store.schema.system import quarantine as quarantine
    from servicedesk_core.store.schema.system import raw_shapes as raw_shapes
    from servicedesk_core.store.schema.system import record_issues as record_issues
    from servicedesk_core.store.schema.system import record_revisions as record_revisions
    from servicedesk_core.store.schema.system import runs as runs
    from servicedesk_core.store.schema.system import seen as seen
    from servicedesk_core.store.schema.system import sources as sources
    from servicedesk_core.store.schema.system import staged as staged
    from servicedesk_core.store.schema.system import state as state
    from servicedesk_core.store.schema.system import store_meta as store_meta
    from servicedesk_core.store.schema.system import ticket_histories as ticket_histories
    from servicedesk_core.store.schema.system import tokens as tokens
    from servicedesk_core.store.schema.travelling import travel_times as travel_times
    from servicedesk_core.store.schema.webhooks import webhook_endpoints as webhook_endpoints
    from servicedesk_core.store.schema.webhooks import webhook_hints as webhook_hints
    from servicedesk_core.store.schema.webhooks import webhook_seen as webhook_seen
    from servicedesk_core.store.schema.webhooks import webhook_subscriptions as webhook_subscriptions
    from servicedesk_core.store.schema.webhooks import webhook_tallies as webhook_tallies
    from servicedesk_core.store.schema.whole import metadata as metadata
    from servicedesk_core.store.schema.working import client_promises as client_promises
    from servicedesk_core.store.schema.working import help_calls as help_calls
    from servicedesk_core.store.schema.working import shift_log as shift_log
    from servicedesk_core.store.schema.working import snoozes as snoozes
    from servicedesk_core.store.schema.writing import audit as audit
    from servicedesk_core.store.schema.writing import audit_checkpoints as audit_checkpoints
    from servicedesk_core.store.schema.writing import outbox as outbox
    from servicedesk_core.store.schema.writing import outbox_automatic as outbox_automatic
    from servicedesk_core.store.schema.writing import outbox_files as outbox_files
    from servicedesk_core.store.schema.writing import outbox_history as outbox_history
    from servicedesk_core.store.schema.writing import write_lanes as write_lanes
    from servicedesk_core.store.schema.writing import write_permits as write_permits
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

SCHEMA_VERSION = 152
"""Version of the schema that this program writes; the number of the newest migration."""

FIRST_VERSION = 100
"""Number of the first migration; a store that is older cannot be brought up to date."""

MIN_READER = 100
"""Oldest ``SCHEMA_VERSION`` whose programs can read a store of this schema."""
