"""What is done by schedule."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from servicedesk_core.faces.reference import named

Work = Callable[[Any, str | None], Awaitable[str]]
"""Does a job: gets the open desk, of which it says by a protocol what it uses, and for a job of one connection, its
name; returns a line without record text."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. Its work may be cut off anywhere and done again.

    Attributes:
        name: Its name, such as ``sync``.
        about: What it does, in a sentence.
        schedule: When it runs unless the configuration says otherwise: ``every 15 minutes``, cron, or ``never``.
        work: Does it, or where that is (``module:function``), so that nothing of a job is imported before it runs. It
            raises a :class:`servicedesk_core.errors.ServiceDeskError` when it failed, and ``LeaseHeldError`` when
            somebody else is at it.
        per_connection: Whether there is one job for each connection, named ``sync:psa``.
        applies: Says of the settings whether a desk has any use for it; ``None`` = every desk has.
    """

    name: str
    about: str
    schedule: str
    work: Work | str
    per_connection: bool = False
    applies: Callable[[Any], bool] | None = None

    def loaded(self) -> Work:
        """Return its work, imported where that is only named."""
        return named(self.work) if isinstance(self.work, str) else self.work
