"""What a program asks for: the text of an address, as the values that a query is called with."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import arguments_of, is_duration

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
    pairs = tuple(pairs)
    if len(pairs) > _MOST:
        raise SettingsError(f"These are {len(pairs)} parameters.", hint=f"At most {_MOST} are answered; ask in parts.")
    known = _named(query.parameters)
    given: dict[str, Any] = {parameter.name: None for parameter in query.parameters}
    for name, word in pairs:
        parameter = known.get(name.replace("-", "_"))
        if parameter is None:
            hint = f"There are: {', '.join(one.spelled for one in query.parameters) or 'none'}."
            raise SettingsError(f'There is no parameter "{name}".{did_you_mean(name, known)}', hint=hint)
        if "\0" in word:  # no store holds one, and PostgreSQL refuses to look for it
            raise SettingsError(f'"{parameter.spelled}" holds a character that no record has.', hint="Send text.")
        value = _read(parameter, word)
        if parameter.many:
            given[parameter.name] = [*(given[parameter.name] or ()), value]
        elif given[parameter.name] is None:
            given[parameter.name] = value
        else:
            raise SettingsError(f'"{parameter.spelled}" is given twice.', hint="It takes one value.")
    for parameter in query.parameters:
        if parameter.required and given[parameter.name] is None:
            raise SettingsError(f'"{parameter.spelled}" is missing.', hint=parameter.help.text)
    places, names = arguments_of(query, {**given, **_switched(query, given)}, zone)
    return places, names


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
