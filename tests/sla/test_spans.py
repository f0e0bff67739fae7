"""What was decided, resolved or answered in a period is found by indexes, and is the same as without them."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert, select

from servicedesk_core.domain import Ticket
from servicedesk_core.features.desks.queries import Desks
from servicedesk_core.features.report.morning.tables import flow
from servicedesk_core.features.sla import clock_status
from servicedesk_core.features.sla.tables.progress import book_of
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store.schema import sla_clocks
from tests.sla.office import at
from tests.store.test_plans import plans_of

pytestmark = pytest.mark.slow  # many desks with much in them

START = at("03-02 09:00")


def instants(chance, count):
    return [chance.choice([None, START + timedelta(hours=chance.randrange(48))]) for _ in range(count)]


async def test_clocks_over_in_a_period_are_those_whose_own_instant_lies_in_it(told):
    await told.promise()
    chance, now = Random(7), START + timedelta(hours=24)
    same = {"cycle": 1, "is_next": False, "elapsed_us": 0, "superseded": 0}
    clocks = []
    for ticket in range(1, 81):
        due, late, decided, stopped = instants(chance, 4)
        for clock in ("triage", "completion"):
            outcome = chance.choice(["open", "met", "missed", "unknown"])
            dates = {"due_at": due, "late_after": late, "decided_at": decided, "stopped_at": stopped}
            clocks.append(same | dates | {"ticket_id": ticket, "clock": clock, "state": "stopped", "outcome": outcome})
    await told.desk.store.write(lambda tx: tx.execute(insert(sla_clocks), clocks))

    def found(tx, since, until):
        as_of = AsOf(book_of(tx), now)
        query = select(sla_clocks.c.ticket_id, sla_clocks.c.clock).where(*as_of.over_in(since, until))
        return {tuple(row) for row in tx.execute(query)}

    def is_over(one, since, until):
        became_late = one["outcome"] == "open" and one["late_after"] is not None and one["late_after"] < now
        own = (one["due_at"] if became_late else one["decided_at"]) or one["stopped_at"]
        return own is not None and since <= own < until

    for hours in (12, 24):
        since = START + timedelta(hours=chance.randrange(20))
        until = since + timedelta(hours=hours)
        meant = {(one["ticket_id"], one["clock"]) for one in clocks if is_over(one, since, until)}
        assert meant
        assert await told.desk.store.read(lambda tx, since=since, until=until: found(tx, since, until)) == meant


async def test_tickets_of_a_period_are_those_that_lived_or_ended_in_it(told):
    await told.promise()
    chance, tickets = Random(8), []
    for ref in range(60):
        created = START + timedelta(hours=chance.randrange(48))
        resolved, closed, answered = instants(chance, 3)
        dates = {"created_at": created, "resolved_at": resolved, "closed_at": closed, "first_response_at": answered}
        tickets.append(Ticket(external_id=str(ref), title="-", status_category="closed", **dates))
    await told.put(*tickets)
    for hours in (12, 24):
        since = START + timedelta(hours=chance.randrange(20))
        until = since + timedelta(hours=hours)
        ended = [(one.resolved_at or one.closed_at, one) for one in tickets]
        lived = [one for end, one in ended if one.created_at < until and (end is None or end >= since)]
        firsts = [(one.created_at, one.first_response_at) for one in lived if one.first_response_at]
        answered = sum(since <= first < until and created <= first for created, first in firsts)
        assert (await told.desk.sla.response(since=since, until=until)).whole.answered == answered > 0
        excluded = (await told.desk.sla.attainment(since=since, until=until)).excluded
        assert sum(one.count for one in excluded) == sum(end is not None and since <= end < until for end, _ in ended)


async def test_the_page_of_promises_walks_past_no_ticket_that_is_over(told):
    if told.desk.store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    await told.promise()
    await told.desk.sla.evaluate()
    plans = plans_of(told.desk.store, lambda tx: Desks.sla.declared(Desks.sla.owner(told.desk), tx))
    steps = [step for plan in plans.values() for step in plan]
    assert any("ix_sla_clocks_stopped" in step for step in steps)
    walked = ("SCAN sla_clocks", "SCAN tickets", "ix_tickets_found", "ix_sla_clocks_due (due_at>?)")
    assert [one for one in steps if any(way in one for way in walked) and "ix_tickets_open_" not in one] == []


async def test_open_tickets_are_counted_by_client_and_by_promise_without_a_walk_past_those_that_are_over(told):
    if told.desk.store.dialect != "sqlite":
        pytest.skip("about the plans of SQLite")
    await told.promise()
    await told.desk.sla.evaluate()

    def counted(tx):
        return clock_status(Desks.sla.owner(told.desk).desk, tx), flow(tx, START, None, None, None)

    steps = [step for plan in plans_of(told.desk.store, counted).values() for step in plan]
    assert "SEARCH sla_clocks USING INDEX sqlite_autoindex_sla_clocks_1 (ticket_id=?)" in steps
    walked = [step for step in steps if step.startswith(("SCAN sla_clocks", "SCAN tickets"))]
    assert [step for step in walked if "ix_tickets_open_" not in step] == []
