"""Spans of time as people write them."""

import re
from datetime import timedelta
from typing import Final

from servicedesk_core.errors import SettingsError

_UNITS: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1)} | {
    sign: timedelta(days=days) for sign, days in {"d": 1, "w": 7, "m": 30, "y": 365}.items()
}
_LONGEST: Final = timedelta(days=36_500)
"""No cover lasts so long, and the calendar of a computer begins with the year 1."""
_SPANS: Final = "Write for example 90d, 12w, 1y, 4h or 15min."
_SPAN: Final = re.compile(rf"(\d+)({'|'.join(_UNITS)})", re.IGNORECASE)


def is_span(text: str) -> bool:
    """Return whether a text is a number of minutes, hours, days, weeks, months or years."""
    return _SPAN.fullmatch(text) is not None


def span_as_written(span: timedelta) -> str:
    """Return a span of whole minutes as people write it, in days or hours where that is exact."""
    return next(f"{span // _UNITS[sign]}{sign}" for sign in ("d", "h", "min") if not span % _UNITS[sign])


def span_of(text: str) -> timedelta:
    """Return "15min", "4h", "90d", "12w", "6m" (30 days each) or "1y" (365 days) as a span of time.

    Raises:
        SettingsError: It is none of these, or longer than a hundred years.
    """
    if (found := _SPAN.fullmatch(text)) is None:
        raise SettingsError(f'"{text}" is no span of time.', hint=_SPANS)
    number, unit = found[1], _UNITS[found[2].lower()]
    if len(number) > len(str(_LONGEST // unit)) or int(number) * unit > _LONGEST:
        raise SettingsError(f'"{text}" is longer than a hundred years.', hint=_SPANS)
    return int(number) * unit
