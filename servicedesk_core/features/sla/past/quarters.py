"""Quarters as people name them. Pure."""

import re
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError

_NAME = re.compile(r"(\d{4})-?[qQ]([1-4])")


class Quarter(NamedTuple):
    """Three months.

    Attributes:
        name: What people call it.
        start: Its first instant.
        end: The first one after it.
    """

    name: str
    start: datetime
    end: datetime


def quarter_of(text: str, zone: ZoneInfo) -> Quarter:
    """Return a quarter by its name, in the days of a zone.

    Raises:
        SettingsError: It is no quarter.
    """
    found = _NAME.fullmatch(text.strip())
    if found is None or not 1900 <= int(found[1]) <= 9000:  # noqa: PLR2004  # beyond lies no year of a desk
        raise SettingsError(f'"{text}" is no quarter.', hint="Write one such as 2026-Q3.")
    return _numbered(int(found[1]) * 4 + int(found[2]) - 1, zone)


def last_quarter(now: datetime, zone: ZoneInfo) -> Quarter:
    """Return the newest quarter that is over."""
    today = now.astimezone(zone)
    return _numbered(today.year * 4 + (today.month - 1) // 3 - 1, zone)


def _numbered(number: int, zone: ZoneInfo) -> Quarter:
    start, end = (datetime(one // 4, one % 4 * 3 + 1, 1, tzinfo=zone) for one in (number, number + 1))
    return Quarter(f"{number // 4}-Q{number % 4 + 1}", start, end)
