"""Whether two values of a field say the same: what a vendor does to text and lists on the way is no difference."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def same(one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same.

    Empty equals nothing; text is compared trimmed, in NFC and with one kind of line end; instants to the second, in
    whatever form; numbers as decimals; lists as sets.
    """
    return bool(_plain(one) == _plain(other))


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of the first that the second shows otherwise, in order."""
    return tuple(name for name, value in one.items() if not same(value, other.get(name)))


def between(was: Any, shown: Any, wanted: Any) -> bool:
    """Whether a list is on the way to what is wanted: it has what both have, and nothing that neither has.

    A list that the vendor keeps as rows is changed row by row, so that a change that broke off leaves one in between.
    """
    before, now, after = (_plain(one) or frozenset() for one in (was, shown, wanted))
    if not all(isinstance(one, frozenset) for one in (before, now, after)):
        return False
    return bool(before & after <= now <= before | after)


def _plain(value: Any) -> Any:  # noqa: PLR0911  # one line for each kind of value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        inner = {str(key): _plain(one) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one is not None} or None
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(map(_hashable, value)) or None
    return value


def _hashable(value: Any) -> Any:
    plain = _plain(value)
    return tuple(sorted(plain.items())) if isinstance(plain, dict) else plain


def _text(value: str) -> Any:
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        return None
    if text[:4].isdecimal() and text[4:5] == "-" and "T" in text[:11]:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            return text
        return instant.astimezone(UTC).replace(microsecond=0) if instant.tzinfo else text
    return text
