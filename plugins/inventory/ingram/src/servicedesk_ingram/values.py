"""Single values as Ingram Micro writes them; pure.

Its answers do not keep the types of its own definition: numbers come as texts and texts as numbers, so each is read as
whatever it plainly is, and what is none is left out.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from servicedesk_core.domain.parts import decimal_of

_DAY = 10


def text(value: object) -> str | None:
    """Return a text without blanks around it; the vendor writes "" or null where there is nothing."""
    return (value.strip() or None) if isinstance(value, str) else None


def key(value: object) -> str | None:
    """Return an id, which may come as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def number(value: object) -> Decimal | None:
    """Return a quantity or an amount, exactly as it was written, to a millionth."""
    try:
        return decimal_of(value)
    except ValueError:
        return None


def price(value: object) -> Decimal | None:
    """Return a price; Ingram Micro writes 0 where it has none."""
    found = number(value)
    return found if found is not None and found > 0 else None


def truth(value: object) -> bool | None:
    """Return a truth value, which may come as a word."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def day(value: object) -> date | None:
    """Return a day, which may come with a time behind it."""
    try:
        return date.fromisoformat(value.strip()[:_DAY]) if isinstance(value, str) else None
    except ValueError:
        return None


def instant(value: object) -> datetime | None:
    """Return an instant; one without a zone is taken for UTC."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return None if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
