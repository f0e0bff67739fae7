"""How long ways take, asked of a map: the hook, its first provider, and what a desk keeps."""

from datetime import timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.connectors.great_circle import GreatCircle
from servicedesk_core.domain.places import Point
from servicedesk_core.features.travel import kept
from servicedesk_core.hooks import ConnectorSettings
from servicedesk_core.testing import FakeClock, RouterSuite, opened
from tests.travel.test_desk import NOW, desk, placed

pytestmark = pytest.mark.slow  # many desks with much in them

__all__ = ["desk", "placed"]

HERE, THERE = Point(40.7128, -74.0060), Point(40.7357, -74.1724)


class TestGreatCircle(RouterSuite):
    ways = ((HERE, THERE), (THERE, Point(40.8, -74.1724)))

    @pytest.fixture
    async def connector(self):
        async with opened(GreatCircle, ConnectorSettings()) as connector:
            yield connector


async def test_the_first_provider_is_the_estimate_of_the_reference(placed):
    async with opened(GreatCircle, ConnectorSettings()) as connector:
        (found,) = await connector.travel_times(((HERE, THERE),))
    assert round(found / timedelta(minutes=1), 1) == 27.8


async def test_a_desk_without_a_map_asks_nobody(placed):
    (outcome,) = await placed.run_jobs("travel")
    assert outcome.summary == "no connection knows roads: ways are estimated"


async def test_what_a_map_said_counts_in_place_of_the_estimate(placed):
    home, pier = Point(0.0, 0.0), Point(0.0, 0.2)
    said = {(home, pier): timedelta(minutes=54), (Point(0.0, 0.1), pier): None}
    await placed.store.write(lambda tx: kept.put(tx, "roads", said, NOW))
    found = {one.technician: one for one in (await placed.assign.candidates("T1")).items}
    assert str(found["Ana Diaz"].travel) == "1.00", "54 of 60 minutes"
    assert str(found["Ben Roy"].travel) == "6.39", "what the map does not know is estimated"


async def test_each_way_is_asked_once_and_what_nobody_needs_is_forgotten(placed):
    ways = ((Point(0.0, 0.0), Point(0.0, 0.2)), (Point(9.0, 9.0), Point(0.0, 0.2)))
    await placed.store.write(lambda tx: kept.put(tx, "roads", dict.fromkeys(ways, timedelta(minutes=5)), NOW))
    assert await placed.store.read(lambda tx: list(kept.unasked(tx, ways, NOW))) == []
    later = NOW + kept.HOLDS + timedelta(days=1)
    assert await placed.store.read(lambda tx: list(kept.unasked(tx, ways, later))) == [*ways]
    await placed.store.write(lambda tx: kept.forget(tx, ways[0]))
    assert await placed.store.read(lambda tx: kept.known(tx, NOW)) == {ways[0]: timedelta(minutes=5)}
    assert await placed.store.read(lambda tx: kept.known(tx, later)) == {}, "too long ago"
    await placed.run_jobs("travel")
    assert await placed.store.read(lambda tx: kept.known(tx, NOW)) == {}, "there is no such map any more"


async def test_a_desk_asks_its_map_once_for_the_ways_of_the_next_days(placed, store_url, tmp_path):
    connections = {"psa": {"connector": "tabular"}, "roads": {"connector": "great_circle"}}
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": connections}
    said = {(Point(0.0, 0.0), Point(0.0, 0.2)): timedelta(minutes=54)}
    await placed.store.write(lambda tx: kept.put(tx, "the map before", said, NOW))
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as desk:
        told = [(await desk.run_jobs("travel"))[0].summary for _ in range(2)]
        assert told == ["12 ways asked of roads", "0 ways asked of roads"]
        found = {one.technician: str(one.travel) for one in (await desk.assign.candidates("T1")).items}
        assert found == {"Ana Diaz": "2.77", "Ben Roy": "6.39"}
