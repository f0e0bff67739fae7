"""Writing rows as Parquet, through DuckDB."""

import glob
import os
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import orjson

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.analytics.model import ColumnOf

_NETWORK_IS_NOT_ASKED: Final = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_MEMORY: Final = {"memory_limit": "512MB", "threads": "1"}
_LONGEST_ROW_BYTES: Final = 16_777_216
"""What DuckDB takes without being told."""

_READ: Final = {
    "TIMESTAMP WITH TIME ZONE": ("BIGINT", "make_timestamptz({})"),
    "DATE": ("VARCHAR", "CAST({} AS DATE)"),
    "DECIMAL(19,6)": ("BIGINT", "CAST(CAST({} AS DECIMAL(19,0)) * CAST('0.000001' AS DECIMAL(7,6)) AS DECIMAL(19,6))"),
}
"""How what the store keeps becomes what a file shows: the type that it is kept in, and what makes the other of it."""


class ParquetWriter:
    """Writes files; a part of the rows is in memory at any time.

    Raises:
        SettingsError: The extra ``analytics`` is missing.
    """

    def __init__(self) -> None:
        try:
            duckdb: Any = import_module("duckdb")  # an optional extra
        except ImportError as error:
            hint = "pip install 'servicedesk-core[analytics]'"
            raise SettingsError(
                "Parquet is written by the extra analytics, which is not installed.", hint=hint
            ) from error
        self._io_error: type[Exception] = duckdb.IOException
        self._database = duckdb.connect(config=_NETWORK_IS_NOT_ASKED | _MEMORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def write(self, target: Path, columns: Sequence[ColumnOf], chunks: Iterable[Sequence[Sequence[Any]]]) -> int:
        """Write rows as they stand in the store; return how many.

        Args:
            target: Where to; a file beside it holds them as lines of JSON meanwhile.
            columns: Their columns.
            chunks: Rows, some at a time.

        Raises:
            SettingsError: The folder cannot be written, or the disk is full.
        """
        lines = target.with_suffix(".jsonl")
        try:
            rows, longest_bytes = _write_lines(lines, [one.name for one in columns], chunks)
            _private(target).close()  # else it would be made for everybody to read
            told = self._database.execute(_copy(lines, target, columns, longest_bytes)).fetchone()[0]
        except (OSError, self._io_error) as error:
            why = error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]
            hint = "Choose a folder that you may write to, with room."
            raise SettingsError(f"{target} cannot be written: {why}.", hint=hint) from error
        finally:
            lines.unlink(missing_ok=True)
        if told != rows:
            message = f"{told} of {rows} rows came into {target}."
            raise RuntimeError(message)
        return rows


def _write_lines(path: Path, names: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> tuple[int, int]:
    """Write rows as lines of JSON; return how many, and how long the longest may be."""
    rows, longest_bytes = 0, _LONGEST_ROW_BYTES
    with _private(path) as file:
        for chunk in chunks:
            for row in chunk:
                line = orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
                longest_bytes = max(longest_bytes, len(line) + 1)
                file.write(line)
            rows += len(chunk)
    return rows, longest_bytes


def _copy(lines: Path, target: Path, columns: Sequence[ColumnOf], longest_bytes: int) -> str:
    """Return the statement that makes Parquet of lines of JSON."""
    kept = ", ".join(f"{_text(one.name)}: {_text(_READ.get(one.type, (one.type, ''))[0])}" for one in columns)
    shown = ", ".join(f"{_READ.get(one.type, ('', '{}'))[1].format(_name(one))} AS {_name(one)}" for one in columns)
    # A path that is read is a pattern to DuckDB; one that is written is not.
    read = f"{_text(glob.escape(str(lines)))}, format = 'newline_delimited', maximum_object_size = {longest_bytes}"
    into = f"TO {_text(target)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
    return f"COPY (SELECT {shown} FROM read_json({read}, columns = {{{kept}}})) {into}"  # noqa: S608  # our own names


def _private(path: Path) -> BinaryIO:
    """Open an empty file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")


def _name(column: ColumnOf) -> str:
    return f'"{column.name}"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
