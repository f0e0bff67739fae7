"""Who acts, and by which way: what the outbox, the claims and the audit trail name for every step."""

import getpass
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from servicedesk_core.errors import SettingsError

_VIA, _BY = " via ", " by "


class Way(StrEnum):
    """By which way somebody acts."""

    CLI = "cli"
    SDK = "sdk"
    CONSOLE = "console"
    TOKEN = "token"  # noqa: S105  # a program that shows one
    LINK = "link"  # one that they were sent
    JOB = "job"

    @property
    def words(self) -> str:
        """What people call it."""
        return {Way.CLI: "command line", Way.SDK: "SDK"}.get(self, self.value)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts on a desk. As text, ``user:ana via console``, or ``user:ana via cli by user:bob``.

    Args:
        name: A person, ``user:ana``, or a part of the desk, ``system:jobs``.
        way: By which way.
        by: Who took that person's place; empty = nobody.

    Raises:
        SettingsError: The name is empty, or could not be told from the way.
    """

    name: str
    way: Way = Way.SDK
    by: str = ""

    def __post_init__(self) -> None:
        for name in (self.name, self.by or self.name):
            if not name.strip() or _VIA in name or not name.isprintable():
                message = f"{name!r} names nobody who could act."
                raise SettingsError(message, hint='Name a person, such as "user:ana".')

    def __str__(self) -> str:
        return f"{self.name}{_VIA}{self.way.value}{self.by and _BY + self.by}"

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

REPORTING = Actor("system:reports", Way.JOB)
"""Makes the reports that the service manager decided to have mailed."""


def name_in(actor: str) -> str:
    """Return the name in an actor's text: the same person, whichever way they took."""
    return actor.partition(_VIA)[0]


def names_in(actor: str) -> frozenset[str]:
    """Return everybody whom an actor's text names: the person, and who took their place."""
    name, _, rest = actor.partition(_VIA)
    by = rest.partition(_BY)[2]
    return frozenset(filter(None, (name, by)))


def actor_in_words(actor: str) -> str:
    """Return an actor's text as a page says it: ``user:hugo via cli`` is ``hugo, command line``.

    Whoever took somebody's place comes first: ``bob for ana, command line``.
    """
    name, _, rest = actor.partition(_VIA)
    way, _, by = rest.partition(_BY)
    who = " for ".join(filter(None, (_name_in_words(by), _name_in_words(name))))
    return ", ".join(filter(None, (who, Way(way).words if way in {*Way} else way)))


def _name_in_words(name: str) -> str:
    part = name.removeprefix("system:")
    return f"the desk ({part})" if part != name else name.removeprefix("user:")
