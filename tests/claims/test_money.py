"""Whose the money of a claim is."""

from datetime import timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.features.claims.model import ClaimFilter, MoneyState, Owner, Turn
from servicedesk_core.features.warranty.kpis import RECOVERED, WAITING

CREDIT = {"kind": "parts", "state": "approved", "approved": "120.50", "currency": "EUR"}


@pytest.fixture
async def desk(home, clock):
    async with ServiceDesk.open(home, clock=clock) as opened:
        yield opened


async def test_what_is_the_clients_is_shown_as_such_and_counted_nowhere(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Approved", credits=[CREDIT])
    await desk.claims.poll(everything=True)
    assert [str(one.approved) for one in (await desk.claims.numbers()).recovered] == ["120.5"]
    shown = await desk.claims.credits(drafted, Owner.CLIENT, reason="They bought the device.")
    assert (shown.credits_to_client, len(shown.progress.credits)) == (True, 1)
    assert (await desk.claims.numbers()).recovered == ()
    (record,) = [one for one in await desk.audit.list() if one.action == "claim.credits"]
    assert record.reason == "They bought the device."
    await desk.claims.credits(drafted, Owner.US)
    assert len((await desk.claims.numbers()).recovered) == 1


async def test_money_waits_and_comes_back_and_each_list_is_its_sum(desk, drafted, vendor):
    assert [row.claim_id for row in await desk.claims.list(ClaimFilter(turn=Turn.US))] == [drafted]
    await desk.claims.submit(drafted)
    assert not await desk.claims.list(ClaimFilter(turn=Turn.US))
    assert [row.claim_id for row in await desk.claims.list(ClaimFilter(turn=Turn.MAKER))] == [drafted]
    fee = {"kind": "fee", "state": "approved", "approved": "20.50", "currency": "EUR"}
    foreign = {"kind": "labour", "state": "expected", "claimed": "40", "currency": "USD"}
    vendor.say("C1", "Approved", credits=[CREDIT, fee, foreign])
    await desk.claims.poll(everything=True)
    waiting = list(await desk.claims.money(standing=MoneyState.WAITING))
    assert [str(row.amount) for row in waiting] == ["40", "-20.5", "120.5"]
    found = await desk.call(WAITING)
    assert (found.value, found.unit, found.excluded) == (100, "EUR", {"in USD, not in EUR": 1})
    assert (await desk.call(RECOVERED)).value == 0
    vendor.say("C1", "Paid", credits=[CREDIT | {"state": "issued"}, fee | {"state": "issued"}])
    await desk.claims.poll(everything=True)
    now = desk.clock.now()
    issued = list(await desk.claims.money(standing=MoneyState.RECOVERED, since=now - timedelta(days=1)))
    assert sum(row.amount for row in issued) == 100
    assert not await desk.claims.money(standing=MoneyState.RECOVERED, before=now)
    assert (await desk.call(RECOVERED, now + timedelta(days=1))).value == 100
    assert not await desk.claims.money(standing=MoneyState.WAITING)
    await desk.claims.credits(drafted, Owner.CLIENT, reason="Theirs.")
    assert not await desk.claims.money()
