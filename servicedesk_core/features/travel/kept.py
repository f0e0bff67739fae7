"""Ways as maps said how long they take, kept until they are asked again."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import delete, insert, select, tuple_

from servicedesk_core.domain.places import Point
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import travel_times

Leg = tuple[Point, Point]

HOLDS: Final = timedelta(days=30)
"""So long an answer counts as new: roads change seldom."""

_T = travel_times.c
_SECOND: Final = timedelta(seconds=1)


def known(tx: Tx, now: datetime) -> dict[Leg, timedelta]:
    """Return how long ways take, as far as a map said lately."""
    lately = _T.takes_s.is_not(None), _T.asked_at > now - HOLDS
    query = select(_T.origin, _T.destination, _T.takes_s).where(*lately)
    return {(_point(one), _point(other)): takes_s * _SECOND for one, other, takes_s in tx.execute(query)}


def unasked(tx: Tx, ways: Iterable[Leg], now: datetime) -> Iterator[Leg]:
    """Yield ways of which no map was asked lately."""
    query = select(_T.origin, _T.destination).where(_T.asked_at > now - HOLDS)
    asked = {tuple(row) for row in tx.execute(query)}
    yield from (way for way in ways if (_text(way[0]), _text(way[1])) not in asked)


def put(tx: Tx, connection: str, found: Mapping[Leg, timedelta | None], now: datetime) -> None:
    """Keep what a map said."""
    rows = [
        {
            "origin": _text(one),
            "destination": _text(other),
            "takes_s": None if takes is None else takes // _SECOND,
            "connection": connection,
            "asked_at": now,
        }
        for (one, other), takes in found.items()
    ]
    if rows:
        keys = [(row["origin"], row["destination"]) for row in rows]
        tx.execute(delete(travel_times).where(tuple_(_T.origin, _T.destination).in_(keys)))
        tx.execute(insert(travel_times), rows)


def forget(tx: Tx, points: Iterable[Point]) -> None:
    """Forget the ways from or to points that nobody says anything of any more.

    Args:
        tx: A transaction that writes.
        points: Those that are said of.
    """
    words = [_text(one) for one in points]
    tx.execute(delete(travel_times).where(_T.origin.not_in(words) | _T.destination.not_in(words)))


def keep(tx: Tx, connections: Iterable[str]) -> None:
    """Forget what came over other connections than these: another map says it in another way."""
    tx.execute(delete(travel_times).where(_T.connection.not_in([*connections])))


def _text(point: Point) -> str:
    return f"{point.latitude!r},{point.longitude!r}"


@lru_cache(maxsize=4_096)
def _point(text: str) -> Point:
    return Point(*map(float, text.split(",")))
