"""Cuts delimited text into rows of cells, and notices damage: a quote that is left open, a last row half written."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from servicedesk_core.errors import ProtocolError

_LONGEST_CELL: Final = 64 * 1024 * 1024
END_OF_TEXT: Final = "\x1a"
"""How DOS ended a text."""
_SEPARATOR_LINE: Final = re.compile(r'\ufeff?"?sep=(.)"?\1*', re.IGNORECASE)


def declared_separator(line: str) -> str | None:
    """Return the separator that a first line such as ``sep=;`` declares to spreadsheets, or ``None``."""
    found = _SEPARATOR_LINE.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else None


def cut(
    lines: Iterable[str], *, delimiter: str, quote: str, name: str, lines_above: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Cut text into rows.

    A quote inside a cell that was not doubled is let pass as long as its row is on one line and has as many cells as
    the first: then it hides nothing.

    Args:
        lines: The text, with its line ends.
        delimiter: What separates cells.
        quote: What quotes cells; ``""`` when nothing is quoted.
        name: The file, for messages.
        lines_above: Lines of the file before these.

    Yields:
        The line on which a row ends, from 1, and its cells; an empty line has none.

    Raises:
        ProtocolError: A quoted cell does not end, or the text ends within a row.
    """
    if csv.field_size_limit() < _LONGEST_CELL:
        csv.field_size_limit(_LONGEST_CELL)  # the module has only a global limit; 128 KB is less than a long note
    dialect: dict[str, Any] = {
        "delimiter": delimiter,
        "quotechar": quote or None,
        "quoting": csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    }
    row: list[str] = []
    reader = csv.reader(_remembered(lines, row), strict=True, **dialect)
    width = 0
    while True:
        row.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = _as_it_stands(row[0], dialect) if len(row) == 1 else []
            if not cells or len(cells) != width:
                raise _open_cell(row, lines_above + reader.line_num, delimiter, quote, name) from None
        is_open = len(cells) < width and not row[-1].endswith(("\n", "\r"))
        if is_open and any(cell.strip(f" \t{END_OF_TEXT}") for cell in cells):
            raise ProtocolError(
                f"{name} ends in the middle of line {lines_above + reader.line_num}: it was cut off, or is still being "
                "written.",
                hint="Export it again, or wait until it is written.",
            )
        yield lines_above + reader.line_num, cells
        width = width or len(cells)


def _remembered(lines: Iterable[str], row: list[str]) -> Iterator[str]:
    for line in lines:
        row.append(line)
        yield line


def _as_it_stands(line: str, dialect: dict[str, Any]) -> list[str]:
    """Cut a line whose quotes are not doubled; return nothing if one of them is still open at its end."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n") + "\n"], **dialect))
    except csv.Error:
        return []
    return [] if cells[-1].endswith("\n") else cells


def _open_cell(row: list[str], last_line: int, delimiter: str, quote: str, name: str) -> ProtocolError:
    """Say on which line the first cell of a row begins that does not end as it should."""
    text = "".join(row)
    sign = re.escape(quote)
    quoted = re.compile(f"{sign}[^{sign}]*+(?:{sign}{{2}}[^{sign}]*+)*+{sign}")
    begin, end = 0, -1
    while end < len(text):
        begin = end + 1
        if text[begin : begin + 1] != quote:
            found = text.find(delimiter, begin)
            end = len(text) if found < 0 else found
            continue
        cell = quoted.match(text, begin)
        end = cell.end() if cell else len(text)
        if text[end : end + 1] != delimiter:
            break
    line = last_line - len(row) + 1 + len(re.findall("\r\n|\r|\n", text[:begin]))
    what = (
        "does not end: the file was cut off, or is still being written"
        if end == len(text)
        else "ends before other text: a quote is missing, or was not doubled"
    )
    return ProtocolError(
        f"{name} is damaged: the quoted cell that begins on line {line} {what}.",
        hint='Export it again, or wait until it is written; set quote = "" in the mapping if cells are not quoted.',
    )
