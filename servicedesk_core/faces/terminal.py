"""What a page that is made by hand prints with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list can do without in a narrow terminal, so that a row stays one line.

    Attributes:
        cut: Columns whose text may end in an ellipsis, with the characters that stay at least.
        wraps: Columns whose text may break between words, because its end matters.
        spare: Columns that may be left out, the first one first.
    """

    cut: Mapping[str, int] = field(default_factory=dict)
    wraps: frozenset[str] = frozenset()
    spare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text that programs read; a terminal prints it, because its commands take it.

    Attributes:
        text: The text.
        words: What a page says in its place.
    """

    text: str
    words: str

    def __str__(self) -> str:
        return self.text


class Terminal(Protocol):
    """The terminal, a file or a pipe; whatever is printed is made safe to show."""

    def line(self, text: str = "", *, style: str = "") -> None:
        """Print text; without a terminal no line is broken."""
        ...

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str | None = None,
        empty: str = "",
        narrow: Narrow | None = None,
    ) -> None:
        """Print values under headings; ``empty`` is said in place of a table without rows."""
        ...

    def rows(self, row: type, found: Iterable[object], *, title: str | None = None, empty: str = "") -> None:
        """Print rows of one type under the headings of its columns; ``empty`` where there are none."""
        ...

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Print names and values; pairs without a value are left out."""
        ...

    def say(self, text: str) -> None:
        """Tell the person something that is not data."""
        ...

    def plain(self, value: object) -> str:
        """Return a value as one line for a person."""
        ...
