"""Where the records behind a number are: a list, with what it is given, in words that every face understands."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from servicedesk_core.faces.column import Column
from servicedesk_core.faces.parameter import NOBODY, Parameter
from servicedesk_core.faces.spans import span_as_written

if TYPE_CHECKING:
    from servicedesk_core.faces.offer import Offer


COLUMNS: Final = "columns"
"""Beside the parameters of a list: the names of the columns that it is shown with, joined with commas."""


@dataclass(frozen=True, slots=True)
class Opens:
    """A list, with what it is given."""

    call: Annotated[str, Column("Name of the query.")]
    given: Annotated[Mapping[str, tuple[str, ...]], Column("What it is given, as people write it.")] = field(
        default_factory=dict
    )

    @classmethod
    def behind(cls, column: Column, row: Any) -> Self | None:
        """Return the list that a value of a row leads to by what its column says; ``None`` = to none."""
        found = column.named(row, None)
        return cls(found.call, {**found.given, **grouped(column.given)}) if isinstance(found, cls) else None

    @classmethod
    def of(cls, offer: "Offer[..., Any]", **values: Any) -> Self:
        """Return a list with values of its parameters, by the names that Python has for them.

        Args:
            offer: The list.
            values: What it is given; ``None`` and an empty tuple give nothing.

        Raises:
            TypeError: It has no such parameter.
        """
        known = offer.named
        if wrong := values.keys() - known.keys():
            msg = f"{offer.name} has no parameter {', '.join(sorted(wrong))}"
            raise TypeError(msg)
        words = {known[name].spelled: tuple(_words(known[name], value)) for name, value in values.items()}
        return cls(offer.name, {name: given for name, given in words.items() if given})


def pairs_of(given: Iterable[str]) -> list[tuple[str, str]]:
    """Return names and words of what is written as ``NAME=VALUE``."""
    return [(name, word) for name, _, word in (one.partition("=") for one in given)]


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return names and words as what a list is given: of one name there may be several words."""
    given: dict[str, tuple[str, ...]] = {}
    for name, word in pairs:
        given[name] = (*given.get(name, ()), word)
    return given


def command_line(offer: "Offer[..., Any]", given: Mapping[str, tuple[str, ...]]) -> str:
    """Return the command that does the same, as it is typed into a shell.

    Args:
        offer: What is called.
        given: What it is given, as people write it, by the names that they use.
    """
    words, options = ["servicedesk", *offer.name.split(".")], list[str]()
    for parameter in offer.parameters:
        for word in given.get(parameter.spelled, ()):
            if parameter.positional:
                words.append(word)
            elif parameter.type is bool:
                options.append(f"--{parameter.spelled}")
            else:
                options.append(f"--{parameter.spelled}={word}" if word.startswith("-") else f"--{parameter.spelled}")
                options += [] if word.startswith("-") else [word]
    if chosen := given.get(COLUMNS, ()):
        options += [f"--{COLUMNS}", chosen[0]]
    return shlex.join([*words, *options])


def _words(parameter: Parameter, value: Any) -> Iterator[str]:
    if value is None or (parameter.type is bool and value is parameter.default):
        return
    for one in value if parameter.many else (value,):
        yield _word(parameter, one)


def _word(parameter: Parameter, value: Any) -> str:
    match value:
        case "" if parameter.help.none:
            return NOBODY
        case bool():
            return "true"
        case int() if parameter.name.endswith("_s"):
            return f"{value / 3600:g}"
        case Enum():
            value = value.value
        case datetime():  # whatever zone it was counted in, the same instant is the same list
            value = value.astimezone(UTC).isoformat()
        case date():
            value = value.isoformat()
        case timedelta():
            value = span_as_written(value)
    return str(value)
