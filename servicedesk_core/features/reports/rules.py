"""When a report is to be mailed. Pure."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.features.reports.kinds import ReportMail, Weekday

_YEAR: Final = 367
"""Days within which a day of the week, or of a month of the year, comes."""


def last_due(one: ReportMail, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when a report was last due, up to now; a time that clocks skip is as long after the change.

    Args:
        one: The report, and when it is mailed.
        zone: The desk's.
        now: The present instant.
    """
    today = now.astimezone(zone).date()
    for back in range(_YEAR):
        day = today - timedelta(days=back)
        due = datetime.combine(day, one.at, zone).astimezone(UTC)
        if due <= now and _is_on(one, day):
            return due
    return None


def _is_on(one: ReportMail, day: date) -> bool:
    if one.months and day.month not in one.months:
        return False
    if one.month_day is not None:
        return day.day == min(one.month_day, monthrange(day.year, day.month)[1])
    return [*Weekday][day.weekday()] in one.weekdays
