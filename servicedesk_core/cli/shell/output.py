"""How results reach the terminal: data on standard output, everything else on standard error."""

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from servicedesk_core.printing import escaped, printable
from servicedesk_core.system import has_reader
from servicedesk_core.wording import plain

__all__ = ["console", "json_bytes", "json_line", "plain", "while_read", "write_json"]

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


def _foreign(value: Any) -> Any:
    """Return what orjson can write for what it does not know."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def write_json(document: dict[str, Any]) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json_bytes(document).decode())


def json_bytes(document: object) -> bytes:
    """Return a JSON document for a file. A number beyond 64 bits is a text in it: readers of JSON would round it."""
    import orjson  # noqa: PLC0415

    return _json(document, orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).encode()


def json_line(value: object) -> str:
    """Return a value as JSON on one line."""
    return _json(value, 0)


def _json(value: object, options: int) -> str:
    import orjson  # noqa: PLC0415

    options |= orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    try:
        written = orjson.dumps(value, default=_foreign, option=options)
    except orjson.JSONEncodeError:
        written = orjson.dumps(_within_64_bits(value), default=_foreign, option=options)
    return escaped(written.decode())


def _within_64_bits(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _within_64_bits(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _within_64_bits(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_within_64_bits(one) for one in value]
    return str(value) if isinstance(value, int) and not -(2**63) <= value < 2**64 else value


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
