"""On which line of a TOML text a key stands, which the parser does not tell."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

Keys = tuple[Any, ...]

_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEY})\s*\]")
_ASSIGNED = re.compile(rf"\s*({_KEY})\s*=")


class TomlLines:
    """The lines of a valid TOML text.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Keys, int] = {}
        self._entries: dict[Keys, int] = {}
        table: Keys = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = self._table(_keys(header[2]), is_entry=header[1] == "[[")
                self._note(table, number)
            elif assigned := _ASSIGNED.match(line):
                self._note((*table, *_keys(assigned[1])), number)

    def line(self, path: Sequence[Any]) -> int:
        """Return the line of a key, or of the table that it should be in; from 1.

        Args:
            path: Keys that lead to it; an entry of an array by its number, from 0.
        """
        lengths = range(len(path), 0, -1)
        return next((self._lines[key] for n in lengths if (key := tuple(path[:n])) in self._lines), 1)

    def _table(self, keys: Keys, *, is_entry: bool) -> Keys:
        """Return the path of a table, with the number of the entry after the name of each array of tables."""
        path: Keys = ()
        for key in keys[:-1] if is_entry else keys:
            path = (*path, key)
            if path in self._entries:
                path = (*path, self._entries[path])
        if is_entry:
            path = (*path, keys[-1])
            self._entries[path] = self._entries.get(path, -1) + 1
            path = (*path, self._entries[path])
        return path

    def _note(self, path: Keys, number: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], number)


def _keys(dotted: str) -> Keys:
    try:
        value: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:  # a line of a longer text that only looks like a key
        return ()
    found = []
    while isinstance(value, dict):
        [(key, value)] = value.items()
        found.append(key)
    return tuple(found)
