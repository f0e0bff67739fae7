"""Reads rows out of CSV, TSV and JSONL files. Bad rows are told, never raised; a damaged file is."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.connectors.tabular.delimited import END_OF_TEXT, cut, declared_separator
from servicedesk_core.decoding import REPLACEMENT, decode_json
from servicedesk_core.domain import plain_name
from servicedesk_core.errors import ProtocolError

_SUFFIXES = {".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
_FIRST_ROWS = 20
_NO_TEXT = re.compile("[\ud800-\udfff]")
T = TypeVar("T")

LENIENT = "surrogateescape"
"""Lets a row with foreign bytes through to where that one row is refused, and a column's name with its odd letter."""


class Row(NamedTuple):
    """One row of a file.

    Attributes:
        line: Line of the file on which the row ends, from 1.
        cells: Text by column.
        problem: Why the row cannot be used, or ``None``; holds no text of the row.
    """

    line: int
    cells: dict[str, str]
    problem: str | None = None


def kind_of(path: Path) -> str:
    """Say by its name whether a file is csv, tsv or jsonl."""
    suffixes = [one.lower() for one in path.suffixes if one.lower() != ".gz"]
    return _SUFFIXES.get(suffixes[-1] if suffixes else "", "csv")


def is_wide(encoding: str) -> bool:
    """Say whether an encoding has two or four bytes for each sign, of which none can be left out."""
    return encoding.lower().startswith(("utf-16", "utf-32"))


def rows(
    stream: BinaryIO, path: Path, mapping: FileMapping, *, passed_over: Callable[[int], object] | None = None
) -> Iterator[Row]:
    """Read the rows of an open file. A row that says nothing in any cell is no row.

    Args:
        stream: The unpacked bytes.
        path: Where they come from, for messages and for the format.
        mapping: How the file is written.
        passed_over: Takes the line of each row that only names the columns once more.

    Raises:
        ProtocolError: The file lacks a column without which no row can be understood, is not text of the declared
            encoding at all, or was cut off.
    """
    errors = "strict" if is_wide(mapping.encoding) else LENIENT
    text = io.TextIOWrapper(stream, encoding=mapping.encoding, errors=errors, newline="")
    kind = kind_of(path) if mapping.kind == "auto" else mapping.kind
    nothing = {"", END_OF_TEXT, *mapping.missing}
    found = _jsonl_rows(text, path) if kind == "jsonl" else _table_rows(text, path, mapping, kind, passed_over)
    try:
        for row in found:
            for cell in row.cells.values():  # a loop, because it ends at the first cell of nearly every row
                if cell.strip() not in nothing:
                    yield row
                    break
            else:
                if row.problem and not row.cells:
                    yield row
    except UnicodeError as error:
        raise ProtocolError(
            f"{path} is not {mapping.encoding} text.", hint="Set encoding in the mapping, for example cp1252."
        ) from error
    finally:
        if not text.closed:
            text.detach()  # whoever opened the stream closes it


def take(found: Iterator[T], count: int) -> tuple[list[T], ProtocolError | None]:
    """Take so many items, or those before the damage of a file, and the damage."""
    taken: list[T] = []
    try:
        for one in islice(found, count):
            taken.append(one)  # noqa: PERF402  # what came before an error is wanted
    except ProtocolError as error:
        return taken, error
    return taken, None


