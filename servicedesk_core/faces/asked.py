"""What a program asks for: the text of an address, as the values that a query is called with."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import arguments_of, is_duration, value_of

_TRUTHS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

_MOST: Final = 200
"""A condition of several hundred values is refused by some databases, and by others answered slowly."""


def asked(query: Offer[..., Any], pairs: Iterable[tuple[str, str]], zone: tzinfo) -> tuple[list[Any], dict[str, Any]]:
    """Return what a query is called with: by place, and by name.

    Args:
        query: The query, or the act.
        pairs: The parameters of the address, in their order; hyphens and underscores are alike.
        zone: Where an instant is that names no zone.

    Raises:
        SettingsError: There is no such parameter, one is missing, given twice or not understood, or they are too many.
    """
    words = _words(query, pairs)
    for error in _mistakes(query, words, zone).values():
        raise error
    given = {one.name: _given(one, words.get(one.name, [])) for one in query.parameters}
    places, names = arguments_of(query, {**given, **_switched(query, given)}, zone)
    return places, names


def mistakes(query: Offer[..., Any], pairs: Iterable[tuple[str, str]], zone: tzinfo) -> dict[str, SettingsError]:
    """Return what is wrong with what somebody wrote, by the names that people use; see :func:`asked`.

    Raises:
        SettingsError: There is no such parameter, or they are too many.
    """
    return _mistakes(query, _words(query, pairs), zone)


def _mistakes(query: Offer[..., Any], words: Mapping[str, list[str]], zone: tzinfo) -> dict[str, SettingsError]:
    found: dict[str, SettingsError] = {}
    for parameter in query.parameters:
        try:
            value = _given(parameter, words.get(parameter.name, []))
            for one in value if parameter.many and value else (value,):
                if one is not None and parameter.type is not bool:
                    value_of(parameter, one, zone)
        except SettingsError as error:
            found[parameter.spelled] = error
    return found


def _words(query: Offer[..., Any], pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    pairs = tuple(pairs)
    if len(pairs) > _MOST:
        raise SettingsError(f"These are {len(pairs)} parameters.", hint=f"At most {_MOST} are answered; ask in parts.")
    askable = [one for one in query.parameters if not one.is_file]
    known = _named(askable)
    words: dict[str, list[str]] = {}
    for name, word in pairs:
        parameter = known.get(name.replace("-", "_"))
        if parameter is None:
            hint = f"There are: {', '.join(one.spelled for one in askable) or 'none'}."
            raise SettingsError(f'There is no parameter "{name}".{did_you_mean(name, known)}', hint=hint)
        words.setdefault(parameter.name, []).append(word)
    return words


def _given(parameter: Parameter, words: list[str]) -> Any:
    if not words:
        if parameter.required:
            raise SettingsError(f'"{parameter.spelled}" is missing.', hint=parameter.help.text)
        return None
    if any("\0" in word for word in words):  # no store holds one, and PostgreSQL refuses to look for it
        raise SettingsError(f'"{parameter.spelled}" holds a character that no record has.', hint="Send text.")
    if len(words) > 1 and not parameter.many:
        raise SettingsError(f'"{parameter.spelled}" is given twice.', hint="It takes one value.")
    values = [_read(parameter, word) for word in words]
    return values if parameter.many else values[0]


def _named(parameters: Iterable[Parameter]) -> Mapping[str, Parameter]:
    return {name.replace("-", "_"): one for one in parameters for name in (one.name, one.spelled)}


def _read(parameter: Parameter, word: str) -> Any:
    """Return a word as the command line gives it: numbers and truths read, all else as it was written."""
    if parameter.type is bool:
        if word.casefold() not in _TRUTHS:
            raise SettingsError(f'"{parameter.spelled}" is no "{word}".', hint="It is true or false.")
        return _TRUTHS[word.casefold()]
    if parameter.type is not int:
        return word
    try:
        number = float(word) if is_duration(parameter) else int(word)
    except ValueError:
        raise SettingsError(f'"{word}" is no number.', hint=f"{parameter.spelled} is one, such as 3.") from None
    least, most = parameter.help.between or (None, None)
    if (least is not None and number < least) or (most is not None and number > most):
        raise SettingsError(f"{parameter.spelled} cannot be {word}.", hint=f"It is a number from {least} to {most}.")
    return number


def _switched(query: Offer[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return truths as a command line has them: whether the default is to be turned around."""
    truths = {one.name: one for one in query.parameters if one.type is bool and not one.many}
    return {name: given[name] is not None and given[name] is not one.default for name, one in truths.items()}
