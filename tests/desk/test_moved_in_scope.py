"""A record that went from one client to another shows the new one's people nothing of the time before."""

import pytest
from sqlalchemy import update

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import Company, Note, Ticket
from servicedesk_core.store.queries.belonging import Belonging
from servicedesk_core.store.queries.scope import Sight
from servicedesk_core.store.schema import changes
from servicedesk_core.testing import FakeClock
from tests.desk.two_clients import NOW
from tests.stored import put

SETTINGS = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}}


@pytest.fixture
async def desk(store_url):
    async with ServiceDesk(SETTINGS | {"desk": {"store": store_url}}, clock=FakeClock(NOW)) as desk:
        for rows in (
            [Company(external_id="a", name="A"), Company(external_id="b", name="B")],
            [ticket("a", "A's secret"), note("A wrote")],
            [ticket("a", "A's second secret"), note("A wrote again")],
            [ticket("b", "Moved")],
            [ticket("b", "B's own"), note("B wrote")],
        ):
            await desk.store.write(lambda tx, rows=rows: put(tx, rows, now=NOW))
        yield desk


def ticket(company, title):
    return Ticket(external_id="1", title=title, company_ref=company, queue_ref="q")


def note(body):
    return Note(external_id="n", ticket_ref="1", body=body, visibility="public")


async def told(desk, scope):
    return [
        (change.entity, dict(change.before), dict(change.after))
        async for change in desk.changes(scope=scope, entities=["tickets", "notes"])
        if change.kind == "changed"
    ]


async def test_what_a_record_showed_under_another_client_is_not_told(desk):
    assert await told(desk, Scope("psa", companies="b")) == [
        ("tickets", {}, {}),
        ("notes", {}, {}),
        ("tickets", {}, {"title": "Moved", "company_ref": "b"}),
        ("tickets", {"title": "Moved"}, {"title": "B's own"}),
        ("notes", {"body": "A wrote again"}, {"body": "B wrote"}),
    ]
    assert await told(desk, Scope("psa", companies="a")) == []


@pytest.mark.parametrize("scope", [Scope("psa", companies=("a", "b")), Scope("psa", queues="q")])
async def test_who_sees_both_clients_is_told_all_of_it(desk, scope):
    changed = [(before.get("title"), after.get("title")) for _, before, after in await told(desk, scope)]
    assert changed[0] == ("A's secret", "A's second secret")
    assert changed[2] == ("A's second secret", "Moved")


async def test_what_was_looked_through_for_moves_is_not_looked_through_again(desk):
    def looked(tx, belonging):
        sight = Sight(tx, Scope("psa", companies="b"))
        belonging.take_in(tx, sight)
        return belonging.since(tx, sight, "tickets", [1])[1]

    belonging = Belonging(0)
    moved_at = await desk.store.read(lambda tx: looked(tx, belonging))
    assert moved_at > 0
    every = update(changes).values(changed_fields='["company_ref"]', states=None)
    await desk.store.write(lambda tx: tx.execute(every))
    assert await desk.store.read(lambda tx: looked(tx, belonging)) == moved_at
    await desk.store.write(lambda tx: put(tx, [ticket("a", "Back")], now=NOW))
    await desk.store.write(lambda tx: put(tx, [ticket("b", "Again")], now=NOW))
    assert await desk.store.read(lambda tx: looked(tx, belonging)) > moved_at


async def test_a_scope_made_while_only_one_source_had_tickets_lets_no_later_one_through(desk):
    scope = Scope("psa", companies="b")
    assert await desk.tickets.count(scope=scope) == 1
    theirs = [ticket("b", "Of another PSA"), ticket("b", "And a second").model_copy(update={"external_id": "2"})]
    await desk.store.write(lambda tx: put(tx, theirs, connection="other", now=NOW))
    assert await desk.tickets.count(scope=scope) == 1
    assert await desk.tickets.count(scope=Scope("other", companies="b")) == 2
