"""What a feature that goes by the configuration asks of its desk."""

from collections.abc import Mapping
from typing import Protocol

from servicedesk_core.config.people import Colleague
from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.faces import Desk


class ConfiguredDesk(Desk, Protocol):
    """A desk with its configuration."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name: those of the configuration, and those who were invited."""
        ...
