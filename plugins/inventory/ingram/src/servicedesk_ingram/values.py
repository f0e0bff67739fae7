"""Single values as Ingram Micro writes them; pure.

Its answers do not keep the types of its own definition: numbers come as texts and texts as numbers, so each is read as
whatever it plainly is, and what is none is left out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import decimal_of

Row = Mapping[str, Any]
_DAY = 10
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_NOTHING: Row = {}


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


def currency(value: object) -> str | None:
    """Return a currency; any other word is none."""
    found = (text(value) or "").upper()
    return found if _CURRENCY.fullmatch(found) else None


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


def row(value: object) -> Row:
    """Return an object; an empty one where there is none."""
    return value if isinstance(value, Mapping) else _NOTHING


def rows(value: object) -> list[Row]:
    """Return the objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
