"""Weeks by their names. Pure."""

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Period
from servicedesk_core.features.kpi import period_of, week_of

_WEEK: Final = re.compile(r"(\d{4})-?[wW](\d{1,2})")


def week_named(text: str) -> str:
    """Return the name of a week as it is kept.

    Raises:
        SettingsError: It is no week.
    """
    found = _WEEK.fullmatch(text.strip())
    try:
        return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1)) if found else _none(text)
    except ValueError:
        return _none(text)


def span_of(week: str, zone: ZoneInfo, now: datetime) -> Period:
    """Return the span of a week, from Monday to Monday; what lies behind ``now`` is not known.

    Raises:
        SettingsError: It has not begun.
    """
    return period_of(week, zone, now)


def monday_of(week: str) -> date:
    """Return the first day of a week."""
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def before(week: str, count: int) -> list[str]:
    """Return the weeks before a week, oldest first."""
    return [week_of(monday_of(week) - timedelta(weeks=back)) for back in range(count, 0, -1)]


def _none(text: str) -> str:
    raise SettingsError(f'"{text}" is no week.', hint="Write it as 2026-W41.")
