"""What differs between operating systems, in one place."""

import os
import sys
import time
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 2.0
"""How long a file that somebody has open is tried to be replaced: virus scanners and viewers let go soon."""

_PAUSE_S: Final = 0.05


def is_windows() -> bool:
    """Whether this is Windows."""
    return os.name == "nt"


def replace(source: Path, target: Path) -> None:
    """Move a file over another.

    On Windows that fails while somebody has the target open, so it is tried again for a moment.

    Args:
        source: The new file, in the same folder.
        target: What it becomes.

    Raises:
        PermissionError: The target is still open, or may not be replaced.
        OSError: The file system refused.
    """
    until = time.monotonic() + (PATIENCE_S if is_windows() else 0.0)
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if time.monotonic() >= until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def speak_utf8() -> None:
    """Write UTF-8 to standard output and error, also into a pipe or a file on Windows, where another code page rules.

    A console shows what it can; what it cannot never ends a command.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:  # replaced by something that is no text file, or absent in a service
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="replace")
