"""The public views: readable, exact, live rows only, and enough to answer questions about events."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from servicedesk_core.domain import (
    Company,
    Contact,
    Contract,
    EventSource,
    EventType,
    Queue,
    StatusCategory,
    Technician,
    TicketEvent,
)
from servicedesk_core.store import records, runs, sources, views

START = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def rows(store):
    return lambda sql: [dict(r) for r in store.read_blocking(lambda tx: tx.execute(text(sql)).mappings().all())]


@pytest.fixture
def as_shown(store):
    """An instant as the views of this database show it."""
    if store.dialect == "postgresql":
        return lambda at: at
    return lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_ticket_is_readable(put, rows, ticket, as_shown):
    put(Company(external_id="5", name="Example Ltd"))
    put(Queue(external_id="7", name="Helpdesk"))
    put(Technician(external_id="9", name="Robin"))
    put(Contact(external_id="3", first_name="Kim", last_name=None))
    put(
        ticket(
            1,
            title="Printer",
            company_ref="5",
            queue_ref="7",
            assignee_ref="9",
            contact_ref="3",
            site_ref="404",
            created_at=START,
            status_category=StatusCategory.CLOSED,
            custom_fields={"Tier": "gold"},
        ),
        ticket(2),
    )
    first, second = rows("SELECT * FROM v_tickets ORDER BY external_id")
    assert first["connection"] == "psa"
    names = ("company_name", "queue_name", "assignee_name", "contact_name", "site_name", "site_ref")
    assert [first[n] for n in names] == ["Example Ltd", "Helpdesk", "Robin", "Kim", None, "404"]
    assert (first["created_at"], second["created_at"]) == (as_shown(START), None)
    assert (bool(first["is_open"]), bool(second["is_open"])) == (False, True)
    assert "gold" in str(first["custom_fields"])


@pytest.mark.parametrize(
    "at", [START, START.replace(microsecond=0), datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
)
def test_instants_are_exact(put, rows, ticket, as_shown, at):
    put(ticket(1, created_at=at))
    [shown] = rows("SELECT created_at FROM v_tickets")
    assert shown["created_at"] == as_shown(at)


@pytest.mark.parametrize("amount", ["0", "12.5", "-0.000001", "123456789012.123456", "-3.1"])
def test_amounts_are_exact_decimals(put, rows, amount):
    put(Contract(external_id="1", name="x", estimated_cost=Decimal(amount), start_on=date(2026, 1, 31)))
    [shown] = rows("SELECT estimated_cost, estimated_revenue, start_on FROM v_contracts")
    assert Decimal(shown["estimated_cost"]) == Decimal(amount)
    assert shown["estimated_revenue"] is None
    assert str(shown["start_on"]) == "2026-01-31"


def test_what_is_gone_is_not_shown(store, source, put, rows, ticket):
    put(ticket(1), ticket(2))
    store.write_blocking(
        lambda tx: records.mark_gone(tx, source.id, "tickets", ["1"], reason="deleted", mode="x", now=START)
    )
    assert rows("SELECT external_id FROM v_tickets") == [{"external_id": "2"}]


def event(external_id, ticket_ref, minutes, seq=0, **fields):
    return TicketEvent(
        external_id=external_id,
        ticket_ref=ticket_ref,
        type=EventType.ACTIVITY,
        source=EventSource.IMPORTED,
        effective_at=START + timedelta(minutes=minutes),
        source_seq=seq,
        **fields,
    )


def test_events_have_a_place_in_their_ticket(put, rows, as_shown):
    put(
        event("d", "B", 0, seq=1),
        event(
            "c",
            "A",
            60,
            seq=1,
            vendor_word="Close",
            actor_ref="r1",
            before={"status": "Open"},
            after={"status": "Done"},
        ),
        event("b", "A", 0, seq=3),
        event("a", "A", 0, seq=2),
    )
    found = rows("SELECT * FROM v_ticket_events ORDER BY ticket_ref, event_no")
    assert [(r["external_id"], r["event_no"], r["source_no"]) for r in found] == [
        ("a", 1, 2),
        ("b", 2, 3),
        ("c", 3, 1),
        ("d", 1, 1),
    ]
    last = found[2]
    assert (last["vendor_word"], last["actor_ref"], last["effective_at"]) == (
        "Close",
        "r1",
        as_shown(START + timedelta(hours=1)),
    )
    assert last["effective_us"] - found[0]["effective_us"] == 3_600_000_000
    assert float(last["effective_s"]) == pytest.approx(last["effective_us"] / 1e6)


def test_events_answer_questions_by_sql(store, put, rows):
    put(
        event("1", "A", 0, actor_ref="x", after={"status": "Open"}),
        event("2", "A", 60, actor_ref="y", after={"status": "Wait"}),
        event("3", "A", 180, actor_ref="y", after={"status": "Completed"}),
        event("4", "A", 240, actor_ref="x", after={"status": "Open"}),
        event("5", "B", 0, actor_ref="x", after={"status": "Completed"}),
    )
    status = "after ->> 'status'"
    steps = (
        f"SELECT ticket_ref, actor_ref, {status} AS status, effective_s, "
        f"LEAD({status}) OVER t AS next_status, "
        "LEAD(effective_s) OVER t AS next_s, LEAD(actor_ref) OVER t AS next_actor "
        "FROM v_ticket_events WINDOW t AS (PARTITION BY ticket_ref ORDER BY event_no)"
    )
    [answers] = rows(
        f"WITH steps AS ({steps}) SELECT COUNT(DISTINCT ticket_ref) AS cases, COUNT(*) AS events, "
        "SUM(CASE WHEN status = 'Completed' AND next_status <> 'Completed' THEN 1 ELSE 0 END) AS reopened, "
        "SUM(CASE WHEN actor_ref <> next_actor THEN 1 ELSE 0 END) AS hand_overs, "
        "SUM(CASE WHEN status = 'Wait' THEN next_s - effective_s END) / 3600 AS waited_h FROM steps"
    )
    assert {k: float(v) for k, v in answers.items()} == {
        "cases": 2,
        "events": 5,
        "reopened": 1,
        "hand_overs": 2,
        "waited_h": 2.0,
    }


def test_connections_and_runs_are_shown(store, source, rows, as_shown):
    store.write_blocking(lambda tx: sources.block(tx, source.id, "rejected", START))
    row = store.write_blocking(lambda tx: runs.start(tx, "r1", source.id, "tickets", mode="backfill", now=START))
    store.write_blocking(lambda tx: runs.finish(tx, row, runs.RunCounts(read=3), outcome="ok", now=START))
    [connection] = rows("SELECT * FROM v_connections")
    assert (connection["connection"], connection["blocked_at"]) == ("psa", as_shown(START))
    [run] = rows("SELECT * FROM v_runs")
    assert (run["stream"], run["read"], run["finished_at"]) == ("tickets", 3, as_shown(START))


def test_every_view_can_be_read(rows):
    for view in views.describe():
        assert rows(f"SELECT * FROM {view.name}") == [] or view.name == "v_connections"


def test_the_store_carries_the_version_of_its_views(rows):
    assert rows("SELECT value FROM store_meta WHERE key = 'views_version'") == [{"value": str(views.VIEWS_VERSION)}]
