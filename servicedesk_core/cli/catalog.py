"""Our own commands by name, so that the program's help page imports none of them."""

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import typer

from servicedesk_core.faces.feature import Section
from servicedesk_core.features import FEATURES, own

_BY_HAND: Final[dict[Section, dict[str, str]]] = {
    Section.BEGIN: {
        "demo": "Sync a made-up desk on this machine, claim a warranty, take a part onto a ticket, and bill a month.",
        "init": "Write a commented servicedesk.toml for your own system.",
        "docs": "Print a page of the reference; without a name, list the pages.",
        "connections": "The configured connections.",
    },
    Section.EVERY_DAY: {
        "sync": "Bring the store up to date.",
        "export": "Write a stream as CSV or JSON lines.",
    },
    Section.UNATTENDED: {
        "serve": "Run the jobs by schedule until stopped, and answer monitoring on this machine.",
        "api": "Answer programs over HTTP until stopped: the documents of --json, to whoever shows a token.",
        "console": "Show the desk in a browser until stopped, to whoever signs in.",
        "jobs": 'What "servicedesk serve" does by schedule, also one by one.',
        "service": 'Have the operating system run "servicedesk serve".',
    },
    Section.CARE: {
        "doctor": "Look at this machine.",
        "store": "The desk's own database.",
        "mapping": "Mappings of files.",
        "remap": "Map the stored payloads again.",
    },
    Section.PLUGINS: {
        "plugins": "Installed plugins.",
        "new": "Beginnings of your own plugins.",
        "sandbox": "Run a stand-in of a vendor's system.",
    },
}
"""The help of those commands that no feature brings. ``servicedesk_core.cli.NAME``, a module or a package, has a
function ``register`` that adds the command."""

_PARTLY_BY_HAND: Final[dict[str, frozenset[str]]] = {
    "audit": frozenset(),
    "privacy": frozenset({"export"}),
    "warranty": frozenset(),
    "writes": frozenset(),
}
"""Commands of features whose module or package here adds what cannot be derived, with the queries that it shows in
another way than is derived."""

WITHOUT_DESK = frozenset({"docs", "service", "doctor", "store", "mapping", "plugins", "new", "sandbox"})
"""Commands that open no desk, so that nobody's place can be taken there."""

NAMES = (*(name for commands in _BY_HAND.values() for name in commands), *FEATURES)


def sections() -> dict[str, dict[str, str]]:
    """Return the help of each of our commands by section, in the order in which somebody meets them."""
    found = {section.value: dict(_BY_HAND.get(section, {})) for section in Section}
    for feature in map(own, FEATURES):
        found[feature.section][feature.name] = feature.about
    return found


def from_plugins() -> dict[str, str]:
    """Return what the distributions of plugins say of themselves, by the names of their commands.

    Imports none of them and reads no configuration: one that is switched off says so when it is invoked.
    """
    from servicedesk_core import plugins  # noqa: PLC0415  # for the help page only

    groups = {plugins.COMMANDS, plugins.FEATURES}
    found = (plugin for plugin in plugins.scan() if plugin.group in groups and plugin.name not in NAMES)
    return {plugin.name: f"{plugin.summary} [{plugin.distribution} {plugin.version}]" for plugin in found}


class OurCommands(Mapping[str, Any]):
    """Our commands by name; each is imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(name)
        return _load(name)

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


@cache
def _load(name: str) -> Any:
    from servicedesk_core.cli.derived import command_of_feature, commands_of  # noqa: PLC0415

    if name in FEATURES:
        if name not in _PARTLY_BY_HAND:
            return command_of_feature(own(name))
        return command_of_feature(own(name), _by_hand(name), replaced=_PARTLY_BY_HAND[name])
    return commands_of((), _by_hand(name))[name]


def _by_hand(name: str) -> Any:
    def register(app: typer.Typer) -> None:
        importlib.import_module(f"servicedesk_core.cli.{name}").register(app)

    return register
