"""Agreements become opportunities at Autotask: one for a term, and one that was deleted there is not made again."""

from datetime import timedelta

import pytest

from servicedesk_core import Actor, ServiceDesk, SyncMode
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.faces import Period
from servicedesk_core.features.agreements.automatic import past, still, suggestions
from servicedesk_core.features.agreements.model import Offered
from servicedesk_core.store import outbox

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["opportunities.create", "opportunities.update"]
STREAMS = ("companies", "contacts", "technicians", "contracts", "opportunities")


@pytest.fixture
async def desk(world):
    store = world.sandbox.store
    row = next(one for one in store.select("Contracts", '"status" = 1') if one["companyID"] > 0)
    ends = (world.clock.now() + timedelta(days=100)).date()
    store.put("Contracts", [row | {"contractType": 7, "endDate": f"{ends}T00:00:00Z", "contractName": "The last one"}])
    for other in store.select("Contracts", '"status" = 1'):
        if other["id"] != row["id"]:
            store.put("Contracts", [other | {"endDate": "2037-01-01T00:00:00Z"}])
    world.contract, world.ends = str(row["id"]), ends
    await world.sync(connection={"writes": GRANTS}, streams=STREAMS)
    settings = world.settings(writes=GRANTS)
    async with ServiceDesk(
        settings, store=f"sqlite:///{world.file}", clock=world.clock, actor=Actor("user:ana")
    ) as opened:
        yield opened


def made(world):
    return world.sandbox.store.select("Opportunities", "json_extract(body, '$.title') LIKE 'Renewal: The last one%'")


async def test_an_agreement_is_one_opportunity_however_often_it_is_offered(world, desk):
    [one] = await desk.agreements.renewals()
    assert (one.ref, one.opportunity) == (world.contract, Offered.NONE)
    first = await desk.agreements.offer(world.contract, send=True)
    second = await desk.agreements.offer("the last one", send=True)
    assert (str(first.state), second.id) == ("confirmed", first.id)
    [row] = made(world)
    assert row["projectedCloseDate"].startswith(str(one.deadline))
    assert f"ends on {world.ends}" in row["description"]
    assert [each.opportunity for each in await desk.agreements.renewals()] == [Offered.OPEN]


async def test_one_that_was_deleted_in_the_crm_is_said_and_not_made_again_silently(world, desk):
    first = await desk.agreements.offer(world.contract, send=True)
    world.sandbox.store.delete("Opportunities", made(world)[0]["id"])
    world.sandbox.desk.clock.move(timedelta(hours=6))
    await desk.sync("psa", streams=("opportunities",), mode=SyncMode.RECONCILE, accept_mass_change=True)
    assert [each.opportunity for each in await desk.agreements.renewals()] == [Offered.DELETED]
    with pytest.raises(WriteError, match="was deleted in the CRM"):
        await desk.agreements.offer(world.contract, send=True)
    assert not await desk.store.read(lambda tx: list(suggestions(tx, desk, world.clock.now())))
    again = await desk.agreements.offer(world.contract, again=True, send=True)
    assert again.id != first.id
    assert len(made(world)) == 1
    with pytest.raises(WriteError, match="is open"):
        await desk.agreements.offer(world.contract, again=True)


async def test_the_desk_would_do_it_by_itself_and_knows_when_nobody_wants_it_any_more(world, desk):
    now = world.clock.now()
    [suggested] = await desk.store.read(lambda tx: list(suggestions(tx, desk, now)))
    assert suggested.intent.request_id == f"agreements.offer:psa:{world.contract}:{world.ends}"
    whole = Period(now - timedelta(days=60), now, now)
    [then] = await desk.store.read(lambda tx: list(past(tx, desk, whole)))
    assert then.intent.request_id == suggested.intent.request_id
    view = await desk.agreements.offer(world.contract)
    write = await desk.store.read(lambda tx: outbox.get(tx, view.id))
    assert await desk.store.read(lambda tx: still(tx, write, now)) == suggested.facts
    later = await desk.store.read(lambda tx: still(tx, write, now + timedelta(days=400)))
    assert "ended" in later.why


async def test_what_cannot_be_offered_is_said(world, desk):
    with pytest.raises(NotFoundLocallyError, match="Nothing of the kind"):
        await desk.agreements.offer("Nothing of the kind")
    store = world.sandbox.store
    company = store.get("Contracts", int(world.contract))["companyID"]

    def orphan(tx):
        tx.exec_driver_sql(f"UPDATE companies SET owner_ref = NULL WHERE external_id = '{company}'")

    await desk.store.write(orphan)
    with pytest.raises(WriteError, match="account nobody owns"):
        await desk.agreements.offer(world.contract)
    assert not await desk.store.read(lambda tx: list(suggestions(tx, desk, world.clock.now())))
