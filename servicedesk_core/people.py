"""Who acts, and by which way: what the outbox, the claims and the audit trail name for every step."""

import getpass
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from servicedesk_core.errors import SettingsError

_VIA = " via "


class Way(StrEnum):
    """By which way somebody acts."""

    CLI = "cli"
    SDK = "sdk"
    CONSOLE = "console"
    TOKEN = "token"  # noqa: S105  # a program that shows one
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts on a desk. As text, ``user:ana via console``.

    Args:
        name: A person, ``user:ana``, or a part of the desk, ``system:jobs``.
        way: By which way.

    Raises:
        SettingsError: The name is empty, or could not be told from the way.
    """

    name: str
    way: Way = Way.SDK

    def __post_init__(self) -> None:
        if not self.name.strip() or _VIA in self.name or not self.name.isprintable():
            message = f"{self.name!r} names nobody who could act."
            raise SettingsError(message, hint='Name a person, such as "user:ana".')

    def __str__(self) -> str:
        return f"{self.name}{_VIA}{self.way.value}"

    @classmethod
    def of_account(cls, way: Way) -> Self:
        """Return the account of the operating system that this process runs as."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError, ImportError):  # an account without a name, as in some containers
            name = "unknown"
        return cls(f"user:{name}", way)


JOBS = Actor("system:jobs", Way.JOB)
"""Acts where nobody is asked: what the desk does by its schedule."""


def name_in(actor: str) -> str:
    """Return the name in an actor's text: the same person, whichever way they took."""
    return actor.partition(_VIA)[0]
