"""What a job is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from servicedesk_core.config import DeskSettings

Work = Callable[[Any, str | None], Awaitable[str]]
"""Does a job: gets the open desk, of which it says by a protocol what it uses, and for a job of one connection, its
name; returns a line without record text."""


def _always(settings: DeskSettings) -> bool:
    del settings
    return True


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. Its work may be cut off anywhere and done again.

    Attributes:
        name: Its name, such as ``sync``.
        about: What it does, in a sentence.
        schedule: When it runs unless the configuration says otherwise.
        work: Does it, or where that is (``module:function``), so that nothing of a job is imported before it runs. It
            raises a :class:`servicedesk_core.errors.ServiceDeskError` when it failed, and ``LeaseHeldError`` when
            somebody else is at it.
        per_connection: Whether there is one job for each connection, named ``sync:psa``.
        applies: Whether a desk has any use for it.
    """

    name: str
    about: str
    schedule: str
    work: Work | str
    per_connection: bool = False
    applies: Callable[[DeskSettings], bool] = _always

    def loaded(self) -> Work:
        """Return its work, imported where that is only named."""
        if not isinstance(self.work, str):
            return self.work
        module, _, name = self.work.partition(":")
        work: Work = getattr(import_module(module), name)
        return work


@dataclass(frozen=True, slots=True)
class Job:
    """A job of one desk.

    Attributes:
        name: Its name, such as ``sync:psa``.
        kind: What it does.
        connection: For which connection; ``None`` = for the desk.
        schedule: When it runs: ``every 15 minutes``, cron, or ``never``.
    """

    name: str
    kind: JobKind
    connection: str | None
    schedule: str
