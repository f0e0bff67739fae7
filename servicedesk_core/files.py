"""Puts files in place as a whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from servicedesk_core import system
from servicedesk_core.errors import SettingsError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside ``path`` and move it there when the block ended well; else nothing changes.

    Raises:
        SettingsError: The folder cannot be written, or the disk is full.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        system.replace(Path(temporary), path)
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


def replace_file(path: Path, content: bytes) -> None:
    """Put content in place as a whole.

    Raises:
        SettingsError: See :func:`replacing`.
    """
    with replacing(path) as file:
        file.write(content)
