"""What a feature that goes by the configuration asks of its desk."""

from typing import Protocol

from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.faces import Desk


class ConfiguredDesk(Desk, Protocol):
    """A desk with its configuration."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...
