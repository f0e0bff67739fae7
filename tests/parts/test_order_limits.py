"""Who may approve an order: limits of an order and of a day."""

import pytest

from servicedesk_core.errors import (
    AnotherPersonError,
    SettingsError,
)
from servicedesk_core.people import Actor

LIMITS = {"orders": {"currency": "EUR", "per_order": "150", "per_day": "260"}}


async def test_above_a_limit_another_person_approves(desk_of, shop):
    people = {"people": {"ana": {"roles": ["service-manager"]}, "bo": {"roles": ["service-manager"]}}}
    async with desk_of(**LIMITS, **people) as whole:
        ana, bo = (whole.acting_as(Actor(f"user:{name}")) for name in ("ana", "bo"))
        large = await ana.parts.order(stock="D1", source="shop", quantity=2, send=True)
        assert large.write.state == "proposed"
        assert "per_order" in large.needs_another
        with pytest.raises(AnotherPersonError, match="user:ana proposed it"):
            await ana.writes.approve([large.write.id])
        small = [await ana.parts.order(stock="D2", source="shop", send=True) for _ in range(4)]
        assert {one.write.state for one in small} == {"confirmed"}
        (view,) = await bo.writes.approve([large.write.id], send=True)
        assert view.state == "confirmed"
        last = await ana.parts.order(stock="D2", source="shop", send=True)
        assert (last.write.state, "per_day" in last.needs_another) == ("proposed", True)
        shop.offer("D9", price="1", currency="USD")
        dollars = await ana.parts.order(stock="D9", source="shop", send=True)
        assert "USD" in dollars.needs_another
        shop.offer("D8", price=None)
        unknown = await ana.parts.order(stock="D8", source="shop", without_price=True, send=True)
        assert "not known" in unknown.needs_another


async def test_the_limit_of_a_day_begins_anew_at_midnight(desk_of, shop, clock):
    async with desk_of(**LIMITS) as desk:
        for _ in range(2):
            assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "confirmed"
        assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "proposed"
        clock.advance(24 * 3600)
        assert (await desk.parts.order(stock="D1", source="shop", send=True)).write.state == "confirmed"


async def test_trying_again_is_an_approval_too_unless_another_person_gave_one(desk_of, shop):
    people = {"people": {"ana": {"roles": ["service-manager"]}, "bo": {"roles": ["service-manager"]}}}
    async with desk_of(**LIMITS, **people) as whole:
        ana, bo = (whole.acting_as(Actor(f"user:{name}")) for name in ("ana", "bo"))
        shop.offer("D1", price="100")
        refused = (await ana.parts.order(stock="D1", source="shop")).write.id
        large = (await ana.parts.order(stock="D1", source="shop", quantity=2)).write.id
        shop.offer("D1", price="101")
        await ana.writes.approve([refused], send=True)
        await bo.writes.approve([large], send=True)
        shop.offer("D1", price="100")
        for _ in range(2):
            (view,) = await ana.writes.retry([large])
            assert view.state == "queued", "bo approved it"
        with pytest.raises(AnotherPersonError, match="user:ana proposed it") as caught:
            await ana.writes.retry([refused], send=True)
        assert f"servicedesk writes retry {refused}" in caught.value.hint
        (view,) = await bo.writes.retry([refused], send=True)
        assert view.state == "confirmed"


async def test_a_person_may_have_limits_of_their_own(desk_of, shop):
    """Lower ones than the desk's: each order of theirs, and what they had approved on the day."""
    roles = {"roles": ["service-manager"]}
    people = {"ana": roles | {"order_limit": "100", "order_limit_per_day": "120"}, "bo": roles}
    async with desk_of(orders={"currency": "EUR"}, people=people) as whole:
        ana, bo = (whole.acting_as(Actor(f"user:{name}")) for name in ("ana", "bo"))
        theirs = await bo.parts.order(stock="D1", source="shop", quantity=5, send=True)
        assert (theirs.write.state, theirs.needs_another) == ("confirmed", None)
        large = await ana.parts.order(stock="D2", source="shop", quantity=9, send=True)
        assert (large.write.state, "[people.ana]" in large.needs_another) == ("proposed", True)
        first, second = [await ana.parts.order(stock="D1", source="shop", send=True) for _ in range(2)]
        assert (first.write.state, second.write.state) == ("confirmed", "proposed")
        assert "approved today" in second.needs_another
        with pytest.raises(AnotherPersonError):
            await ana.writes.approve([second.write.id])
        (view,) = await bo.writes.approve([second.write.id], send=True)
        assert view.state == "confirmed"


@pytest.mark.parametrize(
    "limits",
    [
        {"orders": {"per_order": "500"}},
        {"people": {"ana": {"roles": ["technician"], "order_limit": "500"}}},
    ],
)
def test_a_limit_needs_its_currency(desk_of, limits):
    with pytest.raises(SettingsError, match="needs its currency"):
        desk_of(**limits)
