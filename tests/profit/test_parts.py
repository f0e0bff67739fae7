"""What parts cost reaches margins: each once, less what was given back, and late ones as adjustments."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import insert, update

from servicedesk_core.domain import Charge
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.features.profit.model import By, Line, Uncosted
from servicedesk_core.store import outbox
from servicedesk_core.store.queries.taken import CHARGE, RETURN, TAKE
from servicedesk_core.store.schema import claims, part_costs
from servicedesk_core.store.schema import outbox as outbox_table
from tests.profit.conftest import example
from tests.profit.test_margins import recovered

OCTOBER = datetime(2026, 10, 20, 15, tzinfo=UTC)
COST = Decimal("33.335")


@pytest.fixture
async def acme(desk, folder, put):
    """The desk with the worked example, without the recovery."""
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(*example())
    return desk


@pytest.fixture
def moved(desk):
    """Return a coroutine function that stores a confirmed write about a part, and its number."""

    async def work(kind, quantity, *, ref, cost=None, after=None, at=OCTOBER, proposed_at=None, **more):
        connection = "psa" if kind == CHARGE else "stock"
        values = {"quantity": str(quantity), "part_name": "Dock", "ticket_number": "T1", "ticket_connection": "psa"}
        values |= {"ticket_id": "1"} | more
        aggregate = f"charges:{ref}" if kind == CHARGE else "stock_levels:1"
        intent = Intent(connection, kind, aggregate, "Dock for T1", values, parent="1", after=after)

        def put(tx):
            number = outbox.propose(tx, intent, actor="user:ana", now=proposed_at or at).id
            done = {"state": WriteState.CONFIRMED, "ref": ref, "sent_at": at, "finished_at": at}
            tx.execute(update(outbox_table).where(outbox_table.c.id == number).values(done))
            if cost is not None:
                tx.execute(insert(part_costs).values(write_id=number, unit_cost=cost, currency="EUR"))
            return number

        return await desk.store.write(put)

    return work


async def goods(desk):
    found = await desk.profit.show(period="2026-10", by=By.TYPE)
    return {row.name: (row.goods, row.uncosted) for row in found if row.line is Line.RESULT}


async def test_a_part_costs_once_whatever_the_psa_says_of_its_charge(acme, put, moved):
    before = await goods(acme)
    take = await moved(TAKE, 3, ref="m1", cost=COST)
    assert (await goods(acme))["incident"] == (before["incident"][0] + Decimal("100.01"), 0), "100.005, half up"
    await moved(CHARGE, 3, ref="ch1", after=take)
    for cost in (Decimal("100.01"), Decimal(0), None):
        await put(Charge(external_id="ch1", ticket_ref="1", bought_on=OCTOBER.date(), cost=cost, is_billable=False))
        assert (await goods(acme))["incident"] == (before["incident"][0] + Decimal("100.01"), 0)
        assert len(await acme.profit.uncosted(period="2026-10", of=Uncosted.CHARGES)) == 0
    back = await moved(RETURN, 1, ref="m2", move_ref="m1")
    await moved(CHARGE, -1, ref="ch2", after=back)
    await put(Charge(external_id="ch2", ticket_ref="1", bought_on=OCTOBER.date(), cost=Decimal("-33.34")))
    assert (await goods(acme))["incident"][0] == before["incident"][0] + Decimal("66.67")


async def test_a_part_without_a_cost_is_listed_until_the_psa_says_one(acme, put, moved):
    before = await goods(acme)
    take = await moved(TAKE, 1, ref="m1")
    assert (await goods(acme))["incident"] == (before["incident"][0], 1)
    (row,) = await acme.profit.uncosted(period="2026-10", of=Uncosted.PARTS)
    assert (row.ref, row.ticket_number, row.name) == (str(take), "T1", "Dock")
    await moved(CHARGE, 1, ref="ch1", after=take)
    await put(Charge(external_id="ch1", ticket_ref="1", bought_on=OCTOBER.date(), cost=Decimal("20.00")))
    assert (await goods(acme))["incident"] == (before["incident"][0] + Decimal("20.00"), 0)
    back = await moved(RETURN, 1, ref="m2", move_ref="m1")
    await moved(CHARGE, -1, ref="ch2", after=back)
    await put(Charge(external_id="ch2", ticket_ref="1", bought_on=OCTOBER.date(), cost=Decimal("-20.00")))
    assert (await goods(acme))["incident"] == before["incident"], "what only the PSA knows, it takes back too"


async def test_a_part_costs_in_the_month_in_which_it_was_taken_and_not_in_that_of_its_proposal(acme, moved):
    before = await goods(acme)
    september, november = (datetime(2026, month, 20, 15, tzinfo=UTC) for month in (9, 11))
    await moved(TAKE, 1, ref="m1", cost=Decimal("10.00"), proposed_at=september)
    await moved(RETURN, 1, ref="m2", move_ref="m1", at=november, proposed_at=OCTOBER)
    assert (await goods(acme))["incident"][0] == before["incident"][0] + Decimal("10.00")


async def test_what_is_taken_or_given_back_after_the_close_is_an_adjustment(acme, moved):
    await moved(TAKE, 2, ref="m1", cost=COST)
    closed = await acme.profit.close("2026-10", reason="invoiced")
    await moved(TAKE, 1, ref="m3", cost=Decimal("10.00"))
    await moved(RETURN, 1, ref="m2", move_ref="m1")
    found = await acme.profit.show(period="2026-10", by=By.CLIENT)
    assert found.total.cost == closed.cost
    assert found.adjustment.goods == Decimal("-23.33"), "66.67 became 43.335, half up"


async def test_money_of_a_claim_that_is_the_clients_is_no_recovery_of_ours(acme):
    await acme.store.write(recovered)
    assert (await acme.profit.show(period="2026-10", by=By.CLIENT)).total.recovered == Decimal("60.00")
    await acme.store.write(lambda tx: tx.execute(update(claims).values(credits_to_client=True)))
    assert (await acme.profit.show(period="2026-10", by=By.CLIENT)).total.recovered == 0
