"""A calendar as intervals of UTC with running totals, so that counting open time is two look-ups.

Inside, instants are microseconds since 1970 and open time is counted from an origin, the year 2024; both are plain
integers, because a fold over a year of tickets asks a million times.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.business_time.hours import DAY_MIN, Span

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US: Final = 60_000_000
DAY_US: Final = DAY_MIN * MINUTE_US
SEARCHED_DAYS: Final = 10 * 366
"""For so long a search goes on while nothing is open."""

_ORIGIN_US: Final = 19_723 * DAY_US
"""From where open time is counted: the same instant in every table that is worked out, by whichever thread."""

_YEAR_DAYS = 366
_EPOCH_DAY = EPOCH.toordinal()
_FIRST_DAY, _LAST_DAY = 4 - _EPOCH_DAY, date.max.toordinal() - 4 - _EPOCH_DAY


class CalendarHasNoOpenTimeError(ValueError):
    """A calendar in which for ten years nobody is there: no clock could end."""

    def __init__(self, calendar: str) -> None:
        super().__init__(f'For ten years the calendar "{calendar}" has no open time; give it hours.')


def micros(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(at_us: int) -> datetime:
    """Return the instant of microseconds since 1970, in UTC."""
    return EPOCH + timedelta(0, 0, at_us)  # in words it takes twice as long


def duration_us(duration: timedelta) -> int:
    """Return a duration in microseconds."""
    return (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds


class _Years(NamedTuple):
    """Open intervals of some years. Replaced as a whole, so that threads may share a table."""

    since_us: int
    until_us: int
    opens: list[int]
    closes: list[int]
    after: list[int]
    """Open time from the origin to each closing."""
    first: int
    """Open time from the origin to the first opening."""


_NONE = _Years(_ORIGIN_US, _ORIGIN_US, [], [], [], 0)


class OpenTable:
    """Open time of a calendar, worked out for those years that were asked about.

    Args:
        name: Of the calendar, for people.
        zone: In whose local time the hours are. Times that a change of summer time leaves out move forward by the
            gap; of those that it repeats the first counts.
        hours_of: The hours of a day.
    """

    __slots__ = ("_hours_of", "_name", "_years", "_zone")

    def __init__(self, name: str, zone: ZoneInfo, hours_of: Callable[[date], tuple[Span, ...]]) -> None:
        self._name = name
        self._zone = zone
        self._hours_of = hours_of
        self._years = _NONE

    def total(self, at_us: int) -> int:
        """Return the open time between the origin and an instant; less than 0 before the origin."""
        years = self._years
        if not years.since_us <= at_us < years.until_us:
            years = self._covering(at_us, at_us)
        return _total(years, at_us)

    def totals(self, instants: Sequence[int]) -> tuple[int, ...]:
        """Return the open time between the origin and each of several instants in a row, earliest first."""
        years = self._covering(instants[0], instants[-1])
        opens, closes, after, first = years.opens, years.closes, years.after, years.first
        found = []
        for at_us in instants:
            index = bisect_right(opens, at_us) - 1
            if index < 0:
                found.append(first)
                continue
            close = closes[index]
            found.append(after[index] - (close - at_us) if at_us < close else after[index])
        return tuple(found)

    def reached(self, total: int, from_us: int) -> int:
        """Return the first instant at which so much open time has passed since the origin.

        Args:
            total: Open time; more than has passed at ``from_us``.
            from_us: Where the search begins.

        Raises:
            CalendarHasNoOpenTimeError: It is not reached, and for ten years nothing is open.
        """
        years = self._covering(from_us, from_us)
        while True:
            index = bisect_left(years.after, total)
            if index < len(years.after):
                found = years.closes[index] - (years.after[index] - total)
                if from_us <= found <= years.until_us:
                    return found
            years = self._further(from_us)

    def opening(self, at_us: int) -> int:
        """Return an instant itself when it is in open time, else the next opening.

        Raises:
            CalendarHasNoOpenTimeError: For ten years nothing is open.
        """
        years = self._covering(at_us, at_us)
        while True:
            index = bisect_right(years.closes, at_us)
            if index < len(years.closes) and (found := max(at_us, years.opens[index])) <= years.until_us:
                return found
            years = self._further(at_us)

    def intervals(self, first_us: int, last_us: int) -> Iterator[tuple[int, int]]:
        """Yield opening and closing of the open time that lies in ``[first, last)``, or partly."""
        years = self._covering(first_us, last_us)
        for index in range(bisect_right(years.closes, first_us), bisect_left(years.opens, last_us)):
            yield years.opens[index], years.closes[index]

    def _further(self, from_us: int) -> _Years:
        """Return a table that reaches further into the future."""
        years = self._covering(from_us, from_us)
        last_us = max(from_us, years.closes[-1] if years.closes else from_us)
        if years.until_us - last_us > SEARCHED_DAYS * DAY_US or years.until_us >= _LAST_DAY * DAY_US:
            raise CalendarHasNoOpenTimeError(self._name)
        return self._covering(from_us, 2 * years.until_us - years.since_us)

    def _covering(self, first_us: int, last_us: int) -> _Years:
        """Return a table that reaches over both instants, with a year to spare on each side.

        Another thread may put its own in its place at any time, so whoever asks goes on with what is returned.
        """
        years = self._years
        if years.since_us <= first_us and last_us < years.until_us:
            return years
        first_us, last_us = min(first_us, years.since_us), max(last_us, years.until_us)
        self._years = years = self._built(first_us // DAY_US - _YEAR_DAYS, last_us // DAY_US + 2 * _YEAR_DAYS)
        return years

    def _built(self, first_day: int, last_day: int) -> _Years:
        """Work out the intervals of days, counted from 1970."""
        first, last = max(first_day, _FIRST_DAY), min(last_day, _LAST_DAY)
        opens: list[int] = []
        closes: list[int] = []
        offsets = [self._offset_us(day * DAY_MIN) for day in range(first - 3, last + 6)]
        for at, day in enumerate(range(first - 3, last + 3)):
            changes = not offsets[at] == offsets[at + 1] == offsets[at + 2]  # by the end of the longest night shift
            for edges in self._hours_of(date.fromordinal(_EPOCH_DAY + day)):
                start, end = (
                    (day * DAY_MIN + minute) * MINUTE_US
                    - (self._offset_us(day * DAY_MIN + minute) if changes else offsets[at])
                    for minute in edges
                )
                if closes and start <= closes[-1]:
                    closes[-1] = max(closes[-1], end)
                elif start < end:
                    opens.append(start)
                    closes.append(end)
        after = list(accumulate(close - start for start, close in zip(opens, closes, strict=True)))
        made = _Years(first * DAY_US, last * DAY_US, opens, closes, after, 0)
        shift = _total(made, _ORIGIN_US)
        return made._replace(after=[one - shift for one in after], first=-shift)

    def _offset_us(self, minute: int) -> int:
        """Return how far the zone is ahead of UTC at a minute of local time since 1970."""
        day, minute = divmod(minute, DAY_MIN)
        local = datetime.fromordinal(_EPOCH_DAY + day).replace(hour=minute // 60, minute=minute % 60)
        return duration_us(self._zone.utcoffset(local) or timedelta())


def _total(years: _Years, at_us: int) -> int:
    index = bisect_right(years.opens, at_us) - 1
    if index < 0:
        return years.first
    close = years.closes[index]
    return years.after[index] - (close - at_us if at_us < close else 0)
