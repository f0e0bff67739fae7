"""Dashboards in a terminal and in a browser."""

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from servicedesk_core.faces.column import cell
from servicedesk_core.faces.html import render
from servicedesk_core.faces.kpi import Figure
from servicedesk_core.faces.shown import Board, Shown
from servicedesk_core.faces.terminal import Terminal

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
            case "counts":
                groups = any(one.group for one in block.counts)
                goals = any(one.goal for one in block.counts)
                heads = (*(("Of",) if groups else ()), "What", "Count", *(("Wanted",) if goals else ()))
                rows = [
                    (*((one.group,) if groups else ()), one.label, one.count, *((one.goal,) if goals else ()))
                    for one in block.counts
                ]
                terminal.table(heads, rows, empty="None.")
            case "figures":
                _figures(terminal, block.figures)
            case "table":
                if block.rows:
                    terminal.rows(type(block.rows[0]), block.rows)
                else:
                    terminal.line(block.empty or "None.")
            case "series":
                largest = max((point.value or 0 for point in block.points), default=0)
                for point in block.points:
                    bar = "█" * round(_BAR * (point.value or 0) / largest) if largest > 0 else ""
                    value = "-" if point.value is None else f"{point.value:,.6g}"
                    terminal.line(f"  {point.label:<{_BAR}} {bar:<{_BAR}} {value:>9}")


def _figures(terminal: Terminal, figures: Sequence[Figure]) -> None:
    heads, rows = ("Figure", "Value", "Unit"), [(one.title, one.value, one.unit) for one in figures]
    if not any(one.goal for one in figures):
        terminal.table(heads, rows)
        return
    verdicts = [(one.goal, one.verdict.value.replace("_", " ")) for one in figures]
    terminal.table((*heads, "Wanted", "Verdict"), [row + verdict for row, verdict in zip(rows, verdicts, strict=True)])


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
