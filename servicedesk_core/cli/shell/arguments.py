"""Options that are understood wherever they stand, and those that many commands share."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Annotated, Any

import typer

_WITH_VALUE = frozenset({"--config", "-c", "--as", "--log-format"})
_FLAGS = frozenset({"--debug", "--quiet", "-q"})


def hoist(argv: Sequence[str]) -> list[str]:
    """Move the options of the program itself before the command, so that they may stand anywhere.

    Args:
        argv: The arguments as they were typed. What follows ``--`` is left alone.
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _FLAGS or word.startswith(("--config=", "--as=", "--log-format=")):
            front.append(word)
        elif word in _WITH_VALUE:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return front + rest


def wants_json(argv: Sequence[str]) -> bool:
    """Return whether a document is asked for, also where the rest of the line is not understood."""
    return _says(argv, "--json")


def wants_csv(argv: Sequence[str]) -> bool:
    """Return whether CSV is asked for."""
    return _says(argv, "--csv")


def _says(argv: Sequence[str], option: str) -> bool:
    return option in [*takewhile(lambda word: word != "--", argv)]


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document with its schema's name, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def own_names(ctx: typer.Context) -> frozenset[str]:
    """Return the names of the program's own commands, which nothing that is installed can have."""
    program: Any = ctx.find_root().command
    return frozenset(program.commands)
