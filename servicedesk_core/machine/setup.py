"""Makes a configuration for a tenant: what has to be asked, and the file that comes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, TypeAdapter, ValidationError

from servicedesk_core.config.toml_file import Section, connection_section, desk_section, network_section, render
from servicedesk_core.config.values import TimeZone
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.plugins.vocabulary import Vocabulary

_HEAD = """\
servicedesk: what is connected, and what your words mean. Change it with any editor; "servicedesk doctor" checks it.
Secrets do not belong in here: write where they are ("env:NAME", "file:PATH" or "keyring:SERVICE/NAME").
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A setting that a connector needs.

    Attributes:
        key: Name of the setting.
        is_secret: Whether only a reference may be written down.
        description: What it is; may be empty.
        suggestion: A reference to propose for it.
    """

    key: str
    is_secret: bool
    description: str
    suggestion: str


def timezone_problem(name: str) -> str | None:
    """Return why a name is no time zone, or ``None``."""
    try:
        TypeAdapter(TimeZone).validate_python(name)
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["error"])
    return None


def questions(connector: str, model: type[ConnectorSettings]) -> tuple[Question, ...]:
    """Return the settings that a connector cannot do without.

    Args:
        connector: Id of the connector.
        model: Its settings class.
    """
    word = re.sub(r"[^A-Z0-9]+", "_", connector.rpartition(":")[2].upper())
    return tuple(
        Question(
            key=info.alias or name,
            is_secret=(secret := info.annotation is SecretStr or SecretStr in get_args(info.annotation)),
            description=(info.description or "").rstrip("."),
            suggestion=f"env:{word}_{name.upper()}" if secret else "",
        )
        for name, info in model.model_fields.items()
        if info.is_required()
    )


def render_settings(
    *,
    desk: Mapping[str, Any],
    name: str,
    connection: Mapping[str, Any],
    words: Vocabulary,
    comment: str = "",
    network: Mapping[str, Any] | None = None,
) -> str:
    """Return the text of a configuration file with one connection.

    Args:
        desk: The keys of ``[desk]``.
        name: Name of the connection.
        connection: Its keys without the mapping.
        words: What the tenant's words mean; unknown ones are written as comments.
        comment: Stands above the connection.
        network: The keys of ``[network]``; none = no such table.
    """
    reached = (network_section(network),) if network else ()
    text = render((desk_section(desk), *reached, connection_section(name, connection, comment=comment)), head=_HEAD)
    return text + "".join(_mapping_table(name, table, meanings) for table, meanings in words.tables.items())


def _mapping_table(name: str, table: str, meanings: Mapping[str, StrEnum | None]) -> str:
    known = {label: meaning.value for label, meaning in meanings.items() if meaning}
    unknown = [label for label, meaning in meanings.items() if not meaning]
    comment = f"Proposed from your own {table.replace('_', ' ')} list; correct what is wrong."
    if unknown:
        comment += "\nNothing was proposed for these; give them a meaning:"
        comment += "".join(f"\n  {label!r}" for label in unknown)
    return "\n" + render((Section(("connections", name, "mapping", table), known, comment),))


def local_timezone() -> str:
    """Return the IANA name of this machine's zone as far as it tells, else ``UTC``."""
    link = Path("/etc/localtime")
    name = str(link.resolve()).partition("zoneinfo/")[2] if link.is_symlink() else _named_zone()
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def _named_zone() -> str:
    """Return the zone's name where no link tells it, as on Windows; the package comes with the extra ``serve``."""
    try:
        return str(import_module("tzlocal").get_localzone_name() or "")
    except Exception:  # noqa: BLE001  # not installed, or the system names no zone: UTC is proposed
        return ""
