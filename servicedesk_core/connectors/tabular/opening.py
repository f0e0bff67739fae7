"""Opens files for reading: plain ones only, unpacked where they are gzipped."""

import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, cast

from servicedesk_core.errors import (
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    SettingsError,
    TransientError,
)

_GZIP = b"\x1f\x8b"
_SIGN_BYTES = 4
_NO_TEXT = {
    b"PK\x03\x04": "a workbook (.xlsx) or a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a workbook of an old kind (.xls)",
    b"%PDF-": "a PDF document",
    b"\xfd7zXZ\x00": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"SQLite format 3\x00": "a database",
    b"\x7fELF": "a program",
}
"""How files begin that are taken for tables now and then."""


def ensure_plain(path: Path) -> int:
    """Return a file's size in bytes.

    Raises:
        SettingsError: It is a folder, a device, a pipe or a socket: those may never end, or never begin.
        OSError: It cannot be looked at.
    """
    found = path.stat()
    if stat.S_ISREG(found.st_mode):
        return found.st_size
    what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device, a pipe or a socket"
    raise SettingsError(f"{path} is {what}.", hint="Name a plain file.")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, unpacked.

    Raises:
        NotFoundError: There is no such file.
        PermissionDeniedError: This account may not read it.
        SettingsError: It is no plain file, or a kind of file that holds no plain text.
        ProtocolError: A compressed file is damaged, or still being written.
        TransientError: The medium failed.
    """
    try:
        if not ensure_plain(path):
            # Files that the system makes up, as below /proc, also have no size; some wait for ever when they are read.
            yield io.BytesIO()
            return
        with path.open("rb") as plain:
            beginning = plain.read(max(map(len, _NO_TEXT)))
            plain.seek(0)
            if what := next((what for magic, what in _NO_TEXT.items() if beginning.startswith(magic)), None):
                raise SettingsError(
                    f"{path} is {what}, not text.", hint="Save its table as CSV in UTF-8, or unpack it."
                )
            if beginning.startswith(_GZIP):
                with gzip.open(plain) as packed:
                    yield cast("BinaryIO", packed)
            else:
                yield plain
    except FileNotFoundError as error:
        raise NotFoundError(
            f"There is no file {path}.", hint="Check the path, where it was typed or in the configuration."
        ) from error
    except PermissionError as error:
        raise PermissionDeniedError(f"{path} cannot be read.", hint="Let this account read the file.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProtocolError(
            f"The compressed file {path} is damaged, or still being written.", hint="Export it again, or wait."
        ) from error
    except OSError as error:
        raise TransientError(f"{path} could not be read: {error.strerror or type(error).__name__}.") from error


def ends_with_a_line(path: Path) -> bool:
    """Say whether a line end stands behind the last sign of a file; a packed one was whole when it was packed."""
    with path.open("rb") as file:
        if file.read(len(_GZIP)) == _GZIP:
            return True
        file.seek(max(0, file.seek(0, SEEK_END) - _SIGN_BYTES))
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))
