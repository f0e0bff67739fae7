"""The fields of an act's form, derived from its parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.opens import pairs_of
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import choices_of, is_duration

Words = Mapping[str, Sequence[str]]
"""What somebody wrote, by the names that people use."""

_OURS: Final = frozenset({"request_id"})
"""Parameters that the form fills in."""

_OF_CHOICES: Final = frozenset({"choices", "each"})

_FEW: Final = 40
"""So many choices are looked through; of more one writes the beginning."""

_MEANINGS: Final = re.compile(r'[;,] "(?:none|me)" = [^;,.]+')
"""What words mean that have to be written elsewhere: where they are chosen, each choice says it."""

_RARE: Final = frozenset({"connection", "field", "cycle", "limit"})
"""Fields that few need; they stand at the end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values.

    Attributes:
        word: What is sent.
        text: What people read.
        is_chosen: Whether it is chosen.
        said: What is said of it, where something is said of each.
    """

    word: str
    text: str
    is_chosen: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        name: What it is sent as.
        label: What it is called.
        help: What it means.
        kind: How it is filled in: ``text``, ``long``, ``lines``, ``pairs``, ``each`` (a text for each of its choices,
            sent as ``NAME=CHOICE``), ``truth``, ``choice``, ``choices``, ``number``, ``hours``, ``amount``,
            ``instant``, ``day``, ``month``, ``span``.
        text: What stands in it.
        choices: What it can be; beside ``text`` these are suggestions only.
        is_required: Whether it has to be filled in.
        least: The smallest number.
        most: The largest number.
        error: What is wrong with it.
        is_rare: Whether few need it.
        is_list: Whether it is one of its choices, and nothing else.
        is_change: Whether nothing means that nothing changes.
    """

    name: str
    label: str
    help: str
    kind: str
    text: str
    choices: tuple[Choice, ...]
    is_required: bool
    least: int | None = None
    most: int | None = None
    error: str = ""
    is_rare: bool = False
    is_list: bool = False
    is_change: bool = False


def fields_of(
    parameters: Sequence[Parameter],
    words: Words,
    offered: Mapping[str, Sequence[Choice]],
    errors: Mapping[str, SettingsError],
    zone: ZoneInfo,
) -> tuple[Field, ...]:
    """Return the fields of a form.

    Args:
        parameters: What is to be filled in.
        words: What was written already.
        offered: What there is of that which a parameter names, by the names that people use.
        errors: What is wrong with what was written, likewise.
        zone: Where instants are.
    """
    return tuple(_field(one, words.get(one.spelled, ()), offered.get(one.spelled), errors, zone) for one in parameters)


def filled_in(offer: Offer[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of an act that somebody fills in: no files of the machine, and nothing that is ours."""
    return tuple(one for one in offer.parameters if not one.is_file and one.name not in _OURS)


def _field(
    parameter: Parameter,
    words: Sequence[str],
    offered: Sequence[Choice] | None,
    errors: Mapping[str, SettingsError],
    zone: ZoneInfo,
) -> Field:
    kind, said, error = kind_of(parameter), parameter.help, errors.get(parameter.spelled)
    given = [_shown(parameter, word, zone) for word in words] or _by_default(parameter)
    choices = tuple(Choice(one, one.replace("_", " ")) for one in choices_of(parameter)) or tuple(offered or ())
    if parameter.type is bool and kind == "choice":
        choices = (Choice("true", "yes"), Choice("false", "no"))
    if offered and ":" in said.names:  # they belong to the record that the form is about, and are all there are
        kind = {"lines": "choices", "pairs": "each"}.get(kind, kind)
    least, most = said.between or (None, None)
    text = said.text
    if kind in {"lines", "pairs"}:
        text = f"{text.replace(' May be repeated.', '').replace('; may be repeated', '')} One on each line."
    elif kind in _OF_CHOICES:
        text = text.replace(" May be repeated.", "")
    words_said = dict(pairs_of(given)) if kind == "each" else {}
    is_list = 0 < len(choices) <= _FEW and {*given} <= {one.word for one in choices}
    return Field(
        name=parameter.spelled,
        label=_label(parameter),
        help=_MEANINGS.sub("", text) if is_list else text,
        kind=kind,
        text="\n".join(given),
        choices=tuple(Choice(one.word, one.text, one.word in given, words_said.get(one.word, "")) for one in choices),
        is_required=parameter.required,
        least=least,
        most=most,
        error=" ".join(filter(None, (error.message, error.hint))) if error else "",
        is_rare=(said.is_rare or parameter.spelled in _RARE) and not parameter.required,
        is_list=is_list,
        is_change=said.none,
    )


def kind_of(parameter: Parameter) -> str:  # one line a kind
    """Return how a field is filled in; see :attr:`Field.kind`."""
    if parameter.type is bool:
        return "choice" if parameter.default else "truth"
    if parameter.type is dict:
        return "pairs"
    if parameter.many:
        return "choices" if choices_of(parameter) else "lines"
    if choices_of(parameter):
        return "choice"
    if is_duration(parameter):
        return "hours"
    kinds: dict[Any, str] = {
        int: "number",
        Decimal: "amount",
        datetime: "instant",
        date: "day",
        timedelta: "span",
    }
    return kinds.get(
        parameter.type, "long" if parameter.help.is_long else "month" if parameter.name == "month" else "text"
    )


def _label(parameter: Parameter) -> str:
    text = parameter.spelled.replace("-", " ").lower()
    return text[:1].upper() + text[1:]


def _by_default(parameter: Parameter) -> list[str]:
    """Return what stands in a field that nobody has filled in: what holds otherwise, where that is a plain word."""
    default = parameter.default
    if parameter.type is bool:
        return ["true"] if default else []
    if is_duration(parameter) and isinstance(default, int):
        return [f"{default / 3600:g}"]
    if isinstance(default, timedelta):
        return [f"{default // timedelta(hours=1)}h"]
    is_plain = isinstance(default, str | int | Decimal) and default != "" and not parameter.many
    return [str(getattr(default, "value", default))] if is_plain else []


def _shown(parameter: Parameter, word: str, zone: ZoneInfo) -> str:
    """Return a word as its field takes it: instants in the zone, without its name."""
    if parameter.type is not datetime:
        return word
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return word
    there = at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
    return f"{there:%Y-%m-%dT%H:%M}"
