"""Writes a stream's live records as CSV or JSON lines, in one consistent snapshot and with flat memory."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson
from sqlalchemy import Connection, column, null, select, table, text

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import REFERENCES, STREAMS
from servicedesk_core.errors import SettingsError
from servicedesk_core.printing import for_cell
from servicedesk_core.store.fields import fields_of
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS

Format = Literal["csv", "jsonl"]
_CHUNK_ROWS = 1_000

_ENDINGS: dict[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def format_of(path: Path, wanted: Format | None = None) -> Format:
    """Return how a file is written: as its ending says, or as is wanted where the ending says nothing of the kind.

    Raises:
        SettingsError: The ending promises something else.
    """
    promised = _ENDINGS.get(path.suffix.lower())
    chosen = wanted or promised or (None if path.suffix else "csv")
    if chosen is None or promised not in {None, chosen}:
        message = f"{path.name} would not hold what its name says: export writes csv and jsonl."
        raise SettingsError(message, hint="Name a file that ends in .csv or .jsonl; other programs read both.")
    return chosen


def check_stream(stream: str) -> str:
    """Return the name of a stream.

    Raises:
        SettingsError: There is no such stream.
    """
    if stream in STREAMS:
        return stream
    raise SettingsError(
        f'There is no stream "{stream}".{did_you_mean(stream, STREAMS)}', hint=f"Streams are {', '.join(STREAMS)}."
    )


def export(
    tx: Connection,
    file: BinaryIO,
    stream: str,
    *,
    file_format: Format,
    connection: str | None,
    verbatim: bool = False,
    scope: Scope | None = None,
    with_costs: bool = True,
) -> int:
    """Write the rows of the stream's public view, in order of their local ids.

    Args:
        tx: A read transaction.
        file: Where to.
        stream: Name of the stream.
        file_format: ``csv`` (UTF-8, with headings) or ``jsonl``.
        connection: Only of this connection.
        verbatim: In CSV, leave text alone that a spreadsheet would run as a formula.
        scope: Only records that it lets through, without references that lead out of it.
        with_costs: Whether columns that say what work and goods cost are filled; no scope lets them through.

    Returns:
        How many records were written.

    Raises:
        NotFoundLocallyError: The store knows no such connection.
    """
    view = table(f"v_{check_stream(stream)}")
    columns = list(tx.execute(select(text("*")).select_from(view).limit(0)).keys())
    hidden = STREAMS[stream].costs if scope is not None or not with_costs else frozenset[str]()
    shown = (null().label(name) if name in hidden else column(name) for name in columns)
    query = select(*shown).select_from(view).order_by(column("local_id"))
    if connection is not None:
        source_of(tx, connection, scope)  # a slip of the pen is no empty file
        query = query.where(column("connection") == connection)
    sight = None if scope is None else Sight(tx, scope)
    if sight is not None:
        own = RECORDS[stream].c.local_id
        query = query.where(column("local_id").in_(select(own).where(sight.require(stream))))
    kinds = {field.name: field.python for field in fields_of(STREAMS[stream])} | {"is_open": bool}
    write = _jsonl_writer(file, columns, kinds)
    if file_format == "csv":
        write = _csv_writer(file, columns, [_cell_of(kinds.get(column, str), verbatim=verbatim) for column in columns])
    count = 0
    with tx.execution_options(yield_per=_CHUNK_ROWS).execute(query) as rows:  # closed also when the file takes no more
        for chunk in rows.partitions():
            write(chunk if sight is None else _without_others(sight, stream, columns, chunk))
            count += len(chunk)
    return count


def _without_others(
    sight: Sight, stream: str, columns: list[str], rows: Sequence[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    """Return rows without references, and their names, that lead out of the scope."""
    kept = [dict(zip(columns, row, strict=True)) for row in rows]
    for name, target in REFERENCES[stream].items():
        many = name.endswith("_refs")
        there = [(_texts(row[name]) or []) if many else [row[name]] for row in kept]
        seen = sight.refs(target, {ref for refs in there for ref in refs})
        for row, refs in zip(kept, there, strict=True):
            if many and row[name] is None:
                continue  # not known, which is not none
            if many:
                row[name] = orjson.dumps([ref for ref in refs if ref in seen]).decode()
            elif refs[0] not in seen:
                base = name.removesuffix("_ref")
                row.update(dict.fromkeys({name, f"{base}_name", f"{base}_number"} & row.keys()))
    if stream == "ticket_events":
        for row in kept:
            for state in ("before", "after"):
                row[state] = orjson.dumps(sight.state(_texts(row[state]))).decode()
    return [tuple(row.values()) for row in kept]


def _texts(value: Any) -> Any:
    """Return a list or a map as both databases show it in a view."""
    return orjson.loads(value) if isinstance(value, str) else value


def _cell_of(kind: Any, *, verbatim: bool) -> Callable[[Any], Any]:
    """Return what turns a value of a column into a cell."""
    if kind is bool:  # SQLite has none
        return lambda value: None if value is None else "true" if value else "false"
    return harmless if kind is str and not verbatim else _cell


def _csv_writer(
    file: BinaryIO, columns: list[str], cells: list[Callable[[Any], Any]]
) -> Callable[[Iterable[Any]], None]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)

    def write(rows: Iterable[Any]) -> None:
        writer.writerows([cell(value) for cell, value in zip(cells, row, strict=True)] for row in rows)
        flush()

    def flush() -> None:
        file.write(buffer.getvalue().encode())
        buffer.seek(0)
        buffer.truncate()

    flush()
    return write


def _jsonl_writer(file: BinaryIO, columns: list[str], kinds: dict[str, Any]) -> Callable[[Iterable[Any]], None]:
    readers = [_reader(kinds.get(column)) for column in columns]

    def write(rows: Iterable[Any]) -> None:
        for row in rows:
            values = {name: read(value) for name, read, value in zip(columns, readers, row, strict=True)}
            file.write(orjson.dumps(values, default=_cell, option=orjson.OPT_APPEND_NEWLINE))

    return write


def _reader(kind: Any) -> Callable[[Any], Any]:
    if kind is bool:
        return lambda value: None if value is None else bool(value)
    if kind in {tuple, dict}:
        return lambda value: orjson.loads(value) if isinstance(value, str) else value
    return lambda value: _cell(value) if isinstance(value, datetime) else value


def harmless(value: Any) -> Any:
    """Return a value for a cell; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return for_cell(value) if isinstance(value, str) else _cell(value)


def _cell(value: Any) -> Any:
    """Return a value as both databases show it in a file."""
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:.6f}"
        case list() | dict():
            return orjson.dumps(value).decode()
        case _:
            return value
