"""How results reach the terminal: data on standard output, everything else on standard error."""

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_PIPE_WIDTH = 1_000
"""Columns of a table that goes to a file or a pipe: nothing is cut off there."""


def plain(value: object) -> str:
    """Return a value as one line that cannot steer the terminal; ``None`` is empty."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case datetime():
            text = value.astimezone().strftime("%Y-%m-%d %H:%M")
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.1f}"
        case list() | tuple():
            text = ", ".join(plain(item) for item in value)
        case _:
            text = _CONTROL.sub(" ", str(value)).strip()
    return text


def printable(text: str) -> str:
    """Return text of several lines that cannot steer the terminal."""
    return "\n".join(_CONTROL.sub(" ", line) for line in text.splitlines())


def console(*, stderr: bool = False) -> "Console":
    """Return a console; without a terminal it is plain and wide. ``NO_COLOR`` is honoured by rich."""
    from rich.console import Console  # noqa: PLC0415  # a tenth of a second that the help page does not need

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=wide, markup=False, highlight=False, emoji=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> "RenderableType":
    """Return a table; columns that hold numbers only are right-aligned.

    Args:
        columns: The headings.
        rows: The cells, as values.
        title: Printed above.
    """
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    cells = list(rows)
    grid = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for position, heading in enumerate(columns):
        values = [row[position] for row in cells if row[position] is not None]
        numeric = bool(values) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        grid.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        grid.add_row(*(Text(plain(value)) for value in row))
    return grid


def facts(pairs: Iterable[tuple[str, object]]) -> "RenderableType":
    """Return a list of names and values, one pair on a line; pairs without a value are left out."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Table.grid(padding=(0, 2))
    for name, value in pairs:
        if value not in (None, ""):
            grid.add_row(Text(name, style="bold"), Text(plain(value)))
    return grid


def _foreign(value: Any) -> Any:
    """Return what orjson can write for what it does not know."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def write_json(document: dict[str, Any]) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json_bytes(document).decode())


def json_bytes(document: object) -> bytes:
    """Return a JSON document for a file."""
    import orjson  # noqa: PLC0415

    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, default=_foreign, option=options)
