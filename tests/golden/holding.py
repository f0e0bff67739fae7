"""Puts what a desk shows into texts that can be held: one for each command and face, one for each read."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from servicedesk_core.printing import escaped
from tests.golden.fixing import fixed_text
from tests.golden.running import PIPE, Ran, run


def file_of(line: str, face: str) -> str:
    """Return the name of the file that holds a command's output on a face."""
    name = re.sub(r"[^\w.]+", "-", line.replace(" --", " ").replace("%", "percent"))
    return f"{name}.{face}" if face in {"json", "csv"} else f"{name}.{face}.txt"


def shown(line: str, face: str, folder: Path) -> str:
    """Run a command and return what it shows.

    Args:
        line: The command, without the program's name.
        face: The width of a terminal, ``pipe``, ``json`` or ``csv``.
        folder: The working directory.
    """
    words = shlex.split(line)
    if face in {"json", "csv"}:
        ran = run(*words, f"--{face}")
        return fixed_text(ran.out or _told(ran), folder)
    told = _told(run(*words, width=PIPE if face == "pipe" else int(face)))
    return fixed_text(f"$ servicedesk {line}\n{told}", folder)


def _told(ran: Ran) -> str:
    """Return both streams as one text: what is data, then what is said, then an exit code that is not zero."""
    data = ran.out.rstrip("\n") + "\n" if ran.out else ""
    said = "".join(f"! {line}\n" for line in ran.err.splitlines())
    return f"{data}{said}(exit {ran.code})\n" if ran.code else f"{data}{said}"


def as_json(value: object) -> str:
    """Return a value of the SDK as JSON, with the names of its fields."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    return escaped(orjson.dumps(_plain(value), default=str, option=options).decode())


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {" ".join(key) if isinstance(key, tuple) else str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
