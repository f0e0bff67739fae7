"""Packages whose names are imported when they are first used, so that importing the package stays quick.

A package lists its names once, for type checkers and for us: under ``if TYPE_CHECKING:``, each as
``from HOME import NAME as NAME``.
"""

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def lazily(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package that offers what it lists; ``__all__`` is the list.

    Args:
        package: Its name.
        file: Its own file.
    """

    def attribute(name: str) -> Any:
        homes = names(file)
        if name == "__all__":
            return [*homes]
        if name not in homes:
            from servicedesk_core.arguments import did_you_mean  # noqa: PLC0415

            meant = "" if name.startswith("_") else did_you_mean(name, homes)
            msg = f"module {package!r} has no attribute {name!r}.{meant}"
            raise AttributeError(msg, name=name)
        found = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, found)  # asked for once
        return found

    return attribute, lambda: sorted(names(file))


@cache
def names(file: str) -> dict[str, str]:
    """Return the names that a package lists, each with the module that defines it.

    Args:
        file: Its own file.
    """
    import re  # noqa: PLC0415  # a program that asks for the version only needs no list

    with open(file, encoding="utf-8") as source:  # noqa: PTH123  # as above: no pathlib
        return {
            name: home for home, name in re.findall(r"^    from (\S+) import (\w+) as \2$", source.read(), re.MULTILINE)
        }
