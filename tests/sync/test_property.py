"""Random edits, deletions, failures and interruptions: after a quiet sync the store equals the vendor."""

import asyncio
import random
from dataclasses import replace

import pytest

from servicedesk_core.errors import NetworkError, ServiceDeskError
from servicedesk_core.sync.options import SyncMode


@pytest.mark.parametrize(
    "seed",
    [
        1,
        pytest.param(2, marks=pytest.mark.slow),
        pytest.param(3, marks=pytest.mark.slow),
        pytest.param(4, marks=pytest.mark.slow),
    ],
)
async def test_store_equals_vendor_after_any_story(desk, seed):
    dice = random.Random(seed)
    desk.limits = replace(desk.limits, batch_rows=dice.choice([1, 60, 500]))
    desk.vendor.counts = dice.random() < 0.5
    desk.seed(tickets=90, notes=30)
    for _ in range(6):
        for _ in range(dice.randrange(12)):
            act(dice, desk)
            desk.clock.advance(dice.randrange(1, 400))
        desk.vendor.before_page = trouble(dice)
        with_deletions = SyncMode.RECONCILE if dice.random() < 0.4 else SyncMode.AUTO
        job = asyncio.create_task(desk.sync(mode=with_deletions, accept_mass_change=True))
        if dice.random() < 0.3:
            await asyncio.sleep(dice.random() * 0.05)
            job.cancel()
        await asyncio.wait([job])
        if not job.cancelled() and job.exception() is not None:
            assert isinstance(job.exception(), ServiceDeskError), job.exception()
    desk.vendor.before_page = lambda request, number: None
    desk.clock.advance(86_400)
    report = await desk.sync(mode=SyncMode.RECONCILE, accept_mass_change=True)
    assert report.ok
    desk.assert_equal()
    assert desk.vendor.opened == desk.vendor.closed
    snapshots = desk.sql("SELECT ticket_ref FROM ticket_events WHERE type = 'snapshot' GROUP BY 1 HAVING count(*) > 1")
    assert snapshots == []
    asked = len(desk.vendor.requests)
    again = await desk.sync()
    assert sum(r.new + r.changed + r.gone for r in again.streams) == 0
    assert len(desk.vendor.requests) - asked == 3


def act(dice, desk):
    tickets = sorted(desk.vendor.tables["tickets"])
    one = dice.choice(tickets)
    roll = dice.random()
    if roll < 0.5:
        desk.vendor.ticket(one, status=dice.choice(["New", "Doing", "Complete"]), title=f"Title {dice.random()}")
    elif roll < 0.7:
        desk.vendor.ticket(f"{dice.randrange(1000, 9999)}", company="c1")
    elif roll < 0.8:
        desk.vendor.put("technicians", dice.choice(["t1", "t5"]), name=f"Name {dice.random()}")
    elif len(tickets) > 20:
        desk.vendor.delete("tickets", one)


def trouble(dice):
    at, stream = dice.randrange(4), dice.choice(["tickets", "notes", "companies", "technicians", "none"])

    def before_page(request, number):
        if request.stream == stream and number == at:
            raise NetworkError("gone")

    return before_page
