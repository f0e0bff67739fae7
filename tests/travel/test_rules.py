"""How long ways take, and the shortest order of a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.places import Point, distance_km, estimate
from servicedesk_core.features.rota import Span
from servicedesk_core.features.travel.rules import Day, Stop

MIDNIGHT = datetime(2026, 3, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOME = Point(0, 0)


def hour(hours):
    return MIDNIGHT + timedelta(hours=hours)


def way(one, other):
    """Return a minute a degree of longitude, so that days can be counted by hand."""
    return abs(one.longitude - other.longitude) * MINUTE


DAY = Day(HOME, way, (Span(hour(8), hour(12)), Span(hour(13), hour(18))))


def stop(ref, begins, east, lasts=1.0, **more):
    place = None if east is None else Point(0, east)
    return Stop(ref, hour(begins), hour(begins + lasts), place, **more)


def shown(tour):
    return [(one.stop.ref, (one.begins - MIDNIGHT) / timedelta(hours=1)) for one in tour.legs]


def test_the_worked_way_of_the_reference():
    here, there = Point(40.7128, -74.0060), Point(40.7357, -74.1724)
    assert round(distance_km(here, there), 3) == 14.252
    assert round(estimate(here, there) / MINUTE, 1) == 27.8
    assert estimate(here, here) == timedelta()
    assert distance_km(Point(0, 179), Point(0, -179)) == pytest.approx(distance_km(Point(0, -1), Point(0, 1)))
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(20_015, abs=1), "the other side of the earth"


def test_far_near_far_becomes_far_far_near_and_the_slots_of_the_day_stay():
    stops = [stop("a", 9, 50), stop("b", 11, 10), stop("c", 14, 50)]
    assert DAY.as_planned(stops).travel == (50 + 40 + 40 + 50) * MINUTE
    best = DAY.shortest(stops)
    assert (shown(best), best.travel) == ([("a", 9), ("c", 11), ("b", 14)], (50 + 0 + 40 + 10) * MINUTE)


def test_what_is_fixed_keeps_its_time_and_is_reached_in_time():
    stops = [stop("a", 9, 50), stop("b", 11, 10, is_fixed=True), stop("c", 14, 50)]
    best = DAY.shortest(stops)
    assert (shown(best), best.travel) == ([("b", 11), ("a", 13), ("c", 14)], 100 * MINUTE)
    early = [stop("a", 9, 50), stop("b", 10.5, 10, is_fixed=True), stop("c", 11.2, 50, 0.5)]
    assert shown(DAY.shortest(early))[0] == ("b", 10.5), "from a and c nobody is back by then"


def test_what_is_in_time_stays_so_and_nothing_leaves_the_hours_of_work():
    stops = [stop("a", 9, 50), stop("b", 11, 10, due_at=hour(12)), stop("c", 14, 50)]
    assert shown(DAY.shortest(stops)) == [("b", 9), ("a", 11), ("c", 14)]
    late = [stops[0], replace(stops[1], due_at=hour(11.5)), stops[2]]
    assert shown(DAY.shortest(late))[-1] == ("b", 14), "it is late already"
    evening = [stop("a", 9, 50), stop("b", 11, 10), stop("c", 18, 50)]
    assert ("c", 18) in shown(DAY.shortest(evening)), "somebody planned it outside of them"


def test_without_a_home_or_a_place_the_known_ways_count():
    assert replace(DAY, home=None).as_planned([stop("a", 9, 50), stop("b", 11, 10)]).travel == 40 * MINUTE
    tour = DAY.as_planned([stop("a", 9, 50), stop("x", 10, None), stop("b", 11, 60)])
    assert ([one.way for one in tour.legs], tour.travel) == ([50 * MINUTE, None, 10 * MINUTE], 120 * MINUTE)


EAST = st.integers(0, 90)


@given(st.lists(st.tuples(EAST, st.booleans()), min_size=1, max_size=6))
def test_no_order_is_longer_than_what_stands_and_all_can_be_done(several):
    stops = [stop(str(at), 8 + 1.5 * at, east, 0.5, is_fixed=fixed) for at, (east, fixed) in enumerate(several)]
    best = DAY.shortest(stops)
    assert best.travel <= DAY.as_planned(stops).travel
    assert sorted(one.stop.ref for one in best.legs) == sorted(one.ref for one in stops)
    assert all(one.begins == one.stop.start for one in best.legs if one.stop.is_fixed)
    if best != DAY.as_planned(stops):
        for one, other in zip(best.legs, best.legs[1:], strict=False):
            assert one.begins + one.stop.lasts + (other.way or timedelta()) <= other.begins
