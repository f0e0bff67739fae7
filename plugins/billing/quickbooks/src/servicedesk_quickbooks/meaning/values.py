"""Single values as the interface writes them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import decimal_of

Row = Mapping[str, Any]


def text(value: object) -> str | None:
    """Return a text; empty ones say nothing."""
    return (value.strip() or None) if isinstance(value, str) else None


def ref(row: Row, name: str) -> str | None:
    """Return the id of what a record refers to: references are objects, and only ``value`` counts."""
    found = row.get(name)
    return text(found.get("value")) if isinstance(found, Mapping) else None


def named(row: Row, name: str) -> str | None:
    """Return what a referred record was called when it was referred to."""
    found = row.get(name)
    return text(found.get("name")) if isinstance(found, Mapping) else None


def amount(value: object) -> Decimal | None:
    """Return a number exactly as it was meant; ``None`` when it is none."""
    try:
        return decimal_of(value)
    except ValueError:
        return None


def day(value: object) -> date | None:
    """Return a day like ``2026-01-05``."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def instant(value: object) -> datetime | None:
    """Return an instant like ``2026-01-05T09:00:00-08:00``; without an offset it says nothing."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def stamp(row: Any, name: str) -> datetime | None:
    """Return ``CreateTime`` or ``LastUpdatedTime`` of a record."""
    meta = row.get("MetaData") if isinstance(row, Mapping) else None
    return instant(meta.get(name)) if isinstance(meta, Mapping) else None


def flag(value: object) -> bool | None:
    """Return a truth; anything else says nothing."""
    return value if isinstance(value, bool) else None


def objects(value: object) -> list[Row]:
    """Return the objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def currency(row: Row) -> str | None:
    """Return the currency of a record."""
    told = (ref(row, "CurrencyRef") or "").upper()
    return told if len(told) == 3 and told.isascii() and told.isalpha() else None  # noqa: PLR2004 - ISO 4217
