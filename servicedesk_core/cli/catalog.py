"""Our own commands by name, so that the program's help page imports none of them."""

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import typer

SECTIONS: dict[str, dict[str, str]] = {
    "Begin": {
        "demo": "Sync a made-up desk on this machine, and claim the warranty of one of its devices.",
        "init": "Write a commented servicedesk.toml for your own system.",
        "docs": "Print a page of the reference; without a name, list the pages.",
        "connections": "The configured connections.",
    },
    "Every day": {
        "sync": "Bring the store up to date.",
        "status": "Show the desk's data and jobs.",
        "tickets": "Tickets in the store, and what is to be changed about them.",
        "attention": "Who has to act next on a ticket, and what somebody has to look at.",
        "explain": "Show why a ticket stands where it stands: the rule, and who said what.",
        "report": "Reports over the store.",
        "sla": "Clocks: what was promised to clients, and whether it is kept.",
        "kpi": "Figures with their goals, and the records behind each.",
        "flow": "How tickets went from step to step: times, waits, hand-overs, what came back.",
        "profit": "What clients, contracts and kinds of work earn and cost.",
        "export": "Write a stream as CSV or JSON lines.",
    },
    "What changes other systems": {
        "writes": "What was proposed, sent and confirmed at vendors.",
        "audit": "Who did what: an append-only chain that shows tampering.",
    },
    "What you decide": {
        "definitions": "What the service manager decided: calendars, policies, freezes.",
        "clients": "What is agreed with clients: tier, region, calendar, and how they want to be reached.",
        "rota": "Who is on shift when, and who is out.",
        "oncall": "Whom to ring outside of hours, and when there is nobody.",
        "skills": "What technicians can do: skills, certifications, and what their jobs take.",
        "people": "Who works with the desk, and what they may do.",
    },
    "Warranty": {
        "warranty": "Warranty: what is covered, what ends, what was never claimed.",
        "claims": "Claims against manufacturers, from a broken device to the money back.",
    },
    "Unattended": {
        "serve": "Run the jobs by schedule until stopped, and answer monitoring on this machine.",
        "alerts": "What is wrong with the desk, and who has been told.",
        "jobs": 'What "servicedesk serve" does by schedule, also one by one.',
        "service": 'Have the operating system run "servicedesk serve".',
    },
    "Care": {
        "doctor": "Look at this machine.",
        "store": "The desk's own database.",
        "privacy": "What the store holds of a person; and forgetting them.",
        "quarantine": "Records that could not be understood.",
        "mapping": "Mappings of files.",
        "remap": "Map the stored payloads again.",
    },
    "Plugins": {
        "plugins": "Installed plugins.",
        "new": "Beginnings of your own plugins.",
        "sandbox": "Run a stand-in of a vendor's system.",
    },
}
"""The help of each command, by section, in the order in which somebody meets them. ``servicedesk_core.cli.NAME``, a
module or a package, has a function ``register`` that adds the command."""

_PARTLY_BY_HAND = frozenset({"audit", "claims", "privacy", "warranty", "writes"})
"""Commands of features whose module or package here adds what cannot be derived."""

WITHOUT_DESK = frozenset({"init", "docs", "service", "doctor", "store", "mapping", "plugins", "new", "sandbox"})
"""Commands that open no desk, so that nobody's place can be taken there."""

NAMES = tuple(name for section in SECTIONS.values() for name in section)


def from_plugins() -> dict[str, str]:
    """Return what the distributions of plugins say of themselves, by the names of their commands.

    Imports none of them and reads no configuration: one that is switched off says so when it is invoked.
    """
    from servicedesk_core.plugins import COMMANDS, FEATURES, scan  # noqa: PLC0415  # for the help page only

    found = (plugin for plugin in scan() if plugin.group in {COMMANDS, FEATURES} and plugin.name not in NAMES)
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
    from servicedesk_core.features import FEATURES, own  # noqa: PLC0415

    if name in FEATURES:
        return command_of_feature(own(name), _by_hand(name) if name in _PARTLY_BY_HAND else None)
    return commands_of((), _by_hand(name))[name]


def _by_hand(name: str) -> Any:
    def register(app: typer.Typer) -> None:
        importlib.import_module(f"servicedesk_core.cli.{name}").register(app)

    return register
