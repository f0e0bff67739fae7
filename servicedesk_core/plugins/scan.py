"""Phase one: what is installed. Reads metadata only; no plugin is imported, so none can break it."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Final

CONNECTORS: Final = "servicedesk.connectors"
EXTENSIONS: Final = "servicedesk.extensions"
COMMANDS: Final = "servicedesk.commands"
FEATURES: Final = "servicedesk.features"
SANDBOXES: Final = "servicedesk.sandboxes"
GROUPS: Final = (CONNECTORS, EXTENSIONS, COMMANDS, FEATURES, SANDBOXES)

_log = logging.getLogger("servicedesk.plugins")


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """One entry point of ours in an installed distribution.

    Attributes:
        group: Entry-point group.
        name: Its name: the id of a connector.
        distribution: Name of the distribution.
        version: Version of the distribution.
        entry_point: Imports it.
        summary: What the distribution says of itself, in a line.
    """

    group: str
    name: str
    distribution: str
    version: str
    entry_point: EntryPoint
    summary: str


def scan(path: Iterable[str] | None = None) -> tuple[FoundPlugin, ...]:
    """Return our entry points of all installed distributions, by group and name.

    Args:
        path: Folders to look in instead of ``sys.path``.
    """
    # Not through stevedore: its cache of the scan forgets distribution and version.
    found: list[FoundPlugin] = []
    seen: set[str] = set()
    for distribution in distributions() if path is None else distributions(path=list(path)):
        try:
            text = distribution.read_text("entry_points.txt") or ""
            if "servicedesk." not in text:
                continue
            name = normalized(distribution.name)
            if name not in seen:  # the first one on the path is the one that Python would import
                seen.add(name)
                found += _ours(distribution)
        except Exception as error:  # noqa: BLE001  # metadata that somebody broke concerns nobody else
            _log.warning("The metadata of an installed distribution cannot be read (%s).", type(error).__name__)
    return tuple(sorted(found, key=lambda one: (GROUPS.index(one.group), one.name, one.distribution)))


def normalized(name: str) -> str:
    """Return the name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _ours(distribution: Distribution) -> Iterator[FoundPlugin]:
    metadata = distribution.metadata
    of_it = metadata["Name"], metadata["Version"]
    summary = metadata["Summary"] if "Summary" in metadata else "No description."  # noqa: SIM401  # it has no get
    for entry_point in distribution.entry_points:
        if entry_point.group in GROUPS:
            yield FoundPlugin(entry_point.group, entry_point.name, *of_it, entry_point, summary)
