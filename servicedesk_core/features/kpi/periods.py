"""Periods as people name them: a month, a week, a quarter, a year, a day, or the last days. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Period

_MONTH: Final = re.compile(r"(\d{4})(?:-(?:(\d{2})|[qQ]([1-4])|[wW](\d{2})))?")
_HINT: Final = "Write a month such as 2026-10, a week such as 2026-W41, 2026-Q3, a year or a day."


def period_of(text: str, zone: ZoneInfo, now: datetime) -> Period:
    """Return a period by its name, in the days of a zone.

    Raises:
        SettingsError: It is no name of a period, or the period has not begun.
    """
    try:
        start, end = (datetime.combine(day, time(), zone) for day in _days(text.strip()))
        start.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SettingsError(f'"{text}" is no period.', hint=_HINT) from None
    if start > now:
        raise SettingsError(f"The period {text} has not begun.", hint="Name an earlier one.")
    return Period(start, end, now)


def week_of(day: date) -> str:
    """Return the name of the week of a day: ``2026-W41``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def month_of(day: date) -> str:
    """Return the name of the month of a day: ``2026-10``."""
    return f"{day.year}-{day.month:02}"


def quarter_of(day: date) -> str:
    """Return the name of the quarter of a day: ``2026-Q4``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def last(span: timedelta, zone: ZoneInfo, now: datetime) -> Period:
    """Return the time up to an instant."""
    return Period((now - span).astimezone(zone), now, now)


def before(period: Period) -> Period:
    """Return the period before one: of whole months as many months, else as much time."""
    start, end = period.start, period.end.astimezone(period.zone)
    if all((one.day, one.time()) == (1, time()) for one in (start, end)):
        months = (end.year - start.year) * 12 + end.month - start.month
        number = start.year * 12 + start.month - 1 - months
        earlier = start.replace(year=number // 12, month=number % 12 + 1)
    else:
        earlier = start - (end.replace(tzinfo=None) - start.replace(tzinfo=None))
    return Period(earlier, period.start, period.start)


def weeks(count: int, zone: ZoneInfo, now: datetime) -> Iterator[tuple[str, Period]]:
    """Yield the last weeks with their names, from Monday to Monday, the oldest first; the last one is not over."""
    monday = now.astimezone(zone).date()
    monday -= timedelta(days=monday.weekday())
    for back in reversed(range(count)):
        first = monday - timedelta(weeks=back)
        start, end = (datetime.combine(day, time(), zone) for day in (first, first + timedelta(weeks=1)))
        yield week_of(first), Period(start, end, now)


def _days(text: str) -> tuple[date, date]:
    """Return the first day, and the first one after it."""
    if (found := _MONTH.fullmatch(text)) is None:
        day = date.fromisoformat(text)
        return day, day + timedelta(days=1)
    year, month, quarter, week = (int(part) if part else None for part in found.groups())
    assert year is not None  # noqa: S101  # it is no option of the expression
    if week is not None:
        first = date.fromisocalendar(year, week, 1)
        return first, first + timedelta(weeks=1)
    months = 12 if month is quarter is None else 3 if month is None else 1
    begins = (quarter or 1) * 3 - 2 if month is None else month
    number = year * 12 + begins - 1 + months
    return date(year, begins, 1), date(number // 12, number % 12 + 1, 1)
