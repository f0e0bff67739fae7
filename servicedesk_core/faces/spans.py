"""Spans of time as people write them."""

from datetime import timedelta
from typing import Final

from servicedesk_core.errors import SettingsError

_UNITS: Final = {"h": timedelta(hours=1)} | {
    sign: timedelta(days=days) for sign, days in {"d": 1, "w": 7, "m": 30, "y": 365}.items()
}
_LONGEST: Final = timedelta(days=36_500)
"""No cover lasts so long, and the calendar of a computer begins with the year 1."""
_SPANS: Final = "Write for example 90d, 12w, 1y or 4h."


def is_span(text: str) -> bool:
    """Return whether a text is a number of hours, days, weeks, months or years."""
    return text[:-1].isdecimal() and text[-1:].lower() in _UNITS


def span_of(text: str) -> timedelta:
    """Return "4h", "90d", "12w", "6m" (30 days each) or "1y" (365 days) as a span of time.

    Raises:
        SettingsError: It is none of these, or longer than a hundred years.
    """
    if not is_span(text):
        raise SettingsError(f'"{text}" is no span of time.', hint=_SPANS)
    number, unit = text[:-1], _UNITS[text[-1].lower()]
    if len(number) > len(str(_LONGEST // unit)) or int(number) * unit > _LONGEST:
        raise SettingsError(f'"{text}" is longer than a hundred years.', hint=_SPANS)
    return int(number) * unit
