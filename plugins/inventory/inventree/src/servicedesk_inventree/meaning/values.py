"""Single values as the server writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from servicedesk_core.domain.parts import decimal_of


def text(value: object) -> str | None:
    """Return a text; the server writes "" or null where there is nothing."""
    return (value.strip() or None) if isinstance(value, str) else None


def key(value: object) -> str | None:
    """Return a record's key as text; ``None`` when it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def amount(value: object) -> Decimal | None:
    """Return a number, a double or a text, exactly as it was meant; ``None`` when it is none."""
    try:
        return decimal_of(value)
    except ValueError:
        return None


def count(value: object) -> Decimal | None:
    """Return how many there are; ``None`` when it is no number. Less than nothing is nothing."""
    found = amount(value)
    return None if found is None else max(found, Decimal(0))


def instant(value: object, zone: ZoneInfo) -> datetime | None:
    """Return an instant; it comes to the minute and without a zone, in that of the server's clock.

    Args:
        value: Like ``2026-11-20 09:30``.
        zone: The server's.
    """
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return None if found is None else (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
