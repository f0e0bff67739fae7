"""Finds out how an unknown file is written: encoding, delimiter, header. Decides from the beginning of the file."""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from servicedesk_core.connectors.tabular import reading
from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping
from servicedesk_core.connectors.tabular.delimited import declared_separator
from servicedesk_core.connectors.tabular.encodings import Encoding, encoding_of
from servicedesk_core.connectors.tabular.opening import opened
from servicedesk_core.errors import SettingsError

_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 500
_DELIMITERS = ",;\t|"
_VALUE = re.compile(r"[-+]?[\d.,:/ T]*\d[\d.,:/ T+Z-]*|\?|")
_ARRAY = re.compile(r"\s*\[\s*[\[{]")


class Shape(NamedTuple):
    """How a file is written."""

    kind: str
    encoding: Encoding
    delimiter: str | None = None
    header: bool = True
    names: tuple[str, ...] = ()
    skip_lines: int = 0

    def mapping(self, path: Path) -> FileMapping:
        """Return a mapping that reads the file's rows, whatever they mean."""
        return FileMapping.model_construct(
            path=str(path),
            kind="jsonl" if self.kind == "jsonl" else "csv",
            encoding=self.encoding.name,
            delimiter=self.delimiter,
            skip_lines=self.skip_lines,
            header=self.header,
            names=() if self.header else self.names,
            columns={"external_id": ColumnRule(constant="row")},
        )


class _Line(NamedTuple):
    """A row of the sample, and how many lines stand above it."""

    above: int
    cells: list[str]


def sniff(path: Path) -> Shape:
    """Find out how a file is written.

    Raises:
        SettingsError: It is no table.
        ConnectorError: It cannot be read.
    """
    with opened(path) as stream:
        encoding = encoding_of(stream)
    with opened(path) as stream:
        head = stream.read(_SAMPLE_BYTES)
    errors = "replace" if reading.is_wide(encoding.name) else reading.LENIENT
    text = head.decode(encoding.name, errors).removeprefix("\ufeff")
    if _ARRAY.match(text):
        raise SettingsError(
            f"{path.name} is one JSON array.", hint="Write one object on each line, as `jq -c '.[]'` does."
        )
    if reading.kind_of(path) == "jsonl" or text.lstrip().startswith("{"):
        return Shape("jsonl", encoding)
    lines = list(io.StringIO(text, newline=""))
    if len(head) == _SAMPLE_BYTES:
        lines = lines[:-1]
    separator = declared_separator(lines[0]) if lines else None
    tables = {sign: _table(lines, sign, bool(separator)) for sign in separator or _DELIMITERS}
    delimiter, table = max(tables.items(), key=lambda one: _fit(one[1]))
    if not table:
        return Shape("csv", encoding, delimiter)
    begin = _header_at(table)
    first = table[begin].cells
    header = _is_header(table[begin:])
    names = first if header else [f"column {number}" for number in range(1, len(first) + 1)]
    skip_lines = table[begin].above if begin else 0
    return Shape("csv", encoding, delimiter, header, tuple(reading.column_names(names)), skip_lines)


def _table(lines: list[str], delimiter: str, has_separator_line: bool) -> list[_Line]:  # noqa: FBT001
    table: list[_Line] = []
    start = 1 if has_separator_line else 0
    reader = csv.reader(lines[start:], delimiter=delimiter)
    while len(table) < _SAMPLE_ROWS:
        above = start + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        if any(cell.strip() for cell in cells):
            table.append(_Line(above, cells))
    return table


def _fit(table: list[_Line]) -> tuple[float, int]:
    """Say how well a delimiter fits: the share of rows of the usual width, and that width."""
    width, rows = _usual_width(table)
    return (rows / len(table) if width > 1 else 0.0), width


def _usual_width(table: list[_Line]) -> tuple[int, int]:
    return Counter(len(row.cells) for row in table).most_common(1)[0] if table else (0, 0)


def _header_at(table: list[_Line]) -> int:
    """Return the row that names the columns: the first, or the first below a title, which fills few cells."""
    width, _ = _usual_width(table)
    fill = max(2, width / 2)
    begin = next((n for n, row in enumerate(table) if sum(map(bool, map(str.strip, row.cells))) >= fill), 0)
    return begin if width > 1 and _is_header(table[begin:]) else 0


def _is_header(table: list[_Line]) -> bool:
    """Say whether the first row names columns: only texts, and none that comes again below but in the same row."""
    first = table[0].cells
    below = [row.cells for row in table[1:] if row.cells != first]
    if any(_VALUE.fullmatch(cell.strip()) for cell in first if cell.strip()) or not any(cell.strip() for cell in first):
        return False
    return not any(first[0] == row[0] for row in below if row)
