"""The order of a list, and where its next page starts: one language for SQL and for lists that are made as a whole."""

import math
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, unquote

from servicedesk_core.errors import CursorError, SettingsError
from servicedesk_core.faces.parameter import word_of

Key = int | float | str | None
"""A value as rows are ordered by it."""

_LARGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order, with nothing always last.

    Attributes:
        column: Its name.
        falls: Whether the largest comes first.
    """

    column: str
    falls: bool

    def __str__(self) -> str:
        return f"-{self.column}" if self.falls else self.column


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list.

    Attributes:
        terms: What rows are ordered by; together they tell all rows apart.
        asked: What somebody asked for; empty = nothing, and the list is in its own order.
    """

    terms: tuple[Term, ...]
    asked: str

    @classmethod
    def of(cls, sort: str | None, own: str, columns: Collection[str]) -> Self:
        """Return the order that somebody asked for; where that leaves rows equal, the list's own decides.

        Args:
            sort: Names of columns, joined with commas; one with a minus before it begins with the largest.
            own: The list's own order, likewise; no two rows are equal in it.
            columns: Columns that it can be ordered by.

        Raises:
            SettingsError: There is no such column; with the nearest one.
        """
        asked = tuple(_term(word, columns) for word in sort.split(",")) if sort else ()
        rest = tuple(Term(word.removeprefix("-"), word.startswith("-")) for word in own.split(","))
        terms: dict[str, Term] = {}
        for term in (*asked, *rest):
            terms.setdefault(term.column, term)
        return cls(tuple(terms.values()), ",".join(map(str, asked)))

    def cursor(self, keys: Sequence[Key]) -> str:
        """Return ``next`` of a page, given the keys of its last row in the order of the terms."""
        place = ":".join(map(_written, keys))
        return f"{self.asked}={place}" if self.asked else place

    def place(self, after: str | None) -> tuple[Key, ...] | None:
        """Return the keys of the row behind which a page starts.

        Args:
            after: ``next`` of the page before; ``None`` = it is the first.

        Raises:
            CursorError: It is not ``next`` of a page of this list in this order.
        """
        if after is None:
            return None
        asked, _, text = after.rpartition("=")
        with suppress(ValueError):
            keys = tuple(map(_read, text.split(":")))
            if asked == self.asked and len(keys) == len(self.terms):
                return keys
        message = f'"{after}" is not "next" of a page of this list in this order.'
        raise CursorError(message, hint="Start again at the first page.")


def ensure_a_page(limit: int | None) -> None:
    """Refuse a page without rows: nothing could be said of where the next one starts.

    Raises:
        SettingsError: The limit is below 1.
    """
    if limit is not None and limit < 1:
        raise SettingsError(f"A page of {limit} rows holds nothing.", hint="Give a limit of at least 1.")


def _term(word: str, columns: Collection[str]) -> Term:
    word = word.strip()
    return Term(word_of(word.removeprefix("-"), tuple(columns), what="column to sort by"), word.startswith("-"))


def _written(key: Key) -> str:
    """Return a key as text: empty for nothing, a text behind a dot and without what a shell or a colon would part."""
    if key is None:
        return ""
    return f".{quote(key, safe='')}" if isinstance(key, str) else str(key)


def _read(text: str) -> Key:
    if text.startswith("."):
        word = unquote(text[1:], errors="strict")
        if "\0" in word:  # no store holds one, and PostgreSQL refuses to compare with it
            raise ValueError(text)
        return word
    if not text:
        return None
    number = int(text) if text.removeprefix("-").isdecimal() else float(text)
    if abs(number) >= _LARGEST or not math.isfinite(number):
        raise ValueError(text)
    return number
