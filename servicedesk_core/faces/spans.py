"""Spans of time as people write them."""

from datetime import timedelta
from typing import Final

from servicedesk_core.errors import SettingsError

_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_LONGEST_DAYS: Final = 36_500
"""No cover lasts so long, and the calendar of a computer begins with the year 1."""
_SPANS: Final = "Write for example 90d, 12w or 1y."


def is_span(text: str) -> bool:
    """Return whether a text is a number of days, weeks, months or years."""
    return text[:-1].isdecimal() and text[-1:].lower() in _DAYS


def span_of(text: str) -> timedelta:
    """Return "90d", "12w", "6m" (30 days each) or "1y" (365 days) as a span of time.

    Raises:
        SettingsError: It is none of these, or longer than a hundred years.
    """
    number, unit = text[:-1], text[-1:].lower()
    if not is_span(text):
        raise SettingsError(f'"{text}" is no span of time.', hint=_SPANS)
    if len(number) > len(str(_LONGEST_DAYS)) or int(number) * _DAYS[unit] > _LONGEST_DAYS:
        raise SettingsError(f'"{text}" is longer than a hundred years.', hint=_SPANS)
    return timedelta(days=int(number) * _DAYS[unit])
