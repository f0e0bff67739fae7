"""The days of a cover: manufacturers send instants, people claim on days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def day_at(instant: datetime, zone: str) -> date:
    """Return the day of an instant in a manufacturer's zone.

    ``2025-11-11T05:59:59Z`` is the end of 10 November in America/Chicago; cutting the text would give one day too many.

    Args:
        instant: With its time zone.
        zone: IANA name.

    Raises:
        ValueError: The instant has no time zone.
    """
    if instant.tzinfo is None:
        msg = "an instant without a time zone is no day in particular"
        raise ValueError(msg)
    return instant.astimezone(ZoneInfo(zone)).date()


def last_day(starts_on: date, months: int) -> date:
    """Return the last covered day of so many months: the day before the same day, or before the month's last one.

    Args:
        starts_on: The first covered day.
        months: Length of the cover.
    """
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    longest = (following - timedelta(days=1)).day
    return date(year, month + 1, min(starts_on.day, longest)) - timedelta(days=1)
