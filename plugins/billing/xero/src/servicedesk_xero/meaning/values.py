"""Single values as Xero writes them."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import decimal_of

_TICKS: Final = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_CURRENCY: Final = re.compile("[A-Z]{3}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SMALLEST: Final = Decimal("0.000001")


def text(value: object) -> str | None:
    """Return a text; Xero writes "" or null where there is nothing."""
    return (value.strip() or None) if isinstance(value, str) else None


def guid(value: object) -> str | None:
    """Return an id; ``None`` when it is none."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def amount(value: object) -> Decimal | None:
    """Return a number, which comes as a double, as it was meant; ``None`` when it is none."""
    try:
        return decimal_of(value)
    except ValueError:
        return None


def flag(value: object) -> bool | None:
    """Return a truth value; ``None`` when it is none."""
    return value if isinstance(value, bool) else None


def currency(value: object) -> str | None:
    """Return a currency's code; ``None`` when it is none."""
    told = (text(value) or "").upper()
    return told if _CURRENCY.fullmatch(told) else None


def instant(value: object) -> datetime | None:
    """Return an instant: ticks since 1970 in UTC, or ISO 8601, in UTC where it names no zone.

    Args:
        value: Like ``/Date(1541116800000+0000)/`` or ``2026-11-20T09:30:00``.
    """
    if not isinstance(value, str):
        return None
    try:
        if (ticks := _TICKS.fullmatch(value.strip())) is not None:
            return _EPOCH + timedelta(milliseconds=int(ticks[1]))
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """Return a day; it is sent as the midnight of UTC with which it begins."""
    found = instant(value)
    return None if found is None else found.date()


def worth(rate: object) -> Decimal | None:
    """Return what one unit of a document's currency is worth, from how many of it one unit of the ledger's own buys."""
    return _inverse(amount(rate))


def rate_of(worth_of_one: Decimal) -> Decimal:
    """Return Xero's rate of a currency: how many of it one unit of the ledger's own buys."""
    return _inverse(worth_of_one) or worth_of_one


def _inverse(value: Decimal | None) -> Decimal | None:
    if value is None or value <= 0:
        return None
    return (1 / value).quantize(_SMALLEST, ROUND_HALF_EVEN).normalize() or None


def inner(raw: Any, field: str, key: str) -> str | None:
    """Return the id of a record that another one names."""
    named = raw.get(field)
    return guid(named.get(key)) if isinstance(named, dict) else None
