"""What is printed for people, as pieces of a page: the same words as in a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Narrow
from servicedesk_core.faces.column import columns_of, page_cell
from servicedesk_core.faces.terminal import Spelled
from servicedesk_core.printing import printable
from servicedesk_core.wording import plain


@dataclass(frozen=True, slots=True)
class Printed:
    """A piece of what was printed: text, names with values, or a table.

    Attributes:
        text: Text, or the title of a table.
        is_hint: Whether the text says what can be done next.
        facts: Names and values.
        heads: The heads of a table.
        rows: Its rows.
    """

    text: str = ""
    is_hint: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """Return a piece as it was kept; see :meth:`Paper.kept`."""
        facts, rows = (tuple(tuple(one) for one in kept[name]) for name in ("facts", "rows"))
        return cls(kept["text"], kept.get("is_hint", False), facts, tuple(kept["heads"]), rows)

    def lines(self) -> tuple[str, ...]:
        """Return it as lines, to be compared."""
        facts = (f"{name}: {value}" for name, value in self.facts)
        return (*filter(None, (self.text,)), *facts, *(" · ".join(row) for row in self.rows))


@dataclass(slots=True)
class Paper:
    """A terminal whose output becomes a part of a page: a :class:`servicedesk_core.faces.Terminal`.

    Args:
        zone: Where instants are shown.
    """

    zone: ZoneInfo
    pieces: list[Printed] = field(default_factory=list)

    def line(self, text: str = "", *, style: str = "") -> None:  # noqa: ARG002  # a page has its own look
        """Print text."""
        if text:
            self.pieces.append(Printed(printable(text)))

    def say(self, text: str) -> None:
        """Tell the person something that is not data."""
        self.pieces.append(Printed(printable(text), is_hint=True))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str | None = None,
        empty: str = "",
        narrow: Narrow | None = None,  # noqa: ARG002  # a page scrolls
    ) -> None:
        """Print values under headings."""
        shown = tuple(tuple(self.plain(value) for value in row) for row in rows)
        if shown:
            self.pieces.append(Printed(title or "", heads=tuple(columns), rows=shown))
        else:
            self.line(empty)

    def rows(self, row: type, found: Iterable[object], *, title: str | None = None, empty: str = "") -> None:
        """Print rows of one type under the headings of its columns."""
        columns = {name: one for name, one in columns_of(row).items() if one.shown}
        values = [[page_cell(name, getattr(one, name), column) for name, column in columns.items()] for one in found]
        self.table([one.title for one in columns.values()], values, title=title, empty=empty)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Print names and values; pairs without a value are left out."""
        told = tuple((name, self.plain(value)) for name, value in pairs if value is not None and value != "")
        if told:
            self.pieces.append(Printed(facts=told))

    def plain(self, value: object) -> str:
        """Return a value as one line for a person; an instant names its zone."""
        return plain(value.words if isinstance(value, Spelled) else value, self.zone, named=True)

    def kept(self) -> list[dict[str, Any]]:
        """Return what was printed as plain data."""
        return [asdict(piece) for piece in self.pieces]
