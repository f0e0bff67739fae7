"""Single values as the interface writes them."""

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import decimal_of

Row = Mapping[str, Any]

_AMOUNTS: Final = {
    ".": re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}"),
    ",": re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{2}"),
}


def text(value: Any) -> str | None:
    """Return a text without the escapes of HTML; empty ones are none."""
    return html.unescape(value).strip() or None if isinstance(value, str) else None


def name(value: Any) -> str | None:
    """Return the name of what a row refers to."""
    return text(value.get("name")) if isinstance(value, Mapping) else None


def number(value: Any) -> Decimal | None:
    """Return how many there are; a number may come as text.

    Raises:
        ValueError: It is none.
    """
    return None if value is None or value == "" else decimal_of(value)


def amount(value: Any, separator: str) -> Decimal | None:
    """Return a cost. It is a text for people, with two decimals and a separator that the installation chose.

    Args:
        value: The text.
        separator: What stands before the cents.

    Raises:
        ValueError: It is not written so; nothing is guessed, because 1.299 is a thousand times 1,299.
    """
    told = text(value)
    if told is None:
        return None
    if not _AMOUNTS[separator].fullmatch(told):
        msg = "a cost is not written with this decimal separator"
        raise ValueError(msg)
    grouped = "," if separator == "." else "."
    return Decimal(told.replace(grouped, "").replace(separator, "."))
