"""Every command with its arguments and options."""

import inspect
import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, get_args, get_type_hints

from servicedesk_core.cli.docs.docstring import table

_BREAK = "\b"
_VALUES: dict[Any, str] = {int: "N", float: "N", Path: "PATH", datetime: "INSTANT", str: "TEXT"}


def walk(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each group and command with the words that lead to it."""
    yield words, command
    if hasattr(command, "commands"):
        for name in command.list_commands(None):
            yield from walk(command.get_command(None, name), (*words, name))


@cache
def page(program: Any, theirs: tuple[tuple[str, Any], ...] = ()) -> str:
    """Return the page.

    Args:
        program: The whole program, as click sees it.
        theirs: Commands of the features of others, with their names.
    """
    text = (
        "# Commands\n\nData goes to standard output, everything else to standard error. The options of `servicedesk` "
        "itself may stand anywhere on the line. What the exit codes mean: [errors](errors.md). What `--json` prints: "
        "[JSON documents](documents.md).\n"
    )
    of_others = (walk(group, (name,)) for name, group in theirs)
    for words, command in chain(walk(program), *of_others):
        if getattr(command, "hidden", False):
            continue
        level = "###" if len(words) > 1 else "##"
        text += f"\n{level} `{' '.join(('servicedesk', *words))}`\n\n{_help(command)}\n"
        text += _parameters(command)
    return text


def _help(command: Any) -> str:
    text = inspect.cleandoc(command.help or "").partition("\f")[0].replace(_BREAK, "")
    return re.sub(r"[ \t]{2,}", " ", text).strip() + "\n"


def _parameters(command: Any) -> str:
    visible = [one for one in command.params if not getattr(one, "hidden", False) and "--help" not in one.opts]
    if not visible:
        return ""
    kinds = _kinds(command)
    rows = [
        (_spelling(one, kinds), " ".join((getattr(one, "help", None) or "").split()) + _default(one)) for one in visible
    ]
    return "\n" + table(("argument or option", "meaning"), rows)


def _kinds(command: Any) -> dict[str, Any]:
    """Return the type of each parameter by name, as the function behind a command declares it."""
    declared = get_type_hints(inspect.unwrap(command.callback))
    return {
        name: next((one for one in get_args(annotation) if one is not type(None)), annotation)
        for name, annotation in declared.items()
    }


def _spelling(parameter: Any, kinds: dict[str, Any]) -> str:
    if parameter.param_type_name == "argument":
        return f"`{argument(parameter)}`"
    spelled = ", ".join(f"`{one}`" for one in sorted((*parameter.opts, *parameter.secondary_opts), key=len))
    if getattr(parameter, "is_flag", False):
        return spelled
    return f"{spelled} {parameter.metavar or _value(kinds.get(parameter.name))}"


def argument(parameter: Any) -> str:
    """Return how an argument is written, in brackets when it may be left out."""
    name = (parameter.metavar or parameter.name).upper() + (" …" if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _value(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{one.value}`" for one in annotation)
    return _VALUES.get(annotation, "VALUE")


def _default(parameter: Any) -> str:
    value = parameter.default
    is_said = value not in (None, False, (), []) and not callable(value) and "UNSET" not in repr(value)
    return f" Default: `{value}`." if is_said and parameter.param_type_name == "option" else ""
