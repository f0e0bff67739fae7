"""A ticket that is put off: out of the lists, and back when it has to be."""

from datetime import timedelta

import pytest

from servicedesk_core.domain import ActorType, Note
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.attention import NextActor, Reason, Standing
from servicedesk_core.features.attention.rules import is_snoozed
from tests import stored
from tests.triage.conftest import NOW, ROWS

pytestmark = pytest.mark.slow  # many desks with much in them


async def ready(desk):
    return [row.ticket for row in await desk.kpi.ready()]


async def next_of(desk, number):
    return next(
        (row.next_actor, row.rule) for row in await desk.attention.list(everything=True) if row.number == number
    )


async def test_what_is_put_off_is_in_no_list_until_its_time_and_a_sync_changes_nothing_about_it(desk):
    assert await ready(desk) == ["T7", "T4"]
    done = await desk.tickets.snooze("T7", NOW + timedelta(days=1), reason="He is away.")
    assert done.until == NOW + timedelta(days=1)
    await desk.store.write(lambda tx: stored.put(tx, ROWS, now=NOW + timedelta(minutes=1)))
    assert await ready(desk) == ["T4"]
    assert await next_of(desk, "T7") == (NextActor.CALENDAR, "snoozed")
    desk.clock.advance(86_400)
    assert await ready(desk) == ["T7", "T4"]


async def test_what_waits_for_triage_can_be_put_off_and_woken(desk):
    await desk.tickets.snooze("T1", NOW + timedelta(days=1))
    assert "T1" not in [row.ticket for row in await desk.triage.list()]
    assert (await desk.tickets.wake("T1")).until is None
    assert "T1" in [row.ticket for row in await desk.triage.list()]
    with pytest.raises(NotFoundLocallyError, match="not put off"):
        await desk.tickets.wake("T1")


async def test_what_the_client_writes_wakes_it(desk):
    await desk.tickets.snooze("T7", NOW + timedelta(days=1))
    desk.clock.advance(300)
    said = Note(external_id="n9", ticket_ref="7", author_type=ActorType.CUSTOMER, created_at=NOW + timedelta(minutes=1))
    await desk.store.write(lambda tx: stored.put(tx, [said], now=NOW))
    (row,) = [row for row in await desk.attention.list() if row.number == "T7"]
    assert row.reason is Reason.CLIENT_REPLIED


def test_a_due_time_that_is_near_or_past_is_not_hidden():
    until = NOW + timedelta(days=2)
    dues = {None: True, timedelta(hours=5): True, timedelta(hours=4): False, -timedelta(hours=1): False}
    for due, sleeps in dues.items():
        one = Standing(snoozed_until=until, due_at=None if due is None else NOW + due)
        assert is_snoozed(one, NOW) is sleeps, due


@pytest.mark.parametrize("away", [timedelta(), -timedelta(hours=1), timedelta(days=91)])
async def test_nothing_is_put_off_until_what_is_past_or_far_away(desk, away):
    with pytest.raises(SettingsError, match="cannot be put off"):
        await desk.tickets.snooze("T7", NOW + away)
