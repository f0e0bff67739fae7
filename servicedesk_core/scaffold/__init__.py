"""Writes the first version of a connector for its author: an installable distribution whose tests are green."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from servicedesk_core import __version__
from servicedesk_core.errors import SettingsError

FAMILIES = ("tickets", "warranty", "parts", "billing", "calendar", "router")
"""Families of hooks that have a template: a folder of that name beside ``common``, which holds what all have.

A file of a family stands in place of one of the same name there."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_connector(name: str, folder: Path, family: str = "tickets") -> list[Path]:
    """Write a connector distribution.

    Args:
        name: Connector id: lower-case words joined by hyphens, for example ``acme`` or ``acme-parts``.
        folder: Folder to create; the distribution is written into ``folder/name``.
        family: What it does: one of :data:`FAMILIES`.

    Returns:
        The files written, in order.

    Raises:
        SettingsError: The name is not a connector id, there is no such family, or the target exists.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} is not a connector id.",
            hint="Use lower-case words joined by hyphens, for example 'acme' or 'acme-parts'.",
        )
    if family not in FAMILIES:
        raise SettingsError(f"There is no family {family!r}.", hint=f"Families: {', '.join(FAMILIES)}.")
    target = folder / name
    if target.exists():
        raise SettingsError(f"{target} exists already.", hint="Choose another name or another --dir.")
    package = "servicedesk_" + name.replace("-", "_")
    words = {
        "name": name,
        "package": package,
        "class_name": "".join(part.capitalize() for part in name.split("-")),
        "env_name": name.upper().replace("-", "_"),
        "next_minor": _next_minor(__version__),
        "version": __version__.rpartition(".")[0],
    }
    written: list[Path] = []
    for part in ("common", family):
        _copy(files(__package__).joinpath("templates", part), target, words, written)
    return sorted({*written})


def _copy(source: Traversable, target: Path, words: dict[str, str], written: list[Path]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda item: item.name):
        name = words["package"] if entry.name == "package" else entry.name.removesuffix(".tmpl")
        if entry.is_dir():
            _copy(entry, target / name, words, written)
            continue
        text = Template(entry.read_text(encoding="utf-8")).substitute(words)
        (target / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(target / name)


def _next_minor(version: str) -> str:
    major, minor, *_ = version.split(".")
    return f"{major}.{int(minor) + 1}"
