"""Parts that are ordered for a claim: shown with it, and not taken without a thought of it."""

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts.guard import GUARD


@pytest.fixture
async def claim(desk):
    found = await desk.claims.new(device=DeviceRef(manufacturer="Acme", serial_number="AC1"), by_hand=True)
    return found.claim.claim_id


async def test_what_is_ordered_for_a_claim_is_shown_with_it(desk, shop, claim):
    with pytest.raises(NotFoundLocallyError):
        await desk.parts.order("T-7", "D1", source="shop", claim="SD-NONE")
    found = await desk.parts.order("T-7", "D1", source="shop", quantity=2, claim=claim, send=True)
    ((part,), (row,)) = (await desk.claims.get(claim)).ordered, (await desk.parts.orders()).items
    assert (part.write, part.ticket, part.name, part.quantity, part.cost) == (found.write.id, "T-7", "Dock", 2, 200)
    assert (row.claim, part.state) == (claim, "confirmed")


async def test_an_order_is_named_and_unnamed_later(desk, shop, claim, store):
    write = (await desk.parts.order("T-7", "D1", source="shop", send=True)).write.id
    linked = await desk.parts.claim(write, claim)
    assert (linked.claim, linked.due) == (claim, 0)
    values = {"ticket_connection": "psa", "ticket_id": "7"}
    take = Intent("shelf", "stock_moves.take", "stock_levels:1a", "x", values, parent="1a")
    told = store.read_blocking(lambda tx: list(GUARD.warnings(tx, take, without=None)))
    assert told == [f"Write {write} orders parts for this ticket and claim {claim}: is it one of them?"]
    with pytest.raises(WriteError, match="client's to pay"):
        await desk.parts.claim(write, "")
    assert (await desk.parts.claim(write, "", reason="Another device.")).claim is None
    assert (await desk.claims.get(claim)).ordered == ()
