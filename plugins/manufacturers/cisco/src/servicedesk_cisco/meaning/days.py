"""Days as Cisco writes them."""

from datetime import UTC, date, datetime, time


def day(value: object) -> date | None:
    """Return a day written ``2026-03-02``; anything else tells nothing."""
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def start_of(value: object) -> datetime | None:
    """Return the beginning of a day; Cisco's days are days in GMT."""
    found = day(value)
    return None if found is None else datetime.combine(found, time(), UTC)


def instant(value: object) -> datetime | None:
    """Return an instant; one without a zone is taken for GMT."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return None if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
