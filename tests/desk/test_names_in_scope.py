"""What a filter names is looked for among what is seen: nothing foreign hides one's own, or shows that it is there."""

import io

import pytest

from servicedesk_core import ClaimFilter, ServiceDesk, TicketFilter
from servicedesk_core.domain import Asset, Company, Queue, StatusCategory, Ticket, TicketKind
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock
from tests.desk.two_clients import NOW

SETTINGS = {
    "desk": {"name": "X"},
    "connections": {name: {"connector": "tabular"} for name in ("psa", "psa2", "configured")},
    "people": {
        "north": {"roles": ["auditor"], "companies": ["c1"], "connection": "psa"},
        "west": {"roles": ["auditor"], "queues": ["q1"], "connection": "psa"},
        "all": {"roles": ["auditor"]},
    },
}


@pytest.fixture
async def desk(sqlite_url):
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        async with ServiceDesk(SETTINGS, store=store, clock=FakeClock(NOW)) as desk:
            await put(desk, Company(external_id="c1", name="Acme North"), Queue(external_id="q1", name="Support West"))
            await put(desk, ticket(1, "c1"), Asset(external_id="a1", name="PC", company_ref="c1"))
            yield desk


async def put(desk, *rows, connection="psa", gone=False):
    def work(tx):
        source = sources.ensure(tx, connection, "tabular", "live", NOW).id
        for row in rows:
            records.apply(tx, source, row.stream, [Incoming(row, None, None, "1")], mode="incremental", now=NOW)
            if gone:
                ids = [row.external_id]
                records.mark_gone(tx, source, row.stream, ids, reason="deleted", mode="reconcile", now=NOW)

    await desk.store.write(work)


def ticket(number, company, queue="q1"):
    return Ticket(
        external_id=str(number), number=f"T{number}", title="x", company_ref=company, queue_ref=queue, asset_ref="a1",
        status_category=StatusCategory.NEW, created_at=NOW, kind=TicketKind.INCIDENT, category="Hardware",
    )  # fmt: skip


def proposals(desk, **chosen):
    """Ask which tickets could be claimed, as proposing claims does."""
    asked = {"company": (), "connection": None, "scope": desk.rights.scope, "everything": False} | chosen
    return desk.store.read(lambda tx: desk.claims.proposals(tx, **asked))


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}"))


async def listed(desk, **chosen):
    return [row.number for row in await desk.tickets.list(TicketFilter(**chosen))]


@pytest.mark.parametrize("where", ["psa", "psa2"])
async def test_a_foreign_client_hides_none_of_ones_own_whose_name_begins_so(desk, where):
    north = of(desk, "north")

    async def answers():
        return (
            await listed(north, company=("Acme",)),
            await north.tickets.count(TicketFilter(company=("Acme",))),
            (await proposals(north, company=("Acme",))).incidents,
            (await north.warranty.expiring(company=("Acme",))).items,
            await north.claims.list(ClaimFilter(company=("Acme",))),
        )

    before = await answers()
    assert before[:3] == (["T1"], 1, 1)
    await put(desk, Company(external_id="c2", name="Acme"), connection=where)
    await put(desk, Company(external_id="Acme", name="Other"), connection=where)
    assert await answers() == before


async def test_a_foreign_queue_hides_none_of_ones_own_whose_name_begins_so(desk):
    assert await listed(of(desk, "west"), queue=("Support",)) == ["T1"]
    await put(desk, Queue(external_id="q2", name="Support"))
    assert await listed(of(desk, "west"), queue=("Support",)) == ["T1"]


async def test_the_same_name_at_another_connection_hides_none_of_the_one_that_is_asked(desk):
    await put(desk, Company(external_id="k", name="Acme"), connection="psa2")
    assert await listed(of(desk, "all"), company=("Acme",), connection="psa") == ["T1"]
    assert (await proposals(of(desk, "all"), company=("Acme",), connection="psa")).incidents == 1


async def test_what_the_vendor_has_no_more_hides_none_that_it_has(desk):
    await put(desk, Company(external_id="c0", name="Acme"), gone=True)
    assert await listed(of(desk, "all"), company=("Acme",)) == ["T1"]
    await put(desk, ticket(2, "c0"))
    assert await listed(of(desk, "all"), company=("Acme",)) == ["T2", "T1"]


async def test_an_exact_name_is_meant_alone_where_the_vendor_has_it(desk):
    await put(desk, Company(external_id="c2", name="Acme"), ticket(2, "c2"))
    assert await listed(of(desk, "all"), company=("acme",)) == ["T2"]


async def test_a_connection_beside_ones_own_is_answered_like_one_that_is_not_there(desk):
    await put(desk, Company(external_id="z", name="Z"), connection="psa-of-secret-client")
    north = of(desk, "north")

    async def refusals(name):
        asked = (
            north.tickets.list(TicketFilter(connection=name)),
            north.tickets.count(TicketFilter(connection=name)),
            north.tickets.get("T1", connection=name),
            north.claims.list(ClaimFilter(connection=name)),
            proposals(north, connection=name),
            north.report.desk_page(connection=name),
            anext(north.records(Ticket, connection=name)),
            north.writes.list(connection=name),
            north.warranty.date_changes(connection=name),
            north.export("tickets", io.BytesIO(), connection=name),
        )
        for one in asked:
            with pytest.raises(NotFoundLocallyError) as refused:
                await one
            yield f"{refused.value} {refused.value.hint}".replace(name, "NAME")

    near = [one async for one in refusals("psa-of-secret-clien")]
    assert near == [one async for one in refusals("psa-of-secret-client")]
    assert near == [one async for one in refusals("configured")]
    assert "secret" not in "".join(near)


async def test_a_misspelt_beginning_is_told_with_the_nearest_beginning(desk):
    with pytest.raises(NotFoundLocallyError, match=r'no client "Acmee"\. Did you mean "Acme"'):
        await of(desk, "all").tickets.list(TicketFilter(company=("Acmee",)))
    with pytest.raises(NotFoundLocallyError, match=r'no queue "Suport Wast"\. Did you mean "Support West"'):
        await of(desk, "all").tickets.list(TicketFilter(queue=("Suport Wast",)))


async def test_a_misspelt_connection_is_told_with_the_nearest_one(desk):
    every = of(desk, "all")
    asked = (
        every.tickets.list(TicketFilter(connection="pas")),
        every.claims.list(ClaimFilter(connection="pas")),
        every.writes.list(connection="pas"),
        every.quarantine.list(connection="pas"),
        every.warranty.date_changes(connection="pas"),
        every.export("tickets", io.BytesIO(), connection="pas"),
    )
    for one in asked:
        with pytest.raises(NotFoundLocallyError, match=r'"pas"\. Did you mean "psa"'):
            await one
    assert (await every.writes.list(connection="configured")).items == ()
