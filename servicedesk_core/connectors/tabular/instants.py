"""Reads the many ways in which files write a point in time. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Parser = Callable[[str], datetime]

_CLOCK = (
    r"(?:[T ,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp])?(?:\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_DATES = {
    "day-first": r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})",
    "month-first": r"(?P<month>\d{1,2})[-/. ](?P<day>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})",
    "year-first": r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})[-/. ](?P<day>\d{1,2})",
}
_PATTERNS = {name: re.compile(dates + _CLOCK) for name, dates in _DATES.items()}
_PARTS = "year", "month", "day", "hour", "minute", "second", "fraction", "half", "zone"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOON = 12
_TWO_DIGIT_PIVOT = 70

NAMED_FORMATS = ("iso", "epoch_s", "epoch_ms", *_DATES)
"""Formats with a name of their own."""


def check_format(text: str) -> str:
    """Return the format, or raise ``ValueError`` when it is neither a named one nor a usable strptime pattern."""
    if text in NAMED_FORMATS:
        return text
    if "%" not in text:
        msg = f'"{text}" is not a time format; use {", ".join(NAMED_FORMATS)} or a pattern such as "%d.%m.%Y %H:%M"'
        raise ValueError(msg)
    sample = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(text)
    try:
        datetime.strptime(sample, text)  # noqa: DTZ007  # only whether the pattern works
    except (ValueError, re.error) as error:
        msg = f'"{text}" is not a usable time pattern: {error}'
        raise ValueError(msg) from None
    return text


def check_zone(text: Any) -> Any:
    """Return the name of the zone, or raise ``ValueError`` when there is no such zone."""
    if text is None:
        return None
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        msg = f'"{text}" is not a time zone; use an IANA name such as "Europe/Rome"'
        raise ValueError(msg) from None


def parser(formats: Sequence[str], zone: str | None) -> Parser:
    """Make a function that reads times.

    A time without a zone is read in ``zone``. One that the clocks skipped (spring) moves forward by the skipped
    hour; one that happened twice (autumn) is taken as the first.

    Args:
        formats: Formats to try in this order; empty = ISO 8601.
        zone: IANA zone of times that carry none; ``None`` = UTC.

    Returns:
        A function from text to an aware datetime; it raises ``ValueError`` for text of no format.
    """
    default = ZoneInfo(zone) if zone and zone != "UTC" else UTC
    readers = [_reader(one) for one in formats or ("iso",)]

    def read(text: str) -> datetime:
        for reader in readers:
            try:
                found = reader(text)
                return _in_utc(found, default)
            except (ValueError, OverflowError):
                continue
        msg = "not a time of the declared format"
        raise ValueError(msg)

    return read


def _in_utc(found: datetime, default: tzinfo) -> datetime:
    # fold=0 is exactly the rule: the offset before a gap (moves forward), the first of an ambiguous pair.
    return (found if found.tzinfo else found.replace(tzinfo=default)).astimezone(UTC)


def _reader(name: str) -> Parser:
    if name == "iso":
        return datetime.fromisoformat
    if name in {"epoch_s", "epoch_ms"}:
        return _epoch(1 if name == "epoch_s" else 1000)
    if name in _PATTERNS:
        return lambda text: _by_pattern(_PATTERNS[name], text)
    return lambda text: datetime.strptime(text, name)  # noqa: DTZ007  # the zone is set by the caller


def _epoch(units_per_second: int) -> Parser:
    def read(text: str) -> datetime:
        whole, _, fraction = text.partition(".")
        micros = int(whole) * 1_000_000 + (int(fraction[:6].ljust(6, "0")) if fraction else 0)
        return _EPOCH + timedelta(microseconds=micros // units_per_second)

    return read


def _by_pattern(pattern: re.Pattern[str], text: str) -> datetime:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError
    years, month, day, hours, minute, second, fraction, half, zone = match.group(*_PARTS)
    hour = int(hours) if hours else 0
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError
        hour = hour % _NOON + (_NOON if half in "Pp" else 0)
    year = int(years)
    if len(years) == 2:  # noqa: PLR2004
        year += 1900 if year >= _TWO_DIGIT_PIVOT else 2000
    return datetime(
        year,
        int(month),
        int(day),
        hour,
        int(minute) if minute else 0,
        int(second) if second else 0,
        int(fraction[:6].ljust(6, "0")) if fraction else 0,
        tzinfo=_offset(zone) if zone else None,
    )


@lru_cache(maxsize=64)
def _offset(text: str) -> tzinfo | None:
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo


def read_date(text: str, formats: Sequence[str]) -> date:
    """Read a calendar day; a time of day beside it is dropped.

    Raises:
        ValueError: The text is of no format.
    """
    for name in formats or ("iso",):
        try:
            return _reader(name)(text).date()
        except (ValueError, OverflowError):
            continue
    msg = "not a date of the declared format"
    raise ValueError(msg)
