"""Every text of every table is searched for a person and cleaned of them, or stands here with why it names nobody."""

import pytest
from sqlalchemy import Text, insert, select, type_coerce

from servicedesk_core.domain import Contact
from servicedesk_core.features.privacy import tables
from servicedesk_core.store.column_types import is_text
from servicedesk_core.store.schema import RECORDS, alert_waits, alerts, metadata
from servicedesk_core.store.schema.base import NAMES
from tests.privacy.conftest import NAME, is_bytes, is_key, telling

pytestmark = pytest.mark.slow

PERSON = tables.Person(
    1, "psa", Contact(external_id="k1", first_name="Jane", last_name="Quoxberry", email="q@example.com"), frozenset()
)
KEYS = {
    "a connection, a stream or kind, and the vendor's id of a record": {
        "billing_links.stream", "billing_links.ref", "billing_links.target", "billing_sources.connection",
        "billing_sources.stream", "billing_sources.ref", "billing_sources.part", "children_read.stream",
        "children_read.parent_ref", "leaks.leak", "leaks.ref", "profit_cells.month", "profit_cells.company",
        "profit_cells.contract", "profit_cells.project", "profit_cells.kind", "repeat_decisions.ticket_ref",
        "repeat_decisions.follow_up_ref", "ticket_histories.ticket_ref", "webhook_hints.stream",
        "webhook_hints.external_id", "webhook_subscriptions.stream", "write_lanes.connection", "write_lanes.kind",
        "write_permits.connection", "scorecards.technician", "scorecard_words.technician", "calendar_reads.connection",
    },
    "a point on the earth: nothing says whose it is, and it goes with the definition that does": {
        "travel_times.origin", "travel_times.destination",
    },
    "an account at a vendor, and a process of the desk": {
        "budget_buckets.vendor", "budget_buckets.account", "budget_counters.vendor", "budget_counters.account",
        "budget_policies.vendor", "budget_policies.account", "budget_slots.vendor", "budget_slots.account",
        "budget_slots.endpoint", "budget_waiters.vendor", "budget_waiters.account", "budget_waiters.endpoint",
        "budget_waiters.owner",
    },
    "a month, a week, or the name of a figure, clock, step or outcome": {
        "billing_locks.month", "kpi_figures.month", "kpi_figures.name", "kpi_months.month", "profit_months.month",
        "scorecards.week", "scorecards.kind", "sla_clocks.clock", "escalation_dues.clock", "escalation_steps.clock",
        "escalation_steps.step", "webhook_tallies.outcome",
    },
    "a digest, or an id that the desk made up": {
        "claims.claim_id", "claim_guards.key", "form_requests.id", "mails.key", "outbox.key", "outbox.request_id",
        "order_arrivals.request_id", "recurring_occurrences.key", "staff_attempts.batch", "webhook_seen.key",
    },
    "a cause by ids, and for whom of the desk's own list of people": {
        "client_messages.key", "pages.key", "reports.key", "staff_messages.key",
    },
    "who works at this desk, and their views": {"passwords.person", "saved_views.owner", "saved_views.name"},
    "a name that the desk's own folder gives": {
        "alert_measures.rule", "definitions.kind", "definitions.name", "state.key",
    },
}  # fmt: skip
"""Texts that are keys, which cannot be taken out of a row, each with why they tell of no contact."""

PACKED = {
    "searched and cleaned by what they hold": {
        "claim_attachments.content", "cover_facts.raw", "kpi_figures.cases", "outbox_files.content",
    },
    "a digest": {
        "api_tokens.digest", "billing_sources.mark", "cover_facts.content_hash", "invitations.digest",
        "sign_in_failures.subject", "sign_ins.digest", "sign_ins.rights", "walls.cookie", "walls.link", "walls.rights",
    },
}  # fmt: skip
"""What is kept as bytes, each with what becomes of it or why it tells of nobody."""

SEARCHED = [
    table for table in metadata.sorted_tables if table.name not in tables.LEFT_ALONE and table.name not in RECORDS
]


def test_each_text_that_no_search_reaches_is_known_and_says_why_it_tells_of_nobody():
    keys = {
        str(one)
        for table in SEARCHED
        for one in table.columns
        if is_text(one) and is_key(one) and not one.info.get(NAMES)
    }
    packed = {str(one) for table in SEARCHED for one in table.columns if is_bytes(one)}
    assert keys == set().union(*KEYS.values()), "say in its info that it names somebody, or here why it names nobody"
    assert packed == set().union(*PACKED.values()), "let privacy search it, or say why it names nobody"
    assert tables.LEFT_ALONE.keys() <= metadata.tables.keys()
    assert all(tables.LEFT_ALONE.values())


def told(tx):
    """Names of the tables that still tell of somebody."""
    found = set()
    for table in SEARCHED:
        texts = [type_coerce(one, Text) for one in table.columns if is_text(one)]
        if texts and NAME in repr(tx.execute(select(*texts)).all()):
            found.add(table.name)
    return found


def test_whichever_table_tells_of_a_person_it_is_handed_over_and_erased(store):
    texts = [one for table in SEARCHED for one in table.columns if is_text(one)]
    named = {one.table.name for one in texts if not is_key(one) or one.info.get(NAMES)}

    def look(tx):
        for table in SEARCHED:
            tx.execute(insert(table).values(telling(table)))
        assert told(tx) == named
        handed = {one.where for one in tables.mentions(tx, PERSON)}
        tables.suppress(tx, PERSON)
        tables.erase_rest(tx, PERSON)
        rows = [row for table in (alerts, alert_waits) for row in tx.execute(select(table)).all()]
        return handed, told(tx), rows

    handed, left, rows = store.write_blocking(look)
    assert (named - handed, left) == (set(), set())
    assert rows == [], "what is told apart by somebody's name goes as a whole"
