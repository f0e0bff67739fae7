"""Puts files in place as a whole, under names that are safe everywhere, and reads what is to be sent."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from servicedesk_core import system
from servicedesk_core.errors import SettingsError

_UNSAFE = re.compile(r"[^\w.\- ]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST_NAME = 100
_LONGEST_NAME_BYTES = 200
"""File systems count bytes, of which a letter may take four; there is room for what is put before and behind."""

LARGEST_SENT: Final = 100_000_000
"""Bytes of a file that is to be sent: it is held in memory, and kept in the store."""


def safe_name(name: str) -> str:
    """Return a name that others gave a file as one that every system takes, hides nothing and leads nowhere.

    Args:
        name: Any text; of a path the last part counts.
    """
    plain = _UNSAFE.sub("_", name.rpartition("/")[2].rpartition("\\")[2]).strip(" .")[-_LONGEST_NAME:]
    plain = plain.encode()[-_LONGEST_NAME_BYTES:].decode(errors="ignore").strip(" .")
    return f"_{plain}" if _DEVICES.match(plain) else plain or "file"


def content_of(path: Path) -> bytes:
    """Return the content of a file that is to be sent.

    Raises:
        SettingsError: It cannot be read, or is larger than :data:`LARGEST_SENT`.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_SENT + 1)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint="Name a file.") from error
    if len(content) > LARGEST_SENT:
        raise SettingsError(f"{path} is larger than {LARGEST_SENT:,} bytes.", hint="Pack it, or send less.")
    return content


def ensure_absent(path: Path) -> None:
    """Refuse to write over a file.

    Raises:
        SettingsError: It is there.
    """
    if path.exists():
        raise _there_already(path)


def _there_already(path: Path) -> SettingsError:
    return SettingsError(f"{path} is there already; it was left alone.", hint="Name another one with --to.")


@contextmanager
def replacing(path: Path, *, is_new: bool = False) -> Iterator[BinaryIO]:
    """Write a file beside ``path`` and move it there when the block ended well; else nothing changes.

    Args:
        path: Where to.
        is_new: Replace nothing: what came there meanwhile is left alone.

    Raises:
        SettingsError: The folder cannot be written, or the disk is full; or something came there meanwhile.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        (_add if is_new else system.replace)(Path(temporary), path)
    except PermissionError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Close the program that has it open, or choose a folder that you may write to.",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose a folder that you may write to, with room."
        ) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _add(source: Path, target: Path) -> None:
    try:
        os.link(source, target)  # the one way to move a file that never replaces another
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:  # a file system without links
        ensure_absent(target)
        system.replace(source, target)


def replace_file(path: Path, content: bytes) -> None:
    """Put content in place as a whole.

    Raises:
        SettingsError: See :func:`replacing`.
    """
    with replacing(path) as file:
        file.write(content)
