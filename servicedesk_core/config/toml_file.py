"""Writes a commented ``servicedesk.toml``; used by ``servicedesk init`` and nowhere else."""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from servicedesk_core import system
from servicedesk_core.config.network import NetworkSection
from servicedesk_core.config.problems import key_path
from servicedesk_core.config.reading import parse_settings
from servicedesk_core.config.settings import ConnectionSettings, DeskSection
from servicedesk_core.errors import SettingsError
from servicedesk_core.printing import escaped


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file.

    Attributes:
        path: Keys that lead to it, for example ``("connections", "psa")``.
        values: What stands in it; nested mappings become tables of their own.
        comment: Stands above it.
        comments: Stand above single keys.
        offered: Keys that are written as comments, with a value that shows how they are used.
    """

    path: tuple[str, ...]
    values: Mapping[str, Any]
    comment: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, Any] = field(default_factory=dict)


OFFERED: Mapping[str, Any] = {"streams": ["companies", "tickets"], "budget": "40%"}
"""Settings of a connection that many want to change soon."""


def desk_section(values: Mapping[str, Any]) -> Section:
    """Return ``[desk]`` with the descriptions of its settings as comments."""
    return Section(("desk",), values, comments=_descriptions(DeskSection))


def network_section(values: Mapping[str, Any]) -> Section:
    """Return ``[network]`` with the descriptions of its settings as comments."""
    return Section(("network",), values, comments=_descriptions(NetworkSection))


def connection_section(name: str, values: Mapping[str, Any], *, comment: str = "") -> Section:
    """Return ``[connections.NAME]`` with the descriptions of core's settings as comments, and some to uncomment."""
    offered = {key: value for key, value in OFFERED.items() if key not in values}
    return Section(("connections", name), values, comment, _descriptions(ConnectionSettings), offered)


def render(sections: tuple[Section, ...], *, head: str = "") -> str:
    """Return the text of a configuration file.

    Args:
        sections: The tables in order.
        head: Comment at the top.
    """
    return "\n".join([*_commented(head), *(line for section in sections for line in _table(section))]).strip() + "\n"


def write_settings(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Put a configuration file in place as a whole, readable by its owner only.

    Args:
        path: Where to.
        text: What to write; checked before anything is touched.
        overwrite: Whether an existing file may be replaced.

    Raises:
        SettingsError: The text is no valid configuration, the file exists, or it cannot be written.
    """
    parse_settings(tomllib.loads(text), path=path)
    if path.exists() and not overwrite:
        raise SettingsError(f"{path} exists already.", hint="Choose another name, or say that it may be replaced.")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        system.replace(Path(temporary), path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose a folder that you may write to."
        ) from None


def _descriptions(model: type[DeskSection | NetworkSection | ConnectionSettings]) -> dict[str, str]:
    return {name: info.description or "" for name, info in model.model_fields.items()}


def _table(section: Section) -> list[str]:
    plain = {key: value for key, value in section.values.items() if not isinstance(value, Mapping)}
    lines = ["", *_commented(section.comment)]
    if plain or not section.values:
        lines.append(f"[{'.'.join(map(_key, section.path))}]")
    for key, value in plain.items():
        lines += [*_commented(section.comments.get(key, "")), f"{_key(key)} = {_value(value, key)}"]
    for key, value in section.offered.items():
        lines += _commented(f"{section.comments.get(key, '')}\n{_key(key)} = {_value(value, key)}")
    for key, value in section.values.items():
        if isinstance(value, Mapping):
            lines += _table(Section((*section.path, key), value, section.comments.get(key, "")))
    return lines


def _commented(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in text.splitlines()]


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _text(key)


def _text(text: str) -> str:
    # A JSON string is a TOML basic string, except that TOML also wants DEL escaped.
    return escaped(json.dumps(text, ensure_ascii=False))


def _value(value: Any, key: str) -> str:
    match value:
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(_value(item, key) for item in value)}]"
        case Mapping():
            return "{ " + ", ".join(f"{_key(name)} = {_value(item, key)}" for name, item in value.items()) + " }"
        case _:
            msg = f"{key_path(key)} cannot be written as TOML: {type(value).__name__}"
            raise TypeError(msg)
