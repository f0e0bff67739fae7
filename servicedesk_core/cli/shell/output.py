"""How results reach the terminal: data on standard output, everything else on standard error."""

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from servicedesk_core.faces.document import json_bytes
from servicedesk_core.printing import printable
from servicedesk_core.system import has_reader
from servicedesk_core.wording import plain

__all__ = ["console", "plain", "while_read", "write_json"]

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 1_000_000
"""Columns of what goes to a file or a pipe: nothing is cut off or wrapped there."""


def console(*, stderr: bool = False) -> "Console":
    """Return a console; without a terminal it is plain and wide. ``NO_COLOR`` is honoured by rich."""
    # A tenth of a second that the help page does not need.
    from servicedesk_core.cli.shell.console import SafeConsole  # noqa: PLC0415

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else _PIPE_WIDTH
    return SafeConsole(file=stream, width=wide, markup=False, highlight=False, emoji=False)


def write_json(document: dict[str, Any]) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json_bytes(document).decode())


@contextlib.contextmanager
def while_read() -> Iterator[BinaryIO]:
    """Yield standard output for what may write for minutes; the block ends early, and well, when its reader leaves.

    A terminal is shown the text without what would steer it; a file or a pipe gets every byte.
    """
    with contextlib.suppress(BrokenPipeError):
        yield cast("BinaryIO", _WhileRead())


class _WhileRead(io.RawIOBase):
    def write(self, data: Any) -> int:
        if not has_reader():
            raise BrokenPipeError
        shown = printable(bytes(data).decode()).encode() if sys.stdout.isatty() else data
        sys.stdout.buffer.write(shown)
        return len(data)
