"""The parameters of a query or an act, as every face understands them."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.wording import folded

NOBODY: Final = "none"
"""The word for "has none" in a filter; the value of such a parameter is then the empty text."""


@dataclass(frozen=True, slots=True)
class Help:
    """Says in ``Annotated[T, Help(…)]`` what a parameter means; one without it is for Python alone.

    Attributes:
        text: What it means.
        name: What people call it; without it as Python does.
        none: Whether the word "none" is understood.
        between: The smallest and the largest number.
        choices: The words that are understood, where the type does not say them.
        metavar: What stands for a value in the help of a command.
        names: Name of the query that shows the record which the value names, ``tickets.show``, or of the list that
            holds what it may be, its values in the first column, with what that list is given on its place:
            ``tickets.words technicians``; ``pages`` are dashboards. ``quality.show:items`` are the rows of a field of
            the record that an act is about, each by its first column. Empty = it names nothing.
        is_long: Whether it is a text of several lines.
        puts_before_client: Whether it decides that the client reads what is written.
        is_rare: Whether few need it; a form has it at its end.
        instead_of: Name of the parameter in whose place it stands; a form that is about a record does not ask for it.
        reads: Makes the value of what people write, where its type does not say how: ``NUMBER:QUANTITY`` as a part. It
            refuses what it cannot read with a ``SettingsError``.
    """

    text: str
    name: str = ""
    none: bool = False
    between: tuple[int, int] | None = None
    choices: tuple[str, ...] = ()
    metavar: str = ""
    names: str = ""
    is_long: bool = False
    puts_before_client: bool = False
    is_rare: bool = False
    instead_of: str = ""
    reads: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        name: What Python calls it.
        spelled: What people call it, words joined with hyphens.
        type: The type of a single value, without ``None``.
        many: Whether it takes several values.
        required: Whether it has to be given.
        default: What it is otherwise.
        positional: Whether it stands on its place rather than by its name.
        help: What it means.
        part_of: The parameter whose dataclass it is a field of, such as a filter.
    """

    name: str
    spelled: str
    type: Any
    many: bool
    required: bool
    default: Any
    positional: bool
    help: Help
    part_of: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it names a file of the machine that answers, which is no business of whoever asks from elsewhere."""
        return self.type is Path


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters that faces offer; the fields of a filter stand for the filter."""
    return tuple(_parameters(function))


def filters_of(function: Callable[..., Any]) -> dict[str, type]:
    """Return the parameters that are made of their fields, such as filters, by name."""
    kinds = {name: kind for name, kind, _ in _annotated(function) if isinstance(kind, type)}
    return {name: kind for name, kind in kinds.items() if is_dataclass(kind) and _has_help(kind)}


def word_of(word: str, choices: tuple[str, ...], *, what: str) -> str:
    """Return the choice that is meant: written in any case, or so much of it that it can be no other.

    Args:
        word: What was written.
        choices: What is allowed.
        what: What it is a choice of, for the message.

    Raises:
        SettingsError: No choice is meant, or several.
    """
    spelled = {folded(choice): choice for choice in choices}
    wanted = folded(word)
    begun = [choice for key, choice in spelled.items() if key.startswith(wanted)]
    if found := spelled.get(wanted) or (begun[0] if len(begun) == 1 and wanted else None):
        return found
    if begun and wanted:
        raise SettingsError(f'"{word}" may be {" or ".join(begun)}.', hint="Write more of it.")
    hint = f"There are: {', '.join(choices)}."
    raise SettingsError(f'"{word}" is no {what.replace("-", " ")}.{did_you_mean(wanted, choices)}', hint=hint)


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    filters = filters_of(function)
    for name, kind, parameter in _annotated(function):
        if name in filters:
            hints = get_type_hints(kind, include_extras=True)
            for field in fields(kind):
                if said := _help(hints[field.name]):
                    default = field.default_factory() if field.default_factory is not MISSING else field.default
                    yield _parameter(field.name, hints[field.name], said, default, part_of=name)
        elif said := _help(parameter.annotation):
            positional = parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            yield _parameter(name, parameter.annotation, said, parameter.default, positional=positional)


def _annotated(function: Callable[..., Any]) -> Iterator[tuple[str, Any, inspect.Parameter]]:
    """Yield name, type and the parameter with its resolved annotation."""
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if name in hints:
            yield name, _single(hints[name])[0], parameter.replace(annotation=hints[name])


def _parameter(
    name: str, annotation: Any, said: Help, default: Any, *, positional: bool = False, part_of: str = ""
) -> Parameter:
    kind, many = _single(annotation)
    required = default in (inspect.Parameter.empty, MISSING)
    return Parameter(
        name=name,
        spelled=(said.name or name).replace("_", "-"),
        type=kind,
        many=many,
        required=required,
        default=None if required else default,
        positional=positional,
        help=said,
        part_of=part_of,
    )


def _help(annotation: Any) -> Help | None:
    return next((one for one in getattr(annotation, "__metadata__", ()) if isinstance(one, Help)), None)


def _has_help(kind: Any) -> bool:
    return any(_help(hint) for hint in get_type_hints(kind, include_extras=True).values())


def _single(annotation: Any) -> tuple[Any, bool]:
    """Return the type of one value, and whether there may be several."""
    if hasattr(annotation, "__metadata__"):
        return _single(annotation.__origin__)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kinds = [one for one in arguments if one is not NoneType and get_origin(one) is not Literal]
        enums = [one for one in kinds if isinstance(one, type) and issubclass(one, Enum)]
        return _single((enums or kinds)[0])
    if origin is Mapping:
        return dict, True
    if origin is not None and isinstance(origin, type) and arguments and origin is not type:
        return _single(arguments[0])[0], True
    return annotation, False
