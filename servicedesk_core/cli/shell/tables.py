"""Tables: as wide as they need to be in a file or a pipe, readable at any width in a terminal.

A pipe gets one line for each row, whole, for grep and awk. A terminal gets columns that break between words only; where
the words do not fit, each row becomes a paragraph, because a ticket number in three pieces helps nobody. A long list
says what it can do without (`Narrow`): it stays a list of one line a row, and the person is told what was left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING

from servicedesk_core.cli.shell.output import plain
from servicedesk_core.faces.terminal import Narrow

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

GAP = 2
"""Columns between two cells."""
LONGEST_WORD = 36
"""Columns of a word that is never broken: a UUID. A longer one, such as an address on the web, may be."""

PADDED_MOST = 60
"""Columns that a column takes at most in a pipe: a longer cell moves what follows in its own row, not in every row."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text.

    Attributes:
        headings: The headings.
        rows: The cells.
        numeric: Which columns hold numbers only; they are right-aligned.
        instants: Which columns hold instants; they break last.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    instants: tuple[bool, ...]

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Sequence[object]], zone: tzinfo | None) -> "Grid":
        """Return values as text.

        Args:
            columns: The headings.
            rows: The values.
            zone: Where instants are shown in; ``None`` is the machine's.
        """
        values = [tuple(row) for row in rows]
        numeric = tuple(_is_numeric([row[at] for row in values]) for at in range(len(columns)))
        instants = tuple(any(isinstance(row[at], datetime) for row in values) for at in range(len(columns)))
        cells = tuple(tuple(plain(value, zone) for value in row) for row in values)
        return cls(tuple(columns), cells, numeric, instants)

    def lines(self) -> list[str]:
        """Return the table for a file or a pipe: heading, rule, and one line for each row; nothing is cut."""
        from rich.cells import cell_len  # noqa: PLC0415

        widths = [min(_widest(cells), PADDED_MOST) for cells in zip(self.headings, *self.rows, strict=True)]

        def line(cells: Sequence[str]) -> str:
            filled = [
                " " * (width - cell_len(cell)) + cell if right else cell + " " * (width - cell_len(cell))
                for cell, width, right in zip(cells, widths, self.numeric, strict=True)
            ]
            return (" " * GAP).join(filled).rstrip()

        return [line(self.headings), line(["─" * width for width in widths]), *map(line, self.rows)]

    def without_empty(self) -> "Grid":
        """Return the table without the columns in which nothing stands."""
        return self._with([at for at in range(len(self.headings)) if at == 0 or any(row[at] for row in self.rows)])

    def without(self, heading: str) -> "Grid":
        """Return the table without a column."""
        return self._with([at for at, name in enumerate(self.headings) if name != heading])

    def _with(self, kept: Sequence[int]) -> "Grid":
        return Grid(
            tuple(self.headings[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in self.rows),
            tuple(self.numeric[at] for at in kept),
            tuple(self.instants[at] for at in kept),
        )

    def fitted(self, width: int, narrow: Narrow | None = None) -> list[int] | None:
        """Return how wide each column is in a terminal, or ``None`` when words would have to be broken.

        Args:
            width: Columns of the terminal.
            narrow: What may be cut and what may break; without it, any text may break between words.
        """
        if narrow is not None:
            return self._shared(width, self._least_of_lines(narrow))
        return self._shared(width, self._least(whole_instants=True)) or self._shared(
            width, self._least(whole_instants=False)
        )

    def _shared(self, width: int, least: Sequence[int]) -> list[int] | None:
        """Return widths that add up to the terminal's, each at least so large; ``None`` if there are none."""
        widths = [_widest(cells) for cells in zip(self.headings, *self.rows, strict=True)]
        bodies = self._bodies()
        room = width - GAP * (len(widths) - 1)
        if sum(least) > room:
            return None
        for at in range(len(widths)):  # a heading in two lines costs less than every row in two
            spare = min(widths[at] - max(bodies[at], least[at]), sum(widths) - room)
            widths[at] -= max(spare, 0)
        while sum(widths) > room:
            widest = max((at for at in range(len(widths)) if widths[at] > least[at]), key=widths.__getitem__)
            widths[widest] -= 1
        return widths

    def _bodies(self) -> list[int]:
        return [_widest(row[at] for row in self.rows) for at in range(len(self.headings))]

    def _least(self, *, whole_instants: bool) -> list[int]:
        columns = zip(self.headings, *self.rows, strict=True)
        words = [min(_widest(word for cell in cells for word in cell.split()), LONGEST_WORD) for cells in columns]
        if not whole_instants:
            return words
        return [
            max(word, body) if instant else word
            for word, body, instant in zip(words, self._bodies(), self.instants, strict=True)
        ]

    def _least_of_lines(self, narrow: Narrow) -> list[int]:
        words, bodies = self._least(whole_instants=True), self._bodies()
        least = []
        for name, word, body in zip(self.headings, words, bodies, strict=True):
            heading = _widest(name.split())
            most = narrow.cut.get(name, body)
            least.append(word if name in narrow.wraps else max(min(body, most), heading))
        return least


def show_table(
    console: "Console",
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str | None = None,
    zone: tzinfo | None = None,
    narrow: Narrow | None = None,
) -> tuple[str, ...]:
    """Print a table.

    Args:
        console: Where to.
        columns: The headings.
        rows: The cells, as values.
        title: Printed above.
        zone: Where instants are shown in; ``None`` is the machine's.
        narrow: What a list can do without in a narrow terminal.

    Returns:
        The columns that the terminal had no room for.
    """
    grid = Grid.of(columns, rows, zone)
    if not console.is_terminal:
        console.file.write("\n".join([*([plain(title)] if title else []), *grid.lines()]) + "\n\n")
        return ()
    if title:
        console.print(title, style="bold")
    left_out: list[str] = []
    widths = grid.fitted(console.width, narrow)
    if widths is None:
        grid = grid.without_empty()
        widths = grid.fitted(console.width, narrow)
    if widths is None and narrow is not None:
        less = grid
        for name in (spare for spare in narrow.spare if spare in grid.headings):
            less = less.without(name)
            left_out.append(name)
            if (widths := less.fitted(console.width, narrow)) is not None:
                grid = less
                break
        else:
            left_out.clear()
    console.print(_paragraphs(grid, console.width) if widths is None else _columns(grid, widths, narrow or Narrow()))
    console.print()
    return tuple(left_out)


def show_facts(console: "Console", pairs: Iterable[tuple[str, object]], *, zone: tzinfo | None = None) -> None:
    """Print names and values, one pair on a line, and an empty line; pairs without a value are left out.

    Args:
        console: Where to.
        pairs: Names and values.
        zone: Where instants are shown in, with its name; ``None`` is the machine's.
    """
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = [(name, plain(value, zone, named=True)) for name, value in pairs if value not in (None, "")]
    if not console.is_terminal:
        widest = max((len(name) for name, _ in shown), default=0)
        console.file.write("".join(f"{name.ljust(widest)}  {value}\n" for name, value in shown) + "\n")
        return
    grid = Table.grid(padding=(0, GAP))
    for name, value in shown:
        grid.add_row(Text(name, style="bold"), Text(value))
    console.print(grid)
    console.print()


def _widest(texts: Iterable[str]) -> int:
    from rich.cells import cell_len  # noqa: PLC0415

    return max(map(cell_len, texts), default=0)


def _is_numeric(values: Sequence[object]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in known)


def _columns(grid: Grid, widths: Sequence[int], narrow: Narrow) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table.grid(padding=(0, GAP))
    for width, right in zip(widths, grid.numeric, strict=True):
        shown.add_column(justify="right" if right else "left", width=width, overflow="fold")
    shown.add_row(*(Text(heading, style="bold") for heading in grid.headings))
    shown.add_row(*(Text("─" * width) for width in widths))
    cut = [name in narrow.cut for name in grid.headings]
    for row in grid.rows:
        shown.add_row(
            *(
                Text(cell, no_wrap=True, overflow="ellipsis") if one_line else Text(cell)
                for cell, one_line in zip(row, cut, strict=True)
            )
        )
    return shown


def _paragraphs(grid: Grid, width: int) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table.grid(padding=(0, GAP))
    # The first column names the row, with the second where that alone does not: "psa tickets".
    named_by = 1 if len({row[0] for row in grid.rows}) == len(grid.rows) else 2
    names = [" ".join(row[:named_by]) for row in grid.rows]
    shown.add_column(no_wrap=max(map(len, names), default=0) * 2 <= width)
    for name, row in zip(names, grid.rows, strict=True):
        told = Text()
        for heading, cell in zip(grid.headings[named_by:], row[named_by:], strict=True):
            if cell:
                told.append(" · " if told else "").append(f"{heading}: " if heading else "", "dim").append(cell)
        shown.add_row(Text(name, style="bold"), told)
    return shown
