"""Times of a desk: weekly and daily rhythm, and quick wire dates from epoch seconds."""

from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from random import Random

DAY, HOUR = 86_400, 3_600
# The desk sits in one zone; the seed does without daylight saving time.
LOCAL_OFFSET = -5 * HOUR
_WEEKDAYS = (1.25, 1.1, 1.05, 1.0, 0.9, 0.15, 0.1)
_HOURS = (1, 1, 1, 1, 1, 2, 5, 18, 45, 60, 58, 50, 32, 42, 50, 46, 36, 20, 8, 5, 4, 3, 2, 1)
_HOUR_SUMS = tuple(accumulate(_HOURS))
_OPENS, _CLOSES, _SATURDAY = 7, 19, 5


@lru_cache(maxsize=20_000)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def stamp(moment: int) -> str:
    """The wire date of an epoch second."""
    day, second = divmod(moment, DAY)
    return f"{_date(day)}T{second // HOUR:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def day_stamp(moment: int) -> str:
    """The wire form of a date without a time."""
    return f"{_date(moment // DAY)}T00:00:00Z"


def epoch(wire: str) -> int:
    """Epoch second of a wire date."""
    return int(datetime.fromisoformat(wire).timestamp())


def weekday(moment: int) -> int:
    """Local day of the week, Monday is 0."""
    return ((moment + LOCAL_OFFSET) // DAY + 3) % 7


def busyness(moment: int) -> float:
    """How busy the desk is at a moment; the mean over a working week is near 1."""
    hour = (moment + LOCAL_OFFSET) % DAY // HOUR
    return _WEEKDAYS[weekday(moment)] * _HOURS[hour] * 24 / _HOUR_SUMS[-1]


def into_business_hours(moment: int, rng: Random) -> int:
    """Move a moment outside business hours to the next morning."""
    local = moment + LOCAL_OFFSET
    hour = local % DAY // HOUR
    if hour >= _CLOSES:
        local = (local // DAY + 1) * DAY + 8 * HOUR + int(rng.random() * HOUR)
    elif hour < _OPENS:
        local = local // DAY * DAY + 8 * HOUR + int(rng.random() * HOUR)
    while (local // DAY + 3) % 7 >= _SATURDAY:
        local += DAY
    return local - LOCAL_OFFSET


def arrivals(rng: Random, *, total: int, days: int, now: int) -> Iterator[int]:
    """Moments at which tickets arrive, rising, the last before `now`."""
    first = (now + LOCAL_OFFSET) // DAY - days
    starts = [first + offset for offset in range(1, days + 1)]
    sums = list(accumulate(_WEEKDAYS[(day + 3) % 7] for day in starts))
    done = 0
    for day, reached in zip(starts, sums, strict=True):
        number = round(total * reached / sums[-1]) - done
        done += number
        begin = day * DAY - LOCAL_OFFSET
        yield from sorted(min(_moment(rng, begin), now - 60 - int(rng.random() * HOUR)) for _ in range(number))


def _moment(rng: Random, begin: int) -> int:
    hour = bisect(_HOUR_SUMS, rng.random() * _HOUR_SUMS[-1])
    return begin + hour * HOUR + int(rng.random() * HOUR)
