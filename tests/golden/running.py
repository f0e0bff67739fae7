"""Runs commands in this process as a terminal of a known width, or a pipe, would see them."""

import io
import sys
from dataclasses import dataclass

import pytest

from servicedesk_core.cli.main import main

PIPE = 0
"""Stands for the width of what is no terminal."""


class _Stream(io.TextIOWrapper):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), "utf-8", "backslashreplace", newline="\n", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def text(self) -> str:
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def run(*argv: str, width: int = PIPE) -> Ran:
    """Run a command; nobody can be asked."""
    out, err = _Stream(is_terminal=bool(width)), _Stream(is_terminal=bool(width))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", io.StringIO())
        patch.setenv("COLUMNS", str(width or 80))
        code = main(argv)
    return Ran(code, out.text, err.text)
