"""Google-style docstrings as Markdown."""

import inspect
import re
from collections.abc import Sequence
from typing import Any

_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):$")
_ITEM = re.compile(r"^(\*{0,2}[\w.]+): (.*)$")
_ROLE = re.compile(r":\w+:`~?(?:[\w.]+\.)?([^`]+)`")
_TITLES = {"Args": "Arguments"}


def plain(text: str) -> str:
    """Return reStructuredText as our docstrings use it in Markdown."""
    return _ROLE.sub(r"`\1`", text)


def summary(thing: Any) -> str:
    """Return the first line of a docstring."""
    return plain((inspect.getdoc(thing) or "").partition("\n")[0])


def split(thing: Any) -> tuple[str, dict[str, str]]:
    """Return the text before the first section, and each section's text."""
    body: list[str] = []
    sections: dict[str, list[str]] = {}
    current = body
    for line in (inspect.getdoc(thing) or "").splitlines():
        if found := _SECTION.match(line):
            current = sections.setdefault(found[1], [])
        elif current is not body and line and not line.startswith(" "):
            current = body
            current.append(line)
        else:
            current.append(line)
    return plain("\n".join(body).strip()), {
        name: plain(inspect.cleandoc("\n".join(lines))) for name, lines in sections.items()
    }


def items(section: str) -> dict[str, str]:
    """Return the entries of a section such as ``Args``."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in section.splitlines():
        entry = None if line.startswith(" ") else _ITEM.match(line)
        if entry:
            current = found.setdefault(entry[1].lstrip("*"), [])
            current.append(entry[2])
        else:
            current.append(line.strip())
    return {name: " ".join(text).strip() for name, text in found.items()}


def attributes(thing: Any) -> dict[str, str]:
    """Return what a class says about its attributes, with those of its bases."""
    found: dict[str, str] = {}
    for base in reversed(inspect.getmro(thing)):
        if base.__doc__ and base.__module__.startswith("servicedesk"):
            found |= items(split(base)[1].get("Attributes", ""))
    return found


def markdown(thing: Any) -> str:
    """Return the whole docstring."""
    body, sections = split(thing)
    body, added, version = body.partition("Added in ")
    lines = [body.strip()]
    for name, text in sections.items():
        lines += ["", f"**{_TITLES.get(name, name)}**", ""]
        entries = items(text)
        lines += [f"- `{key}`: {value}" for key, value in entries.items()] if entries else [" ".join(text.split())]
    lines += ["", f"*{added}{version}*"] if added else []
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Return a text that can stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"
