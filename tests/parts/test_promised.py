"""Whose turn it is on a ticket that waits for a part: the supplier's until the day that it promised, then ours."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import SyncMode
from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.features.attention.model import NextActor, Reason
from tests.parts.conftest import NOW


@pytest.fixture
def waiting(given):
    """A ticket on which nothing has happened for long, because it waits for a part."""
    old = NOW - timedelta(days=9)
    about = {"title": "No dock", "company_ref": "c1", "assignee_ref": "ana", "created_at": old}
    given(Ticket(external_id="7", number="T-7", status_category=StatusCategory.WAITING_PARTS, **about))


async def attention(desk):
    (found,) = (await desk.attention.list(everything=True)).items
    return found.next_actor, found.next_at, found.reason


async def test_it_is_the_suppliers_until_the_promised_day_is_over_and_then_ours(desk, shop, clock, waiting):
    await desk.parts.order("T-7", "D1", source="shop", send=True)
    assert (await attention(desk))[0] is NextActor.COORDINATOR, "nobody said when it comes"
    order = shop.all("order")[0]
    shop.put("order", "1", **order | {"expected": "2026-06-04"})
    await desk.sync("shop", mode=SyncMode.FULL)
    over = datetime(2026, 6, 4, 22, tzinfo=UTC)  # midnight of the desk
    assert await attention(desk) == (NextActor.VENDOR, over, None)
    assert (await desk.report.morning()).next_actors == {NextActor.VENDOR: 1}
    clock.advance((over - NOW).total_seconds())
    assert await attention(desk) == (NextActor.COORDINATOR, over, Reason.WAITING_TOO_LONG)
    await desk.parts.receive("SO-1")
    assert (await attention(desk))[1] != over, "nothing is to come any more"
