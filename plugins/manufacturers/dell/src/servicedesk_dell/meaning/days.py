"""The vendor's instants, and the days that they mean."""

from datetime import UTC, date, datetime, time, timedelta

from servicedesk_core.domain.warranty.days import day_at

ZONE = "America/Chicago"
"""Days of American devices are days of US Central time; those of others are days of UTC, from midnight to 23:59:59."""

_EDGES = (time(), time(23, 59, 59))
"""What begins or ends with a day of the zone that is written with it means that day: none of Central time does."""
_FIRST_YEAR = 1980
_LAST_YEAR = 9998
_END_OF_TIME = date(9999, 12, 31)


def instant(value: object) -> datetime | None:
    """Return an instant of the vendor: UTC unless it says otherwise, with any number of fractional digits.

    Args:
        value: As it came; ``None`` and what cannot be read give ``None``.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def first_day(value: object) -> date | None:
    """Return the day of a beginning, or of a shipment."""
    return _day(value, timedelta())


def last_day(value: object) -> date | None:
    """Return the last covered day: an end at midnight sharp is the end of the day before."""
    return _day(value, timedelta(microseconds=1))


def _day(value: object, before: timedelta) -> date | None:
    found = instant(value)
    if found is None or found.year < _FIRST_YEAR:  # year 1 stands for "none"
        return None
    if found.year > _LAST_YEAR:
        return _END_OF_TIME
    if found.replace(microsecond=0).time() in _EDGES:  # a bare day reads as its midnight
        return found.date()
    return day_at(found - before, ZONE)
