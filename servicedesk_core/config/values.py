"""Small values of the configuration that have a syntax of their own."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, PlainValidator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.ports import KEEP_ALL_RAW, BudgetPolicy, RawPolicy

_AGE = re.compile(r"(\d{1,5})d")
_SHARE = re.compile(r"(\d{1,3})\s*%")
_REFERENCE = re.compile(r"(env|file|keyring):.+|[A-Za-z]\w*:[^/].*")
_RAW = re.compile(r"days:([1-9]\d{0,4})")
_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_YEARS = range(1900, 3000)
"""In which anything was recorded; at the ends of the calendar a day has no instant in every zone."""
_MOST_REQUESTS = 1_000_000_000
_RAW_WORDS = {"full": KEEP_ALL_RAW, "none": RawPolicy(days=0)}


def is_reference(text: str) -> bool:
    """Return whether a text can say where a secret stands, also by a scheme of an integrator's own (``vault:…``)."""
    return _REFERENCE.fullmatch(text) is not None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = f'not a known time zone; use an IANA name such as "America/New_York".{_near_zone(name)}'
        raise ValueError(msg) from None
    return name


def _near_zone(name: str) -> str:
    name = name.replace(" ", "_")
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones()) if "/" in zone}
    return did_you_mean(name, available_timezones()) or (
        f' Did you mean "{by_city[name.title()]}"?' if name.title() in by_city else ""
    )


def _budget(value: object) -> BudgetPolicy:
    if isinstance(value, BudgetPolicy):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_REQUESTS:
        return BudgetPolicy(requests=value)
    share = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if share and 0 < int(share[1]) <= 100:  # noqa: PLR2004  # percent
        return BudgetPolicy(share=int(share[1]) / 100)
    msg = 'write a share of the vendor\'s quota, such as "40%", or a number of requests in each of its windows'
    raise ValueError(msg)


def _since(value: object) -> date | timedelta:
    if isinstance(value, str):
        if age := _AGE.fullmatch(value):
            return timedelta(days=int(age[1]))
        with suppress(ValueError):  # the message below says what is allowed
            value = date.fromisoformat(value)
    if isinstance(value, timedelta):
        return value
    if isinstance(value, date) and not isinstance(value, datetime) and value.year in _YEARS:
        return value
    msg = 'write a date such as 2024-01-31, or a number of days such as "365d"'
    raise ValueError(msg)


def _raw(value: object) -> RawPolicy:
    if isinstance(value, RawPolicy):
        return value
    if isinstance(value, str):
        if value in _RAW_WORDS:
            return _RAW_WORDS[value]
        if days := _RAW.fullmatch(value):
            return RawPolicy(int(days[1]))
    msg = 'write "full", "none", or how many days to keep it, such as "days:90"'
    raise ValueError(msg)


TimeZone = Annotated[str, AfterValidator(_zone)]
"""IANA name of a time zone."""

Budget = Annotated[BudgetPolicy, PlainValidator(_budget)]
"""``"40%"`` of the vendor's quota, or the number of requests in each of the vendor's windows."""

Since = Annotated[date | timedelta, PlainValidator(_since)]
"""An ISO date, or ``"365d"``: that many days before today."""

Raw = Annotated[RawPolicy, PlainValidator(_raw)]
"""How long the vendor's own payloads are kept: ``"full"``, ``"days:90"`` or ``"none"``."""


def since_at(since: date | timedelta, *, now: datetime, timezone: str) -> datetime:
    """Return the instant that a ``since`` setting means: the start of a day in the desk's zone.

    Args:
        since: The setting.
        now: The current instant.
        timezone: IANA name of the desk's zone.
    """
    zone = ZoneInfo(timezone)
    day = since if isinstance(since, date) else (now - since).astimezone(zone).date()
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _quiet(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None or found[1] == found[2]:
        msg = 'write from when until when nobody is to disturb, such as "22:00-07:00"'
        raise ValueError(msg)
    return text


QuietHours = Annotated[str, AfterValidator(_quiet)]
"""Hours of a day, ``22:00-07:00``; they may go over midnight."""


def quiet_times(text: str) -> tuple[time, time]:
    """Return when quiet hours begin and end."""
    begins, _, ends = text.partition("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)
