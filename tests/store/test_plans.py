"""Which indexes SQLite takes where a wrong one is a thousand times slower."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event, insert, select

from servicedesk_core.domain import Queue, StatusCategory, Ticket
from servicedesk_core.domain.writing import AT_VENDOR, UNFINISHED, WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Period, Watch
from servicedesk_core.features.alerts.doubts import doubts
from servicedesk_core.features.attachments import tables as attachments
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.sending.tables import posted
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.features.claims.tables import listing as claims
from servicedesk_core.features.contact.tables import promises_of
from servicedesk_core.features.kpi.tables.facts import StoredFacts
from servicedesk_core.features.profit.tables.parts import CostedByUs
from servicedesk_core.features.report.morning.tables import flow
from servicedesk_core.features.report.tables import desk_numbers
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.rules import status_given
from servicedesk_core.features.tickets.tables import listing as tickets
from servicedesk_core.outbox.staff import tables as staff
from servicedesk_core.store import outbox, passes, records, schema, sources
from servicedesk_core.store.queries import taken
from servicedesk_core.store.queries.population import is_merged
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("stream", ["tickets", "ticket_events", "notes", "companies"])
def test_pieces_are_read_in_the_order_in_which_rows_lie(store, source, stream):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    pieces = (
        partial(records.raws, source_id=source.id, stream=stream, after_local_id=7),
        partial(
            passes.unseen,
            pass_id=1,
            source_id=source.id,
            stream=stream,
            first_seen_before=START,
            after_local_id=7,
            limit=10,
        ),
    )
    assert [step for piece in pieces for step in plan_of(store, piece) if "TEMP B-TREE" in step] == []


QUESTIONS = (
    "SELECT COUNT(*) FROM v_ticket_events",
    "SELECT ticket_ref, MAX(effective_us) FROM v_ticket_events WHERE connection = 'psa' GROUP BY ticket_ref",
    "SELECT event_no FROM v_ticket_events WHERE ticket_ref = 'T1'",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_events_are_numbered_only_where_their_numbers_are_asked_for(store, source, question):
    explain = "EXPLAIN QUERY PLAN" if store.dialect == "sqlite" else "EXPLAIN"
    plan = store.read_blocking(lambda tx: [str(row[-1]) for row in tx.exec_driver_sql(f"{explain} {question}")])
    asks = "event_no" in question
    assert any("WindowAgg" in step or "CORRELATED" in step for step in plan) is asks
    if store.dialect == "sqlite":
        assert [step for step in plan if "CO-ROUTINE" in step or "MATERIALIZE" in step] == []
        assert any("SEARCH o USING COVERING INDEX ix_ticket_events_ticket" in step for step in plan) is asks


def plan_of(store, query, number=0):
    """Return the steps of the first statement of a query, or of another one."""
    return list(plans_of(store, query).values())[number]


def plans_of(store, query):
    """Return the steps of each statement of a query."""

    def explained(tx):
        asked = {}

        def note(_connection, _cursor, statement, parameters, *_):
            asked.setdefault(statement, parameters)

        event.listen(tx, "before_cursor_execute", note)
        query(tx)
        event.remove(tx, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN" if store.dialect == "sqlite" else "EXPLAIN"
        return {
            statement: [row[-1] for row in tx.exec_driver_sql(f"{explain} {statement}", parameters)]
            for statement, parameters in asked.items()
        }

    return store.read_blocking(explained)


def test_whether_a_ticket_was_merged_reads_none_of_its_other_events(store):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    steps = plan_of(store, lambda tx: tx.execute(select(is_merged())).all())
    assert any("ticket_events USING INDEX ix_ticket_events_merged " in step for step in steps)


@pytest.mark.parametrize("unassigned", [False, True])
def test_lists_of_open_tickets_never_walk_past_closed_ones(store, unassigned):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    listed = partial(tickets.ticket_page, chosen=TicketFilter(assignee=("",) if unassigned else ()))
    assert any("USING COVERING INDEX ix_tickets_open_found " in step for step in plan_of(store, listed))


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (TicketFilter(text="printer"), "ix_tickets_open_found"),
        (TicketFilter(status=("new",), kind=("incident",), priority=("P1",)), "ix_tickets_open_found"),
        (TicketFilter(text="printer", everything=True), "ix_tickets_found"),
    ],
)
def test_no_ticket_is_read_to_find_words(store, chosen, index):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    plan = plan_of(store, partial(tickets.ticket_page, chosen=chosen))
    assert any(f"USING COVERING INDEX {index} " in step for step in plan), plan


@pytest.mark.parametrize("words", [("1",), ("Helpdesk",), ("1", "Help")], ids=["id", "name", "several"])
def test_a_queue_that_people_name_is_looked_up_among_open_tickets(store, source, words):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    queues = [Incoming(Queue(external_id="1", name="Helpdesk"), None, None, "1")]
    store.write_blocking(lambda tx: records.apply(tx, source.id, "queues", queues, known={}, mode="sweep", now=START))
    plans = plans_of(store, partial(tickets.ticket_page, chosen=TicketFilter(queue=words))).values()
    steps = [step for plan in plans for step in plan]
    assert any("COVERING INDEX ix_tickets_open_queue (queue_ref=?" in step for step in steps), steps


def test_a_file_is_found_by_an_index_also_where_nobody_said_of_which_connection(store, source):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")

    def missing(tx):
        with pytest.raises(NotFoundLocallyError):
            attachments.meant(tx, "4711", None, None, internal=True)

    steps = [step for plan in plans_of(store, missing).values() for step in plan if " attachments " in step]
    assert steps
    assert all("(source_id=? AND external_id=?)" in step for step in steps), steps


IN_SCOPE = {
    "client": ("company", Scope("psa", ["7"])),
    "clients": ("company", Scope("psa", [str(number) for number in range(250)])),
    "queue": ("queue", Scope("psa", queues=["7"])),
}


@pytest.mark.parametrize("whose", IN_SCOPE)
@pytest.mark.parametrize("everything", [False, True], ids=["open", "all"])
@pytest.mark.parametrize("read", [tickets.ticket_page, tickets.count], ids=["list", "count"])
def test_reads_in_a_scope_look_at_nothing_but_its_own_tickets(store, source, read, everything, whose):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    column, scope = IN_SCOPE[whose]
    plan = plan_of(store, partial(read, chosen=TicketFilter(everything=everything), scope=scope), number=1)
    of_tickets = [step for step in plan if " tickets " in step and "INTEGER PRIMARY KEY" not in step]
    index = f"ix_tickets_{'' if everything else 'open_'}{column}"
    assert len(of_tickets) == 1
    assert of_tickets[0].startswith(f"SEARCH tickets USING COVERING INDEX {index} ({column}_ref=?")


@pytest.mark.parametrize("read", [tickets.ticket_page, tickets.count], ids=["list", "count"])
@pytest.mark.parametrize("everything", [False, True], ids=["open", "all"])
def test_postgresql_finds_the_tickets_of_one_client_by_an_index(store, source, read, everything):
    if store.dialect == "sqlite":
        pytest.skip("the plans of SQLite are asked for above")
    of_many = [
        Incoming(Ticket(external_id=str(n), title="", company_ref=str(n % 100), created_at=START), None, None, "1")
        for n in range(2_000)
    ]
    store.write_blocking(lambda tx: records.apply(tx, source.id, "tickets", of_many, known={}, mode="sweep", now=START))
    store.write_blocking(lambda tx: tx.exec_driver_sql("ANALYZE tickets"))
    _, scope = IN_SCOPE["client"]
    plan = plan_of(store, partial(read, chosen=TicketFilter(everything=everything), scope=scope), number=1)
    assert any("ix_tickets_company" in step or "ix_tickets_open_company" in step for step in plan), plan


@pytest.mark.parametrize("after", [None, "1772442000000000:7"])
def test_pages_of_all_tickets_are_read_in_the_order_of_an_index(store, after):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    plan = plan_of(store, partial(tickets.ticket_page, chosen=TicketFilter(everything=True), after=after))
    assert any("INDEX ix_tickets_found" in step for step in plan)
    assert plan.count("USE TEMP B-TREE FOR ORDER BY") == 1, "the rows of the page, when they are found"


@pytest.mark.parametrize("scope", [None, IN_SCOPE["client"][1]], ids=["whole", "client"])
def test_what_clients_were_promised_is_found_without_walking_tickets_or_notes(store, source, scope):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    plans = plans_of(store, lambda tx: list(promises_of(tx, START, scope=scope))).values()
    steps = [step for plan in plans for step in plan if "client_promises" in str(plan)]
    assert "SCAN client_promises" in steps
    assert not [step for step in steps if step.startswith(("SCAN tickets", "SCAN notes"))], steps


@pytest.mark.parametrize("whose", IN_SCOPE)
def test_claims_in_a_scope_are_walked_from_the_newest_on_and_look_up_what_they_name(store, source, whose):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    listed = partial(claims.page, chosen=ClaimFilter(), today=START.date(), scope=IN_SCOPE[whose][1])
    plan = plan_of(store, listed, number=1)
    assert plan[0] == "SCAN claims"
    assert "SEARCH tickets USING INDEX sqlite_autoindex_tickets_1 (source_id=? AND external_id=?)" in plan
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_the_desk_page_counts_by_client_and_by_queue_in_the_order_of_an_index(store, source, put, ticket):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    put(ticket(1))
    store.write_blocking(lambda tx: sources.ensure(tx, "maker", "dell", "live", START))  # one without tickets
    plans = plans_of(store, lambda tx: desk_numbers(tx, START))
    for column in ("company", "queue"):
        [plan] = [plan for asked, plan in plans.items() if f"{column}_ref, COUNT(*)" in asked]
        assert plan == [f"SCAN tickets USING COVERING INDEX ix_tickets_open_{column}"]


def test_what_came_and_went_in_the_last_days_is_counted_without_a_look_at_what_did_before(store, source):
    many = [
        Incoming(
            Ticket(
                external_id=str(n),
                title="",
                status_category=StatusCategory.CLOSED,
                created_at=START - timedelta(hours=n * 12 + 5),
                resolved_at=START - timedelta(hours=n * 12 + 1) if n % 2 else None,
                closed_at=START - timedelta(hours=n * 12),
            ),
            None,
            None,
            "1",
        )
        for n in range(2_000)
    ]
    store.write_blocking(lambda tx: records.apply(tx, source.id, "tickets", many, known={}, mode="sweep", now=START))
    if store.dialect != "sqlite":  # which plans without knowing how many rows there are
        store.write_blocking(lambda tx: tx.exec_driver_sql("ANALYZE tickets"))
    counted = partial(flow, now=START, still_open=Counter(), connection=None, scope=None)
    [whole, *_] = store.read_blocking(counted)
    assert (whole.created, whole.closed) == (14, 15)
    created, closed, *_ = plans_of(store, counted).values()
    assert any("ix_tickets_found" in step or "ix_tickets_created" in step for step in created), created
    assert sum("ix_tickets_ended" in step for step in closed) == 2, closed
    assert not any("SCAN tickets" in step or "Seq Scan" in step for step in (*created, *closed))


def test_the_time_of_a_month_is_found_without_a_look_at_that_of_other_years(store, source):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    month = Period(START, START + timedelta(days=30), START + timedelta(days=30))
    plans = plans_of(store, lambda tx: StoredFacts(tx, month).entries)
    found = [plan for asked, plan in plans.items() if "FROM time_entries" in asked and "work_date" in asked]
    assert len(found) == 2, plans
    assert all("ix_time_entries_worked" in plan[0] and "SEARCH" in plan[0] for plan in found), found


def test_what_is_to_be_sent_is_found_without_a_look_at_what_was(store):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    unfinished = {
        "due": partial(outbox.due, connection="psa", now=START, limit=4, without={"x"}, busy={"y"}),
        "doubtful": partial(outbox.doubtful, connection="psa", now=START, ask_at_most=9),
    }
    for name, query in unfinished.items():
        plan = plan_of(store, query)
        assert "SEARCH outbox USING INDEX ix_outbox_work (connection=? AND state=?)" in plan, (name, plan)
        assert not any("TEMP B-TREE" in step for step in plan), (name, plan)
    blocked = [step for step in plan_of(store, unfinished["due"]) if "earlier" in step]
    assert blocked == ["SEARCH earlier USING INDEX ix_outbox_aggregate (connection=? AND aggregate=?)"]
    for states in (tuple(UNFINISHED), (WriteState.IN_DOUBT,)):
        listed = plan_of(store, partial(outbox.recent, states=states))
        assert listed == ["SCAN outbox USING INDEX ix_outbox_unfinished"], "a partial index: as long as the list itself"
    everything = plan_of(store, partial(outbox.recent, connection="psa"))
    assert everything == ["SCAN outbox"], "from the newest on, until there are enough"
    assert (
        plan_of(store, lambda tx: doubts(Watch(tx, None, START, START.date(), frozenset())), number=-1)[0]
        == "SCAN outbox USING INDEX ix_outbox_work"
    ), "a partial one as well"
    lately = plan_of(store, partial(outbox.uncopied, connection="psa", since=START))
    assert lately[0] == "SEARCH outbox USING INDEX ix_outbox_sent (connection=? AND sent_at>?)"


def test_words_for_statuses_and_what_is_under_way_are_found_in_indexes_of_their_own(store, source):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    words = plan_of(store, partial(status_given, connection=source.name, word="closed"), number=-1)
    assert any("ix_tickets_status" in step for step in words), words
    under_way = plan_of(store, partial(staff.is_anything_due, at=START), number=-1)
    assert any("ix_staff_attempts_sending" in step for step in under_way), under_way


def test_the_charges_that_the_desk_costed_itself_are_found_once_and_not_for_each_charge(store):
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    ours, charges = CostedByUs(), RECORDS["charges"]
    query = select(charges.c.external_id).select_from(charges.outerjoin(*ours.found)).where(~ours.is_one)
    plan = plan_of(store, lambda tx: tx.execute(query).all())
    assert "MATERIALIZE costed" in plan, plan
    assert any("ix_outbox_after" in step for step in plan), plan
    assert any(step.startswith("SEARCH costed USING") for step in plan), plan


def test_writes_of_parts_are_found_without_a_look_at_the_many_others(store):
    """On both databases; and what is found for others is found as before."""

    def fill(tx):
        row = {"connection": "psa", "label": "x", "base_values": {}, "proposed_by": "a", "proposed_at": START}
        row |= {"decided_at": START, "state": WriteState.CONFIRMED, "new_values": {"quantity": 1}}
        many = ("tickets.update", "notes.create_internal")
        rows = [
            row
            | {"key": f"{n}", "ref": f"{n}", "aggregate": f"tickets:{n % 500}", "kind": many[n % 2], "sent_at": START}
            for n in range(5_000)
        ]
        kinds = ("stock_moves.take", "stock_moves.return", "purchase_orders.place")
        for n in range(0, 5_000, 100):
            rows[n] |= {"kind": kinds[n // 100 % 3], "aggregate": f"stock_levels:{n}"}
        tx.execute(insert(schema.outbox), rows)

    store.write_blocking(fill)
    if store.dialect != "sqlite":  # which plans without knowing how many rows there are
        store.write_blocking(lambda tx: tx.exec_driver_sql("ANALYZE outbox"))
    asked = {
        "orders": lambda tx: outbox.of_parts(tx, "purchase_orders.place", AT_VENDOR),
        "taken": lambda tx: list(taken.taken(tx, schema.outbox.c.connection == "psa")),
        "one": lambda tx: taken.taken_by(tx, 301),
        "given back": lambda tx: outbox.at_place(tx, "stock_moves.return", AT_VENDOR, "psa", ["stock_levels:100"]),
        "others' own": lambda tx: outbox.taken_refs(tx, outbox.get(tx, 2)),
        "earlier": lambda tx: outbox.earlier(tx, outbox.get(tx, 2)),
    }
    steps = {name: [step for plan in plans_of(store, query).values() for step in plan] for name, query in asked.items()}
    assert not [
        step for plan in steps.values() for step in plan if "SCAN outbox" in step or "Seq Scan on outbox" in step
    ]
    assert any("ix_outbox_parts" in step for step in steps["orders"])
    assert any("ix_outbox_parts" in step for step in steps["taken"])
    for name in ("given back", "others' own"):
        assert any("ix_outbox_aggregate" in step for step in steps[name]), steps[name]


@pytest.mark.parametrize(
    "about", [{"stream": "time_entries"}, {"stream": "charges"}, {"stream": "contract_services", "part": "2026-10"}]
)
def test_whether_the_psa_bills_a_record_is_looked_up_by_it(store, source, about):
    """It is asked of each document before it goes; a month of 200 documents would read all lines 200 times."""
    if store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    steps = plan_of(store, partial(posted, among=[Source(connection="psa", ref="1", **about)]))
    assert [step for step in steps if step.startswith("SEARCH billing_items")], steps
    assert not [step for step in steps if step.startswith("SCAN billing_items")]
