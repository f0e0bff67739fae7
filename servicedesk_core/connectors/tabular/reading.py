"""Reads rows out of CSV, TSV and JSONL files, also gzipped. Bad rows are told, never raised."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from servicedesk_core.connectors.tabular.declaration import FileMapping
from servicedesk_core.decoding import decode_json
from servicedesk_core.errors import NotFoundError, PermissionDeniedError, ProtocolError, TransientError

_LONGEST_CELL = 64 * 1024 * 1024
_SUFFIXES = {".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


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


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, unpacked.

    Raises:
        NotFoundError: There is no such file.
        PermissionDeniedError: This account may not read it.
        ProtocolError: A compressed file is damaged, or still being written.
        TransientError: The medium failed.
    """
    try:
        with path.open("rb") as plain:
            magic = plain.read(2)
            plain.seek(0)
            if magic == b"\x1f\x8b":
                with gzip.open(plain) as packed:
                    yield cast("BinaryIO", packed)
            else:
                yield plain
    except FileNotFoundError as error:
        raise NotFoundError(
            f"There is no file {path}.", hint="Check the path, where it was typed or in the configuration."
        ) from error
    except (PermissionError, IsADirectoryError) as error:
        raise PermissionDeniedError(f"{path} cannot be read.", hint="Let this account read the file.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProtocolError(
            f"The compressed file {path} is damaged, or still being written.", hint="Export it again, or wait."
        ) from error
    except OSError as error:
        raise TransientError(f"{path} could not be read: {error.strerror or type(error).__name__}.") from error


def rows(stream: BinaryIO, path: Path, mapping: FileMapping) -> Iterator[Row]:
    """Read the rows of an open file.

    Args:
        stream: The unpacked bytes.
        path: Where they come from, for messages and for the format.
        mapping: How the file is written.

    Raises:
        ProtocolError: The file lacks a column without which no row can be understood, or is not text of the
            declared encoding at all.
    """
    # surrogateescape lets a row with foreign bytes through to where that one row is refused.
    errors = "strict" if mapping.encoding.lower().startswith("utf-16") else "surrogateescape"
    text = io.TextIOWrapper(stream, encoding=mapping.encoding, errors=errors, newline="")
    kind = kind_of(path) if mapping.kind == "auto" else mapping.kind
    try:
        yield from _jsonl_rows(text) if kind == "jsonl" else _table_rows(text, path, mapping, kind)
    except UnicodeError as error:
        raise ProtocolError(
            f"{path} is not {mapping.encoding} text.", hint="Set encoding in the mapping, for example cp1252."
        ) from error
    finally:
        if not text.closed:
            text.detach()  # whoever opened the stream closes it


def _table_rows(text: io.TextIOWrapper, path: Path, mapping: FileMapping, kind: str) -> Iterator[Row]:
    if csv.field_size_limit() < _LONGEST_CELL:
        csv.field_size_limit(_LONGEST_CELL)  # the module has only a global limit; 128 KB is less than a long note
    reader = csv.reader(
        text,
        delimiter=mapping.delimiter or ("\t" if kind == "tsv" else ","),
        quotechar=mapping.quote or None,
        quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
    )
    names = list(mapping.names) if not mapping.header else column_names(next(reader, []))
    if not names:
        return
    if absent := sorted(mapping.needed_columns - set(names)):
        raise ProtocolError(
            f"{path.name} has no column {', '.join(absent)}; it has {', '.join(names)}.",
            hint="Correct the mapping, or set delimiter and encoding; servicedesk mapping check shows what was read.",
        )
    width = len(names)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(reader.line_num, {}, f"line {reader.line_num} is not valid CSV ({error})")
            continue
        if len(cells) == width:
            joined = "".join(cells)
            row = dict(zip(names, cells, strict=True))
            yield Row(reader.line_num, row) if joined.isascii() else _checked(reader.line_num, row, joined)
        elif cells:
            row = dict(zip(names, cells, strict=False))
            row.update({f"(cell {number})": cell for number, cell in enumerate(cells[width:], width + 1)})
            problem = f"line {reader.line_num} has {len(cells)} cells where {width} are expected"
            yield Row(reader.line_num, _printable(row), problem)


def column_names(header: list[str]) -> list[str]:
    """Name every column: nameless ones by their number, repeated names with a number behind."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        plain = cell.strip() or f"column {number}"
        name, count = plain, 1
        while name in names:
            count += 1
            name = f"{plain} ({count})"
        names.append(name)
    return names


def _jsonl_rows(text: io.TextIOWrapper) -> Iterator[Row]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            value = decode_json(line)
        except ValueError:
            yield Row(number, {}, f"line {number} is not valid JSON")
            continue
        if not isinstance(value, dict):
            yield Row(number, {}, f"line {number} is not a JSON object")
            continue
        row = flat(value)
        joined = "".join(row.values())
        yield Row(number, row) if joined.isascii() else _checked(number, row, joined)


def flat(record: Mapping[str, Any]) -> dict[str, str]:
    """Flatten a JSON object: ``{"a": {"b": 1}}`` has the column ``a.b``; what lies deeper stays JSON text."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells.update({f"{key}.{inner}": _as_text(one) for inner, one in value.items()})
        else:
            cells[key] = _as_text(value)
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
