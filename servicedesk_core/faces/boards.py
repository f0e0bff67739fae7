"""Dashboards in a terminal, in a browser, as CSV and on paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from servicedesk_core.faces.column import cell, columns_of
from servicedesk_core.faces.html import render
from servicedesk_core.faces.kpi import Figure
from servicedesk_core.faces.shown import Board, Shown
from servicedesk_core.faces.terminal import Terminal
from servicedesk_core.wording import plain

_BAR = 24


def show(terminal: Terminal, board: Board) -> None:
    """Print a dashboard."""
    terminal.line(f"{board.desk}: {board.title} on {_moment(board)} ({board.timezone})")
    for block in board.blocks:
        terminal.line()
        terminal.line(block.title)
        match block.kind:
            case "sentence":
                terminal.line("".join(piece.text for piece in block.pieces))
            case "table" if not block.rows:
                terminal.line(block.empty or "None.")
            case "table" if _has_own_columns(block):
                terminal.rows(type(block.rows[0]), block.rows)
            case "series":
                largest = max((point.value or 0 for point in block.points), default=0)
                for point in block.points:
                    bar = "█" * round(_BAR * (point.value or 0) / largest) if largest > 0 else ""
                    value = "-" if point.value is None else f"{point.value:,.6g}"
                    terminal.line(f"  {point.label:<{_BAR}} {bar:<{_BAR}} {value:>9}")
            case _:
                terminal.table(*tabled(block), empty="None.")


def tabled(block: Shown) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Return a block as a table: what stands above its columns, and its rows; a sentence is a row of one column."""
    match block.kind:
        case "sentence":
            return ("",), [("".join(piece.text for piece in block.pieces),)]
        case "counts":
            groups, goals = any(one.group for one in block.counts), any(one.goal for one in block.counts)
            heads = (*(("Of",) if groups else ()), "What", "Count", *(("Wanted",) if goals else ()))
            return heads, [
                (*((one.group,) if groups else ()), one.label, one.count, *((one.goal,) if goals else ()))
                for one in block.counts
            ]
        case "figures":
            return _figures(block.figures)
        case "table":
            names = _legible(block)
            return tuple(block.columns[name] for name in names), [
                tuple(cell(name, getattr(row, name)) for name in names) for row in block.rows
            ]
        case "series":
            return ("What", "Value"), [(point.label, point.value) for point in block.points]


def _has_own_columns(block: Shown) -> bool:
    """Whether a list shows the columns on its page that it shows everywhere."""
    row: type = type(block.rows[0])
    own = [name for name, column in columns_of(row).items() if column.shown]
    return own == _legible(block)


def _legible(block: Shown) -> list[str]:
    """Return the columns that say something where nothing leads anywhere: none for which a page says a word."""
    row: type = type(block.rows[0]) if block.rows else object
    known = columns_of(row) if block.rows else {}
    return [name for name in block.columns if name not in known or known[name].shown or known[name].words is None]


def _figures(figures: Sequence[Figure]) -> tuple[Sequence[str], list[Sequence[object]]]:
    heads, rows = ("Figure", "Value", "Unit"), [(one.title, one.value, one.unit) for one in figures]
    if not any(one.goal for one in figures):
        return heads, [*rows]
    verdicts = [(one.goal, one.verdict.value.replace("_", " ")) for one in figures]
    return (*heads, "Wanted", "Verdict"), [row + verdict for row, verdict in zip(rows, verdicts, strict=True)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a dashboard, as CSV has it."""

    block: str
    row: int
    column: str
    value: object


def csv_rows(board: Board) -> Iterator[Cell]:
    """Yield the values of a dashboard: its blocks have columns of their own, so each value is a row."""
    for block in board.blocks:
        heads, rows = tabled(block)
        for number, row in enumerate(rows, 1):
            yield from (Cell(block.title, number, head, value) for head, value in zip(heads, row, strict=True))


def pdf(board: Board) -> bytes:
    """Return a dashboard as PDF.

    Raises:
        UnsupportedError: The extra ``pdf`` is not installed, or its letters are not enough for the texts.
    """
    from servicedesk_core.faces.paper import Part  # noqa: PLC0415  # few pages are printed so
    from servicedesk_core.faces.paper import pdf as on_paper  # noqa: PLC0415

    zone, parts = ZoneInfo(board.timezone), []
    for block in board.blocks:
        heads, rows = tabled(block)
        told = [[plain(value, zone) for value in row] for row in rows] or [[block.empty or "None."]]
        parts.append(Part(block.title, told, heads if rows and any(heads) else ()))
    return on_paper(f"{board.desk}: {board.title} on {_moment(board)}", parts, what="the page")


def html(board: Board) -> str:
    """Return a dashboard as one self-contained page."""
    zone = ZoneInfo(board.timezone)
    return render("dashboard.html", board=board, moment=_moment(board), zone=zone, cells=_cells, columns=_columns)


def _columns(block: Shown, cells: list[list[object]]) -> list[tuple[str, str, str]]:
    numeric = [all(isinstance(row[at], int | float | Decimal) for row in cells) for at in range(len(block.columns))]
    return [
        (title, name, "n" if one else "text") for (name, title), one in zip(block.columns.items(), numeric, strict=True)
    ]


def _cells(block: Shown) -> list[list[object]]:
    return [[cell(name, getattr(row, name)) for name in block.columns] for row in block.rows]


def _moment(board: Board) -> str:
    return board.at.astimezone(ZoneInfo(board.timezone)).strftime("%Y-%m-%d %H:%M")
