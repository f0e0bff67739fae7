"""What people write, as values: the words that lists show, their beginnings, and times of the desk's zone."""

import math
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import partial
from typing import Any, Final

from servicedesk_core.clock import SystemClock
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.offer import Offer
from servicedesk_core.faces.parameter import NOBODY, Parameter, word_of
from servicedesk_core.faces.spans import is_span, span_of

_YEARS: Final = range(1900, 3000)
"""Zones, weeks and spans are reckoned around an instant, and the calendar of a computer has two ends."""


def value_of(parameter: Parameter, word: Any, zone: tzinfo | None) -> Any:  # one line a kind
    """Return what somebody wrote for a parameter as its value.

    Args:
        parameter: The parameter.
        word: What was written; what typer has read already is the value.
        zone: Where an instant is that names no zone.

    Raises:
        SettingsError: It is not one of the words, no number, no instant or no span.
    """
    if is_duration(parameter):
        return _seconds(parameter.spelled, word)
    if not isinstance(word, str):
        return word
    if parameter.help.reads or parameter.type is dict:
        return (parameter.help.reads or partial(pair_of, parameter.spelled))(word)
    if parameter.help.none and word.casefold() == NOBODY:
        return ""
    if choices := choices_of(parameter):
        return parameter.type(word_of(word, choices, what=f"value of {parameter.spelled}"))
    return span_of(word) if parameter.type is timedelta else _counted(parameter, word, zone)


def arguments_of(
    offer: Offer[..., Any], given: dict[str, Any], zone: tzinfo | None
) -> tuple[list[Any], dict[str, Any]]:
    """Return what a declaration is called with: by place, and by name.

    Args:
        offer: The declaration.
        given: What was written for each of its parameters by name, several for one that takes several; ``None`` = none.
        zone: Where an instant is that names no zone.

    Raises:
        SettingsError: See :func:`value_of`.
    """
    arguments: list[Any] = []
    named: dict[str, Any] = {}
    filters: dict[str, dict[str, Any]] = {name: {} for name in offer.filters}
    for parameter in offer.parameters:
        value = given[parameter.name]
        if value is None or (parameter.type is bool and not value):
            value = parameter.default
        elif parameter.type is bool:
            value = not parameter.default
        elif parameter.many:
            several = [value_of(parameter, one, zone) for one in value]
            value = dict(several) if parameter.type is dict else tuple(several)
        else:
            value = value_of(parameter, value, zone)
        if parameter.part_of:
            filters[parameter.part_of][parameter.name] = value
        elif parameter.positional:
            arguments.append(value)
        else:
            named[parameter.name] = value
    return arguments, named | {name: offer.filters[name](**values) for name, values in filters.items()}


def _counted(parameter: Parameter, word: str, zone: tzinfo | None) -> Any:
    """Return a number, an instant or a day, or the word itself where it is none of them that is wanted."""
    if parameter.type is Decimal:
        return _number(parameter.spelled, word)
    if parameter.type is datetime:
        return _instant(parameter.spelled, word, zone).astimezone(UTC)
    return _instant(parameter.spelled, word, zone).date() if parameter.type is date else word


def is_duration(parameter: Parameter) -> bool:
    """Whether a parameter is a duration: named in seconds, and written, as lists show it, in hours."""
    return parameter.type is int and parameter.name.endswith("_s")


def choices_of(parameter: Parameter) -> tuple[str, ...]:
    """Return the words that a parameter takes; nothing where it takes any."""
    words = parameter.help.choices
    if isinstance(parameter.type, type) and issubclass(parameter.type, Enum):
        words = tuple(str(one.value) for one in parameter.type)
    return (*words, NOBODY) if words and parameter.help.none else words


def _instant(name: str, text: str, zone: tzinfo | None) -> datetime:
    if is_span(text):
        return SystemClock().now() - span_of(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        hint = "Write a day such as 2026-03-02, an instant such as 2026-03-02T17:00, or a span until now such as 7d."
        raise SettingsError(f'{name}: "{text}" is no instant.', hint=hint) from None
    if found.year not in _YEARS:
        message = f'{name}: "{text}" is in no year that a desk knows.'
        raise SettingsError(message, hint=f"There are those from {_YEARS[0]} to {_YEARS[-1]}.")
    return found if found.tzinfo else found.replace(tzinfo=zone) if zone else found.astimezone()


def _number(name: str, text: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise SettingsError(f'{name}: "{text}" is no number.', hint="Write it with a point, such as 2.5.")
    return found


def _seconds(what: str, hours: float) -> int:
    seconds = hours * 3600
    if not math.isfinite(seconds):
        raise SettingsError(f'"{hours}" is no time.', hint=f"Name the {what}, such as 1.5.")
    return round(seconds)


def pair_of(spelled: str, word: str) -> tuple[str, str | None]:
    """Return name and value of what is written as ``NAME=VALUE``; a value that is left empty is nothing.

    Raises:
        SettingsError: It is not written so.
    """
    name, equals, value = word.partition("=")
    if not equals:
        raise SettingsError(f'"{word}" is no field.', hint=f"Write it as --{spelled} NAME=VALUE.")
    return name.strip(), value or None
