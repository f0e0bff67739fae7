"""What became of each plugin."""

from dataclasses import dataclass
from enum import StrEnum


class LoadStatus(StrEnum):
    """What became of a plugin."""

    AVAILABLE = "available"
    """Installed; nobody asked for it, so it was not imported."""
    LOADED = "loaded"
    DISABLED = "disabled"
    INCOMPATIBLE = "incompatible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """One line of ``servicedesk plugins list``.

    Attributes:
        name: Name of the entry point: the id of a connector.
        group: Entry-point group.
        distribution: Name of the distribution, or the file of a local connector.
        version: Version of the distribution.
        status: What became of it.
        reason: Why, when it is not usable.
    """

    name: str
    group: str
    distribution: str
    version: str
    status: LoadStatus
    reason: str = ""
