"""Finds out how an unknown file is written: encoding, delimiter, header. Decides from the beginning of the file."""

import codecs
import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from servicedesk_core.connectors.tabular import reading
from servicedesk_core.connectors.tabular.declaration import ColumnRule, FileMapping
from servicedesk_core.connectors.tabular.opening import opened

_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 500
_DELIMITERS = ",;\t|"
_CP1252_HOLES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_VALUE = re.compile(r"[-+]?[\d.,:/ T]*\d[\d.,:/ T+Z-]*|\?|")


class Shape(NamedTuple):
    """How a file is written."""

    kind: str
    encoding: str
    delimiter: str | None
    header: bool
    names: tuple[str, ...]

    def mapping(self, path: Path) -> FileMapping:
        """Return a mapping that reads the file's rows, whatever they mean."""
        return FileMapping.model_construct(
            path=str(path),
            kind="jsonl" if self.kind == "jsonl" else "csv",
            encoding=self.encoding,
            delimiter=self.delimiter,
            header=self.header,
            names=() if self.header else self.names,
            columns={"external_id": ColumnRule(constant="row")},
        )


def sniff(path: Path) -> Shape:
    """Look at the beginning of a file.

    Raises:
        ConnectorError: The file cannot be read.
    """
    with opened(path) as stream:
        head = stream.read(_SAMPLE_BYTES)
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    lines = text.splitlines(keepends=True)
    if len(head) == _SAMPLE_BYTES:
        lines = lines[:-1]
    kind = reading.kind_of(path)
    if kind == "jsonl" or text.lstrip().startswith("{"):
        return Shape("jsonl", encoding, None, header=True, names=())
    delimiter, table = max(((sign, _table(lines, sign)) for sign in _DELIMITERS), key=lambda one: _fit(one[1]))
    if not table:
        return Shape("csv", encoding, delimiter, header=True, names=())
    header = _is_header(table)
    names = table[0] if header else [f"column {number}" for number in range(1, len(table[0]) + 1)]
    return Shape("csv", encoding, delimiter, header=header, names=tuple(reading.column_names(names)))


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1" if _CP1252_HOLES.search(head) else "cp1252"
    return "utf-8-sig"


def _table(lines: list[str], delimiter: str) -> list[list[str]]:
    table: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    while len(table) < _SAMPLE_ROWS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        if row:
            table.append(row)
    return table


def _fit(table: list[list[str]]) -> tuple[float, int]:
    """Say how well a delimiter fits: the share of rows of the usual width, and that width."""
    if not table:
        return 0.0, 0
    width, rows = Counter(len(row) for row in table).most_common(1)[0]
    return (rows / len(table) if width > 1 else 0.0), width


def _is_header(table: list[list[str]]) -> bool:
    """Say whether the first row names columns: only texts, and none that comes again below."""
    first, below = table[0], table[1:]
    if any(_VALUE.fullmatch(cell.strip()) for cell in first if cell.strip()) or not any(cell.strip() for cell in first):
        return False
    return not any(first[0] == row[0] for row in below if row)
