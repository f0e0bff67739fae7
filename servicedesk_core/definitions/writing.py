"""Definitions as TOML that reads again to the same."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from servicedesk_core.definitions.key import Key

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDEST: Final = 110
"""Characters of a line; a longer table gets a header of its own."""


def text_of(found: Mapping[Key, BaseModel], zone: tzinfo) -> str:
    """Return definitions as TOML, without what is the default.

    Args:
        found: The definitions.
        zone: In which zone instants are written.
    """
    return "\n\n".join("\n".join(_table(key.path, _values(key, value), zone)) for key, value in found.items()) + "\n"


def literal(value: Any, zone: tzinfo | None) -> str:
    """Return a value as it is written behind an equals sign; of a model what is not the default."""
    match value:
        case BaseModel():
            text = literal(value.model_dump(exclude_defaults=True), zone)
        case bool():
            text = str(value).lower()
        case int() | float():
            text = repr(value)
        case datetime():
            text = value.astimezone(zone).isoformat()
        case date():
            text = value.isoformat()
        case timedelta():
            text = _quoted(duration(value))
        case str() | Decimal():
            text = _quoted(str(value))
        case Mapping():
            inside = ", ".join(f"{key_text(key)} = {literal(one, zone)}" for key, one in value.items())
            text = f"{{ {inside} }}" if inside else "{}"
        case Iterable():
            text = f"[{', '.join(literal(one, zone) for one in value)}]"
        case _:
            msg = f"{type(value).__name__} cannot be written as TOML"
            raise TypeError(msg)
    return text


def duration(value: timedelta) -> str:
    """Return business time as it is written: ``1 h 30 min``; with seconds, as ISO 8601 says it."""
    minutes, rest = divmod(value, timedelta(minutes=1))
    if rest:
        return str(to_jsonable_python(value))
    hours, minutes = divmod(minutes, 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number) or "0 min"


def _values(key: Key, value: BaseModel) -> dict[str, Any]:
    values = value.model_dump(exclude_defaults=True)
    return {name: one for name, one in values.items() if not (key.name and name == "name")}  # it is in the header


def _table(path: tuple[Any, ...], values: Mapping[str, Any], zone: tzinfo, *, is_entry: bool = False) -> list[str]:
    header = ".".join(key_text(part) for part in path)
    lines = [f"[[{header}]]" if is_entry else f"[{header}]"]
    deeper: list[str] = []
    for name, value in values.items():
        if value is None:
            continue  # TOML has no word for it, so nobody can have written it
        if _holds_tables(value):
            for entry in value:
                deeper += ["", *_table((*path, name), entry, zone, is_entry=True)]
        elif len(line := f"{key_text(name)} = {literal(value, zone)}") <= _WIDEST or not isinstance(value, Mapping):
            lines.append(line)
        else:
            deeper += ["", *_table((*path, name), value, zone)]
    return lines + deeper


def _holds_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def key_text(part: Any) -> str:
    """Return a key as it is written."""
    text = part.isoformat() if isinstance(part, date) else str(part)
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
