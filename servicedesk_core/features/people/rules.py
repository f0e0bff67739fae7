"""Who may say what others are, and that somebody always can."""

from collections.abc import Collection, Mapping

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import SettingsError

People = Mapping[str, Colleague]


def administrators(people: People, able: Collection[str]) -> list[str]:
    """Return who may say what others are, of those who can sign in.

    Args:
        people: The list of people.
        able: Who has a password.
    """
    return [name for name, one in people.items() if Capability.PEOPLE_WRITE in one.capabilities and name in able]


def ensure_administered(before: People, after: People, able: Collection[str]) -> None:
    """Make sure that a change leaves somebody who can sign in and say what others are, where there is somebody.

    Raises:
        SettingsError: Nobody would be left.
    """
    if (last := administrators(before, able)) and not administrators(after, able):
        message = f"{last[0]} is the last administrator who can sign in."
        raise SettingsError(message, hint="Give somebody else the role admin, and let them sign in, first.")
