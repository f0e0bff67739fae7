"""Wire values to domain values. A key that is missing, null or an empty text means: not said."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from servicedesk_core.domain import MappingIssue

Raw = Mapping[str, Any]
Issues = list[MappingIssue]


class UnusableValueError(ValueError):
    """A value is not of the kind that its field holds. The text names the field and never its content."""


FIRST_YEAR, BEYOND_YEAR = "1980", "2201"
"""Dates from the first up to, not including, the second can be real ones; they are texts that sort as dates."""
_SIX_DECIMALS = Decimal("0.000001")
_HOUR_S = Decimal(3600)
_TRUTH = {1: True, 0: False, "1": True, "0": False, "true": True, "false": False}
"""True equals 1 and False equals 0 as keys."""


def text(value: Any) -> str | None:
    """Return a text without the null bytes that the vendor lets through; databases refuse them."""
    if value is None or value == "":
        return None
    if type(value) is not str:
        return str(value)
    return value.replace("\x00", "") or None if "\x00" in value else value


def ref(value: Any) -> str | None:
    """Return a reference. 0 is one: it is the tenant's own company."""
    if type(value) is int:
        return str(value)
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value))
    return str(value).strip() or None


def flag(value: Any) -> bool | None:
    """Return a truth value, which some entities send as 0 and 1, others as text."""
    return _TRUTH.get(value.lower() if isinstance(value, str) else value) if value is not None else None


def instant(value: Any, name: str, issues: Issues) -> datetime | None:
    """Return an instant.

    Years 1 and 9999 stand for "none" and "for ever" at the vendor; such dates are left out and reported.

    Raises:
        UnusableValueError: It is no date.
    """
    if value is None or value == "":
        return None
    if type(value) is str:
        if FIRST_YEAR <= value < BEYOND_YEAR:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                raise UnusableValueError(f"{name} is no date") from None
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if value[:4].isdecimal():
            issues.append(MappingIssue(kind="implausible_date", field=name, value=value[:10]))
            return None
    raise UnusableValueError(f"{name} is no date")


def day(value: Any, name: str, issues: Issues) -> str | None:
    """Return the date of a date-only field as it stands: its midnight belongs to no zone and is not converted.

    Raises:
        UnusableValueError: It is no date.
    """
    if value is None or value == "":
        return None
    if type(value) is str and value[:4].isdecimal():
        if FIRST_YEAR <= value < BEYOND_YEAR:
            return value[:10]
        issues.append(MappingIssue(kind="implausible_date", field=name, value=value[:10]))
        return None
    raise UnusableValueError(f"{name} is no date")


def seconds(value: Any, name: str, issues: Issues) -> int | None:
    """Return hours as whole seconds, half a second rounded up; never through binary fractions."""
    number = decimal(value, name)
    if number is None:
        return None
    if number < 0:
        issues.append(MappingIssue(kind="negative_duration", field=name, value=str(number)))
        return None
    return int((number * _HOUR_S).quantize(Decimal(1), ROUND_HALF_UP))


def amount(value: Any, name: str) -> Decimal | None:
    """Return an amount of money. The text of the JSON number comes back exactly from its shortest form."""
    number = decimal(value, name)
    return None if number is None else number.quantize(_SIX_DECIMALS, ROUND_HALF_UP)


def decimal(value: Any, name: str) -> Decimal | None:
    """Return a number; raises :class:`UnusableValueError` when it is none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise UnusableValueError(f"{name} is no number") from None
    if not number.is_finite():
        raise UnusableValueError(f"{name} is no number")
    return number


def custom_fields(value: Any, lists: Mapping[str, Mapping[str, str]]) -> dict[str, str | None]:
    """Return user-defined fields by name; values of list fields by their label.

    The vendor leaves the whole collection out when no record of an answer has any.
    """
    if not value:
        return {}
    found: dict[str, str | None] = {}
    for one in value:
        name = one.get("name")
        if name is None:
            continue
        content = text(one.get("value"))
        labels = lists.get(name)
        found[text(name) or ""] = labels.get(content, content) if labels and content is not None else content
    return found