def _table_rows(
    text: io.TextIOWrapper, path: Path, mapping: FileMapping, kind: str, passed_over: Callable[[int], object] | None
) -> Iterator[Row]:
    lines = iter(text)
    above = list(islice(lines, mapping.skip_lines))
    first = next(lines, "").removeprefix("\ufeff")
    separator = declared_separator(above[0] if above else first)
    if separator and not above:
        above, first = [first], next(lines, "")
    delimiter = mapping.delimiter or separator or ("\t" if kind == "tsv" else ",")
    table = cut(chain([first], lines), delimiter=delimiter, quote=mapping.quote, name=path.name, lines_above=len(above))
    header = list(mapping.names)
    if mapping.header:
        header = next((cells for _, cells in table if any(cell.strip() for cell in cells)), [])
    names = column_names(header)
    if not names:
        return
    if absent := sorted(mapping.needed_columns - set(names)):
        raise ProtocolError(
            f"{path.name} has no column {', '.join(absent)}; it has {', '.join(names)}.",
            hint="Correct the mapping, or set delimiter and encoding; servicedesk mapping check shows what was read.",
        )
    beginning, damage = take(table, _FIRST_ROWS)
    known = len(names)
    width = known + _empty_at_the_end(beginning, known)
    for line, cells in chain(beginning, table):
        if not cells:
            continue
        row = dict(zip(names, cells, strict=False))
        if len(cells) != width or (width > known and any(cells[known:])):
            row.update({f"(cell {number})": cell for number, cell in enumerate(cells[known:], known + 1)})
            problem = f"line {line} has {len(cells)} cells where {width} are expected"
            yield Row(line, _printable(row), problem)
        elif mapping.header and cells[0] == header[0] and cells[:known] == header and known > 1:
            if passed_over:
                passed_over(line)
        else:
            joined = "".join(cells)
            yield Row(line, row) if joined.isascii() else _checked(line, row, joined)
    if damage:
        raise damage


def _empty_at_the_end(beginning: Iterable[tuple[int, list[str]]], width: int) -> int:
    """Return how many cells more than columns every row has, all of them empty, as where each row ends with a comma."""
    more = {len(cells) - width if not any(cells[width:]) else 0 for _, cells in beginning if any(cells)}
    return max(0, more.pop()) if len(more) == 1 else 0


def column_names(header: Iterable[str]) -> list[str]:
    """Name every column: nameless ones by their number, repeated names with a number behind."""
    names: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for number, cell in enumerate(header, 1):
        plain = name = _column_name(cell) or f"column {number}"
        while name in names:
            counts[plain] += 1
            name = f"{plain} ({counts[plain] + 1})"
        names[name] = None
    return list(names)


def _jsonl_rows(text: io.TextIOWrapper, path: Path) -> Iterator[Row]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            value = decode_json(line)
        except ValueError:
            if line.lstrip().startswith("{") and not line.endswith(("\n", "\r")):
                raise ProtocolError(
                    f"{path.name} ends in the middle of line {number}: it was cut off, or is still being written.",
                    hint="Export it again, or wait until it is written.",
                ) from None
            yield Row(number, {}, f"line {number} is not valid JSON")
            continue
        if not isinstance(value, dict):
            yield Row(number, {}, f"line {number} is not a JSON object")
            continue
        row = flat(value)
        joined = "".join(row.values())
        yield Row(number, row) if joined.isascii() else _checked(number, row, joined)


@lru_cache(4_096)
def _column_name(text: str) -> str:
    """Return a name as it is compared; what of it is no text of the encoding becomes U+FFFD."""
    return plain_name(_NO_TEXT.sub(REPLACEMENT, text))


def flat(record: Mapping[str, Any]) -> dict[str, str]:
    """Flatten a JSON object: ``{"a": {"b": 1}}`` has the column ``a.b``; what lies deeper stays JSON text."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells.update({_column_name(f"{key}.{inner}"): _as_text(one) for inner, one in value.items()})
        else:
            cells[_column_name(key)] = _as_text(value)
    return cells


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _checked(line: int, row: dict[str, str], joined: str) -> Row:
    try:
        joined.encode()
    except UnicodeEncodeError:
        return Row(line, _printable(row), f"line {line} holds bytes that are not text of the declared encoding")
    return Row(line, row)


def _printable(row: dict[str, str]) -> dict[str, str]:
    return {name: cell.encode("utf-8", "replace").decode() for name, cell in row.items()}
