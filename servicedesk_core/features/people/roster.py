"""One list of people: those of the configuration, and those who were invited."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings
    from servicedesk_core.config.people import Colleague
    from servicedesk_core.store import Tx

KIND: Final = "people"
"""Name of the kind of definition that says what somebody is who was invited."""

_NEWEST: Final = f"SELECT MAX(version) FROM definitions WHERE kind = '{KIND}'"  # noqa: S608  # a word of ours
"""Read as text: every command asks, and most need no table of definitions."""


class Roster:
    """Knows the people of a desk, as they were when somebody last looked.

    Args:
        settings: The configuration.

    Attributes:
        people: They, by name.
    """

    def __init__(self, settings: "DeskSettings") -> None:
        self.people: Mapping[str, Colleague] = settings.people
        self._settings = settings
        self._version: int | None = None

    def people_in(self, tx: "Tx") -> "Mapping[str, Colleague]":
        """Return them as they are now: one small query, unless somebody was changed since the last.

        Raises:
            SettingsError: One name is in both lists.
            DefinitionsError: What is stored of somebody does not fit this program.
        """
        version: int | None = tx.exec_driver_sql(_NEWEST).scalar()
        if version != self._version:
            self.people, self._version = merged(self._settings, invited_in(tx)), version
        return self.people


def invited_in(tx: "Tx") -> "Mapping[str, Colleague]":
    """Return who was invited, by name.

    Raises:
        DefinitionsError: What is stored of somebody does not fit this program.
    """
    # Most desks have invited nobody, and their commands need no definitions.
    from servicedesk_core.features.definitions import newest_values  # noqa: PLC0415
    from servicedesk_core.features.people.kinds import PEOPLE  # noqa: PLC0415

    return {one.name: one for one in newest_values(tx, PEOPLE)}


def merged(settings: "DeskSettings", invited: "Mapping[str, Colleague]") -> "Mapping[str, Colleague]":
    """Return both lists as one.

    Raises:
        SettingsError: One name is in both.
    """
    known = {name.casefold(): name for name in settings.people}
    for name in invited:
        if (twice := known.get(name.casefold())) is not None:
            message = f"[people.{twice}] of {settings.where} is in the list of those who were invited, too."
            hint = f"Take it out there, or take it out, run `servicedesk people remove {name}`, and put it back."
            raise SettingsError(message, hint=hint)
    return {**settings.people, **invited}
