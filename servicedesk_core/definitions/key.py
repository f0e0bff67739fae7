"""Which definition is meant."""

from typing import Any, NamedTuple

from servicedesk_core.config.problems import key_path

Keys = tuple[Any, ...]
"""Keys of a file, from the outermost to that of a value."""


class Key(NamedTuple):
    """Which definition it is; as text the header of its table: ``calendars.office``, ``sla``.

    Attributes:
        kind: Name of its kind.
        name: Its name; empty where there is one of the kind.
    """

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return key_path(*self.path)

    @property
    def path(self) -> Keys:
        """The keys that lead to it in a file."""
        return (self.kind, self.name) if self.name else (self.kind,)
