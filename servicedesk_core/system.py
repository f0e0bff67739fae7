"""What differs between operating systems, in one place."""

import contextlib
import errno
import io
import os
import platform
import sys
import time
import uuid
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MACHINE_VARIABLE: Final = "SERVICEDESK_MACHINE"
"""Names the machine where it has no name that lasts, as in a container that is made anew."""

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))

PATIENCE_S: Final = 2.0
"""How long a file that somebody has open is tried to be replaced: virus scanners and viewers let go soon."""

_PAUSE_S: Final = 0.05


def is_windows() -> bool:
    """Whether this is Windows."""
    return os.name == "nt"


@cache
def machine() -> str:
    """Return what tells this machine from others, the same after every start."""
    if named := os.environ.get(MACHINE_VARIABLE):
        return named
    for file in _MACHINE_FILES:
        try:
            if text := file.read_text(encoding="ascii").strip():
                return text
        except (OSError, UnicodeDecodeError):
            continue
    if sys.platform == "win32":
        return _windows_machine()
    return f"{uuid.getnode():x}" if not uuid.getnode() >> 40 & 1 else platform.node()


def _windows_machine() -> str:
    import winreg  # noqa: PLC0415  # there only

    key = winreg.OpenKey(  # type: ignore[attr-defined, unused-ignore]
        winreg.HKEY_LOCAL_MACHINE,  # type: ignore[attr-defined, unused-ignore]
        r"SOFTWARE\Microsoft\Cryptography",
    )
    with key:
        return str(winreg.QueryValueEx(key, "MachineGuid")[0])  # type: ignore[attr-defined, unused-ignore]


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


def have_streams() -> None:
    """Let standard input, output and error be nothing where they were closed; a file opened later would become them."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


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


def outlive_readers() -> None:
    """Go on when whoever reads standard output or error leaves, as ``head`` does; what is written then goes nowhere.

    Without this a command failed now and then, by how much fitted the pipe, and a sync was broken off because nobody
    read its messages any more.
    """
    for name, errors in (("stdout", "replace"), ("stderr", "backslashreplace")):
        stream = getattr(sys, name)
        with contextlib.suppress(AttributeError, OSError):  # absent in a service, or replaced by what is no file
            if not stream.isatty():
                raw = _ReaderMayLeave(stream.fileno(), "w", closefd=False)
                by_line = name == "stderr"
                buffered = io.BufferedWriter(raw)
                setattr(sys, name, io.TextIOWrapper(buffered, "utf-8", errors, line_buffering=by_line))


def has_reader() -> bool:
    """Whether anybody still reads standard output; what writes for long asks now and then."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return not (isinstance(raw, _ReaderMayLeave) and raw.has_left)


class OutputLostError(OSError):
    """Standard output cannot be written, though somebody may want to read it: the disk is full. Told once."""


class _ReaderMayLeave(io.FileIO):
    has_left = False

    def write(self, data: "ReadableBuffer") -> int:
        try:
            return super().write(data)
        except OSError as error:
            # On Windows a pipe without a reader is an invalid argument (EINVAL, 22).
            has_left = isinstance(error, BrokenPipeError) or (is_windows() and error.errno == errno.EINVAL)
            self._lead_nowhere()
            if not has_left:
                raise OutputLostError(error.errno, error.strerror) from error
        return memoryview(data).nbytes

    def _lead_nowhere(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        self.has_left = True
