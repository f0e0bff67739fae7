"""Points on the earth, and how long the way from one to another takes. Pure."""

from datetime import timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

_RADIUS_KM: Final = 6_371.0088
"""Mean radius of the earth (IUGG)."""

_DETOUR: Final = 1.3
"""A road is so many times as long as the straight line."""

_SPEED_KM_H: Final = 40


class Point(NamedTuple):
    """A point on the earth, in degrees (WGS 84).

    Attributes:
        latitude: From -90, the south pole, to 90.
        longitude: From -180 to 180, east of Greenwich.
    """

    latitude: float
    longitude: float


def distance_km(one: Point, other: Point) -> float:
    """Return the length of the great circle between two points, by the haversine formula."""
    first, second = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    half = sin((second - first) / 2) ** 2 + cos(first) * cos(second) * sin(across / 2) ** 2
    return 2 * _RADIUS_KM * asin(min(1.0, sqrt(half)))


def estimate(one: Point, other: Point) -> timedelta:
    """Return how long the way takes where no map was asked: a road of 1.3 times the straight line, at 40 km/h."""
    return timedelta(hours=distance_km(one, other) * _DETOUR / _SPEED_KM_H)
