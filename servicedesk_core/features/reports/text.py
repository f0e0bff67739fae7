"""A report as the text of a mail."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Board, Narrow, Terminal
from servicedesk_core.faces.boards import show
from servicedesk_core.faces.column import cell, columns_of
from servicedesk_core.printing import one_line, printable
from servicedesk_core.wording import plain

_WIDEST = 40


class _Lines:
    """Lines of text, in place of a terminal."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone, self.said = zone, list[str]()

    def line(self, text: str = "", *, style: str = "") -> None:
        del style
        self.said.append(printable(text))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str | None = None,
        empty: str = "",
        narrow: Narrow | None = None,
    ) -> None:
        del narrow
        cells = [[self.plain(value) for value in row] for row in rows]
        self.said += [title] if title else []
        if not cells:
            self.said += [f"  {empty}"] if empty else []
            return
        widths = [min(_WIDEST, max(map(len, each))) for each in zip(columns, *cells, strict=True)]
        for row in (columns, *cells):
            told = (_cut(text, width).ljust(width) for text, width in zip(row, widths, strict=True))
            self.said.append(f"  {'  '.join(told)}".rstrip())

    def rows(self, row: type, found: Iterable[object], *, title: str | None = None, empty: str = "") -> None:
        shown = {name: column.title for name, column in columns_of(row).items() if column.shown}
        cells = ([cell(name, getattr(one, name)) for name in shown] for one in found)
        self.table(tuple(shown.values()), cells, title=title, empty=empty)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        self.said += [f"  {name}: {self.plain(value)}" for name, value in pairs if value not in (None, "")]

    def say(self, text: str) -> None:
        self.line(text)

    def plain(self, value: object) -> str:
        return one_line(plain(value, self.zone))


def text(board: Board) -> str:
    """Return a report as text."""
    lines = _Lines(ZoneInfo(board.timezone))
    terminal: Terminal = lines
    show(terminal, board)
    return "\n".join(lines.said)


def _cut(said: str, width: int) -> str:
    return said if len(said) <= width else f"{said[: width - 1]}…"
