"""Every figure of a real help desk's log of steps, asked of the public views."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow

SOLVED = "('Resolve ticket', 'Closed', 'RESOLVED', 'VERIFIED', 'INVALID', 'DUPLICATE', 'Resolve SW anomaly')"
FIRST = "(SELECT ticket_ref, h FROM e WHERE n = 1)"
LAST_RESOLVE = """(
    SELECT ticket_ref, h, actor, ROW_NUMBER() OVER (PARTITION BY ticket_ref ORDER BY n DESC) AS back
    FROM e WHERE vendor_word = 'Resolve ticket')"""
RESOLVE = f"""SELECT f.ticket_ref, r.h - f.h AS h, r.actor
    FROM {FIRST} f JOIN {LAST_RESOLVE} r ON r.ticket_ref = f.ticket_ref AND r.back = 1"""
REOPENED = f"""SELECT DISTINCT e.ticket_ref FROM e
    JOIN (SELECT ticket_ref, MIN(n) AS n FROM e WHERE vendor_word = 'Resolve ticket' GROUP BY 1) r
      ON r.ticket_ref = e.ticket_ref AND e.n > r.n
    WHERE e.vendor_word NOT IN {SOLVED}"""


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-6, abs=1e-4)


def test_events_and_cases(helpdesk):
    x = helpdesk.expected
    assert helpdesk.one("SELECT COUNT(*) FROM v_ticket_events") == x["n_events"]
    assert helpdesk.one("SELECT COUNT(*) FROM v_tickets") == x["n_cases"]
    assert helpdesk.pairs("SELECT vendor_word, COUNT(*) FROM v_ticket_events GROUP BY 1") == x["events_by_activity"]
    assert helpdesk.pairs("SELECT vendor_word, COUNT(*) FROM e WHERE n = 1 GROUP BY 1") == x["first_activity"]
    assert helpdesk.pairs("SELECT vendor_word, COUNT(*) FROM e WHERE n = of GROUP BY 1") == x["last_activity"]


def test_repetitions_are_kept(helpdesk):
    query = (
        "SELECT COUNT(*) - COUNT(DISTINCT ticket_ref || '|' || vendor_word || '|' || actor_ref || effective_us) FROM e"
    )
    assert helpdesk.one(query) == helpdesk.expected["exact_duplicate_rows"]


def test_hours_to_take(helpdesk):
    taken = "SELECT ticket_ref, MIN(n) AS n FROM e WHERE vendor_word = 'Take in charge ticket' GROUP BY 1"
    query = f"""SELECT e.h - f.h AS h FROM ({taken}) t JOIN e ON e.ticket_ref = t.ticket_ref AND e.n = t.n
        JOIN {FIRST} f ON f.ticket_ref = e.ticket_ref"""
    assert helpdesk.span(query) == near(helpdesk.expected["take_hours"])


def test_hours_to_resolve_and_whole_life(helpdesk):
    assert helpdesk.span(RESOLVE) == near(helpdesk.expected["resolve_hours"])
    assert helpdesk.span("SELECT MAX(h) - MIN(h) AS h FROM e GROUP BY ticket_ref") == near(
        helpdesk.expected["cycle_hours"]
    )
    without = f"SELECT COUNT(*) FROM v_tickets WHERE external_id NOT IN (SELECT ticket_ref FROM ({RESOLVE}))"
    assert helpdesk.one(without) == helpdesk.expected["cases_without_resolve"]


def test_the_folded_ticket_agrees_with_its_events(helpdesk):
    query = f"""SELECT COUNT(*) FROM v_tickets t JOIN ({RESOLVE}) r ON r.ticket_ref = t.external_id
        WHERE t.resolved_at IS NOT NULL AND t.closed_at IS NOT NULL
          AND ABS((julianday(t.resolved_at) - julianday(t.created_at)) * 24 - r.h) < 0.001"""
    assert helpdesk.one(query) >= 0.99 * helpdesk.expected["resolve_hours"]["count"]
    closed = helpdesk.one("SELECT COUNT(*) FROM v_tickets WHERE status = 'Closed' AND status_category = 'closed'")
    assert closed == helpdesk.expected["last_activity"]["Closed"]


def test_reopens_and_waits(helpdesk):
    x = helpdesk.expected
    assert helpdesk.one(f"SELECT COUNT(*) FROM ({REOPENED})") == x["reopened_cases"]
    assert x["reopened_cases"] / x["n_cases"] == near(x["reopen_rate"])
    waits = "FROM e WHERE vendor_word = 'Wait'"
    assert helpdesk.one(f"SELECT COUNT(DISTINCT ticket_ref) {waits}") == x["cases_with_wait"]
    assert helpdesk.one(f"SELECT SUM(next_h - h) {waits}") == near(x["wait_hours_total"])


@pytest.mark.parametrize(
    ("figure", "column"), [("per_service_level", "t.sla"), ("per_seriousness_2", "t.custom_fields ->> 'seriousness_2'")]
)
def test_cases_and_hours_by_level(helpdesk, figure, column):
    for level, expected in helpdesk.expected[figure].items():
        where = f"FROM v_tickets t WHERE {column} = '{level}'"
        assert helpdesk.one(f"SELECT COUNT(*) {where}") == expected["cases"]
        found = helpdesk.span(f"SELECT h FROM ({RESOLVE}) WHERE ticket_ref IN (SELECT external_id {where})")
        assert found["mean"] == near(expected["resolve_hours_mean"])
        assert found["median"] == near(expected.get("resolve_hours_median", found["median"]))


def test_work_groups_customers_and_products(helpdesk):
    x = helpdesk.expected
    assert helpdesk.pairs("SELECT queue_name, COUNT(*) FROM v_tickets GROUP BY 1") == x["per_workgroup"]
    assert helpdesk.one("SELECT COUNT(*) FROM v_companies") == x["n_customers"]
    customers = helpdesk.pairs("SELECT company_name, COUNT(*) FROM v_tickets GROUP BY 1")
    assert x["top_customers"].items() <= customers.items()
    assert sorted(customers.values())[-15:] == sorted(x["top_customers"].values())
    products = helpdesk.pairs("SELECT custom_fields ->> 'product', COUNT(*) FROM v_tickets GROUP BY 1")
    assert x["top_products"].items() <= products.items()


def test_people(helpdesk):
    x = helpdesk.expected
    assert helpdesk.one("SELECT COUNT(*) FROM v_technicians") == x["n_resources"]
    assert helpdesk.pairs("SELECT actor, COUNT(*) FROM e GROUP BY 1") == x["events_per_resource"]
    reopened = helpdesk.pairs(f"SELECT actor, COUNT(*) FROM ({RESOLVE}) WHERE ticket_ref IN ({REOPENED}) GROUP BY 1")
    helpdesk.db.execute(f"CREATE TEMP TABLE resolve AS {RESOLVE}")
    assert {name for (name,) in helpdesk.db.execute("SELECT DISTINCT actor FROM resolve")} == set(x["per_resolver"])
    for name, expected in x["per_resolver"].items():
        found = helpdesk.span(f"SELECT h FROM resolve WHERE actor = '{name}'")
        assert found["count"] == expected["cases"]
        assert found["mean"] == near(expected["resolve_hours_mean"])
        assert found["median"] == near(expected["resolve_hours_median"])
        assert reopened.get(name, 0) == expected["reopened"]


def test_months(helpdesk):
    query = "SELECT SUBSTR(created_at, 1, 7), COUNT(*) FROM v_tickets GROUP BY 1"
    assert helpdesk.pairs(query) == helpdesk.expected["first_event_per_month"]


def test_attributes_that_vary_inside_a_case(helpdesk):
    paths = {
        "customer": "after ->> 'company_ref'",
        "product": "after ->> '$.custom_fields.product'",
        "seriousness_2": "after ->> '$.custom_fields.seriousness_2'",
        "service_level": "after ->> 'sla'",
        "service_type": "after ->> '$.custom_fields.service_type'",
        "workgroup": "after ->> 'queue_ref'",
    }
    query = "SELECT COUNT(*) FROM (SELECT 1 FROM e GROUP BY ticket_ref HAVING COUNT(DISTINCT {}) > 1)"
    found = {name: helpdesk.one(query.format(path)) for name, path in paths.items()}
    assert found == helpdesk.expected["attribute_varies_inside_case"]
