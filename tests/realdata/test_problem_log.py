"""Every figure of a real log of problem states, asked of the public views."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow  # a large log; the smaller one runs always

STATUS = "after ->> '$.custom_fields.status'"
TEAM = "after ->> 'queue_ref'"
CYCLE = "SELECT ticket_ref, MAX(CASE WHEN n = of THEN h END) - MAX(CASE WHEN n = 1 THEN h END) AS h FROM e GROUP BY 1"


@pytest.fixture(scope="session")
def log(problems):
    """Add what an event states, and what the next one of its case states."""
    problems.db.execute(f"""CREATE TEMP TABLE s AS
        SELECT ticket_ref, n, of, h, next_h, vendor_word AS sub_status, {STATUS} AS status, {TEAM} AS team, actor,
               LEAD({STATUS}) OVER w AS next_status, LEAD({TEAM}) OVER w AS next_team, LEAD(actor) OVER w AS next_actor
        FROM e WINDOW w AS (PARTITION BY ticket_ref ORDER BY n)""")
    return problems


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-6, abs=1e-4)


def test_events_and_cases(log):
    x = log.expected
    assert log.one("SELECT COUNT(*) FROM v_ticket_events") == x["n_events"]
    assert log.one("SELECT COUNT(*) FROM v_tickets") == x["n_cases"]
    assert log.pairs("SELECT status, COUNT(*) FROM s GROUP BY 1") == x["events_by_status"]
    assert log.pairs("SELECT sub_status, COUNT(*) FROM s GROUP BY 1") == x["events_by_sub_status"]
    last_status = "SELECT custom_fields ->> 'status', COUNT(*) FROM v_tickets GROUP BY 1"
    assert log.pairs(last_status) == x["cases_by_last_status"]
    assert log.pairs("SELECT status, COUNT(*) FROM v_tickets GROUP BY 1") == x["cases_by_last_sub_status"]
    backwards = "SELECT COUNT(*) FROM e WHERE next_h < h"
    assert log.one(backwards) == x["events_out_of_time_order"]


def test_hours_of_whole_life_and_to_completion(log):
    assert log.span(CYCLE) == near(log.expected["cycle_hours"])
    completed = """SELECT d.h - f.h AS h FROM (SELECT * FROM s WHERE n = 1) f JOIN (
        SELECT ticket_ref, h, ROW_NUMBER() OVER (PARTITION BY ticket_ref ORDER BY n) AS k
        FROM s WHERE status = 'Completed') d ON d.ticket_ref = f.ticket_ref AND d.k = 1"""
    assert log.span(completed) == near(log.expected["completed_hours"])


def test_reopens_and_hand_overs(log):
    x = log.expected
    reopened = "SELECT COUNT(DISTINCT ticket_ref) FROM s WHERE status = 'Completed' AND next_status <> 'Completed'"
    assert log.one(reopened) == x["reopened_cases"]
    for figure, one in (("team", "team"), ("resource", "actor")):
        moved = f"FROM s WHERE {one} <> next_{one}"
        assert log.one(f"SELECT COUNT(*) {moved}") == x[f"{figure}_handoffs_total"]
        assert log.one(f"SELECT COUNT(DISTINCT ticket_ref) {moved}") == x[f"cases_with_{figure}_handoff"]
    entered = """SELECT ticket_ref, team FROM (
        SELECT ticket_ref, team, LAG(team) OVER (PARTITION BY ticket_ref ORDER BY n) AS before FROM s)
        WHERE before IS NULL OR before <> team"""
    back = f"SELECT ticket_ref FROM ({entered}) GROUP BY ticket_ref, team HAVING COUNT(*) > 1"
    assert log.one(f"SELECT COUNT(DISTINCT ticket_ref) FROM ({back})") == x["ping_pong_cases"]


def test_waits_and_dwell(log):
    x = log.expected
    assert log.one("SELECT SUM(next_h - h) FROM s WHERE sub_status LIKE 'Wait%'") == near(x["wait_hours_total"])
    assert log.one("SELECT COUNT(DISTINCT ticket_ref) FROM s WHERE sub_status LIKE 'Wait%'") == x["cases_with_wait"]
    dwell = log.pairs("SELECT sub_status, SUM(next_h - h) FROM s GROUP BY 1")
    assert dwell == near(x["dwell_hours_by_sub_status"])


def test_hours_by_impact(log):
    x = log.expected
    for impact, expected in x["per_impact"].items():
        tickets = f"SELECT external_id FROM v_tickets WHERE priority_name = '{impact}'"
        found = log.span(f"SELECT h FROM ({CYCLE}) WHERE ticket_ref IN ({tickets})")
        assert found["count"] == expected["cases"]
        assert found["mean"] == near(expected["cycle_hours_mean"])
        assert found["median"] == near(expected["cycle_hours_median"])
    changed = "SELECT 1 FROM e GROUP BY ticket_ref HAVING COUNT(DISTINCT after ->> 'priority_name') > 1"
    assert log.one(f"SELECT COUNT(*) FROM ({changed})") == x["impact_changed_cases"]


@pytest.mark.parametrize(
    ("figure", "query"),
    [
        ("top_resources_by_events", "SELECT actor, COUNT(*) FROM s GROUP BY 1"),
        ("top_resources_by_last_event", "SELECT assignee_name, COUNT(*) FROM v_tickets GROUP BY 1"),
        ("top_teams_by_last_event", "SELECT queue_name, COUNT(*) FROM v_tickets GROUP BY 1"),
        ("top_products", "SELECT custom_fields ->> 'product', COUNT(*) FROM v_tickets GROUP BY 1"),
    ],
)
def test_the_busiest(log, figure, query):
    expected = log.expected[figure]
    found = log.pairs(query)
    assert expected.items() <= found.items()
    assert sorted(found.values())[-len(expected) :] == sorted(expected.values())


def test_people_teams_and_months(log):
    x = log.expected
    assert log.one("SELECT COUNT(DISTINCT name) FROM v_technicians") == x["n_resources"]
    assert log.one("SELECT COUNT(*) FROM v_queues") == x["n_teams"]
    months = "SELECT SUBSTR(created_at, 1, 7), COUNT(*) FROM v_tickets GROUP BY 1"
    assert log.pairs(months) == x["first_event_per_month"]


def test_single_cases(log):
    for case in log.expected["case_samples"]:
        where = f"WHERE ticket_ref = '{case['case_id']}'"
        ticket = f"FROM v_tickets WHERE external_id = '{case['case_id']}'"
        assert log.one(f"SELECT COUNT(*) FROM s {where}") == case["events"]
        assert log.one(f"SELECT SUBSTR(created_at, 1, 19) || '+00:00' {ticket}") == case["first"]
        assert log.one(f"SELECT SUBSTR(last_activity_at, 1, 19) || '+00:00' {ticket}") == case["last"]
        assert log.one(f"SELECT priority_name {ticket}") == case["impact"]
        assert log.one(f"SELECT status {ticket}") == case["last_sub_status"]
        assert log.one(f"SELECT h FROM ({CYCLE}) {where}") == near(case["cycle_hours"])
        assert log.one(f"SELECT COUNT(*) FROM s {where} AND team <> next_team") == case["team_handoffs"]
        waited = f"SELECT COALESCE(SUM(next_h - h), 0) FROM s {where} AND sub_status LIKE 'Wait%'"
        assert log.one(waited) == near(case["wait_hours"])
