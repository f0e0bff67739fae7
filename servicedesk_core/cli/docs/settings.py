"""Every key of ``servicedesk.toml``."""

from collections.abc import Mapping
from datetime import UTC
from functools import cache

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from servicedesk_core.cli.docs import types
from servicedesk_core.cli.docs.connectors import loaded
from servicedesk_core.cli.docs.docstring import attributes, plain, split, table
from servicedesk_core.config.claims import ClaimsSection
from servicedesk_core.config.exclusions import ExcludeSection
from servicedesk_core.config.listening import ApiSection, ConsoleSection, PublicSection
from servicedesk_core.config.network import NetworkSection
from servicedesk_core.config.operating import (
    AlertsSection,
    AppriseChannel,
    FileChannel,
    MailChannel,
    MessagesSection,
    MorningSection,
    PagingSection,
    ServeSection,
)
from servicedesk_core.config.parts import PartsSection
from servicedesk_core.config.people import PersonSection
from servicedesk_core.config.settings import ConnectionSettings, DeskSection, PluginsSection
from servicedesk_core.config.writes import OrdersSection, WritesSection
from servicedesk_core.definitions.writing import literal
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.hooks.vocabulary import VocabularyMapping
from servicedesk_core.ports import BudgetPolicy, RawPolicy

Keys = dict[str, FieldInfo]

INTRODUCTION = """# Settings

Every key of `servicedesk.toml`. `servicedesk init` writes the file for you; `servicedesk doctor` checks it and reports
all problems at once. An unknown key is an error, with the nearest known one.

A secret never stands in the file: write where it is. `env:NAME` reads an environment variable, `file:PATH` a file
(relative to the configuration, one line), `keyring:SERVICE/NAME` the system's keyring (extra `keyring`). Any other
text value may be such an `env:` or `keyring:` reference too. A plain secret is accepted only with
`environment = "sandbox"`.

The file is looked for at `--config`, else `SERVICEDESK_CONFIG`, else `./servicedesk.toml`. Two more environment
variables are read: `SERVICEDESK_DISABLE_PLUGINS` (names with commas; never imported) and
`SERVICEDESK_STRICT_PLUGINS=1` (a plugin that fails to load ends the program).
"""

SCHEDULES = """
## `[schedules]`

One line for each job whose time you want to change: `sync = "every 15 minutes"`, `backup = "30 2 * * *"` (minute, hour,
day of the month, month, day of the week, in the desk's time zone), `reports = "never"`. A job of one connection is
named with it: `"sync:psa" = "every 5 minutes"`. `servicedesk jobs list` shows all jobs with their times.
"""


def connector_models() -> dict[str, type[ConnectorSettings]]:
    """Return the settings class of each installed connector."""
    return {name: connector.Settings for name, connector in loaded().items()}


def keys(model: type[BaseModel]) -> Keys:
    """Return the keys of a table by the name that stands in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def page() -> str:
    """Return the page."""
    text = INTRODUCTION
    text += section("[desk]", DeskSection)
    text += section("[plugins]", PluginsSection)
    text += section("[network]", NetworkSection)
    text += section("[connections.NAME]", ConnectionSettings)
    text += section("[connections.NAME.mapping]", VocabularyMapping)
    text += section("[connections.NAME.exclude]", ExcludeSection)
    text += section("[writes]", WritesSection)
    text += section("[claims]", ClaimsSection)
    text += section("[orders]", OrdersSection)
    text += section("[parts]", PartsSection)
    text += section("[people.NAME]", PersonSection)
    text += section("[serve]", ServeSection)
    text += section("[api]", ApiSection)
    text += section("[console]", ConsoleSection)
    text += section("[public]", PublicSection)
    text += section("[morning]", MorningSection)
    text += section("[paging]", PagingSection)
    text += section("[messages]", MessagesSection)
    text += section("[alerts]", AlertsSection)
    for channel in (FileChannel, MailChannel, AppriseChannel):
        text += section(channel.__name__, channel, level=3)
    text += SCHEDULES
    for connector, model in connector_models().items():
        text += section(f'[connections.NAME] with connector = "{connector}"', model)
        text += "".join(section(nested.__name__, nested, level=3) for nested in nested_models(model))
    for named, heading in (("vocabularymapping", "mapping"), ("excludesection", "exclude")):
        text = text.replace(f"(#{named})", f"(#connectionsname{heading})")  # its heading is the table's name
    return text


def nested_models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the models below a settings class, each once, in the order in which they are met."""
    found: dict[type[BaseModel], None] = {}

    def walk(current: type[BaseModel]) -> None:
        for field in current.model_fields.values():
            for inner in types.models_in(field.annotation):
                if inner not in found:
                    found[inner] = None
                    walk(inner)

    walk(model)
    return list(found)


def section(title: str, model: type[BaseModel], *, level: int = 2, without: str = "") -> str:
    """Return the section of a table.

    Args:
        title: Its heading.
        model: Its class.
        level: How deep the heading is.
        without: A key that is said elsewhere.
    """
    about = split(model)[0]
    described = attributes(model)
    rows = [
        (
            f"`{key}`",
            types.name_of(field.annotation),
            _default(field),
            plain(field.description or described.get(key, "")),
        )
        for key, field in keys(model).items()
        if key != without
    ]
    heading = title if level > 2 else f"`{title}`"  # noqa: PLR2004
    return f"\n{'#' * level} {heading}\n\n{about}\n\n" + table(("key", "type", "default", "meaning"), rows)


_WRITTEN: dict[type, str] = {BudgetPolicy: "100%", RawPolicy: "full"}
"""How the defaults of values with a syntax of their own are written."""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if type(value) in _WRITTEN:
        return f'`"{_WRITTEN[type(value)]}"`'
    if isinstance(value, BaseModel) or value in ((), {}, None):
        return "" if value is None else "empty"
    if isinstance(value, str | int | float | tuple | Mapping):
        return f"`{literal(value, UTC)}`"
    return f'`"{value}"`'
