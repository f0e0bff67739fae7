"""What is asked of a desk, and what tells two people who ask the same apart."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

from sqlalchemy import select

from servicedesk_core.desk.permitting import Rights
from servicedesk_core.faces import Desk, Method
from servicedesk_core.features import FEATURES
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import audit

_OWN: Final = frozenset({"actor", "rights", "technician", *FEATURES})
"""What of a desk says who asks; a feature of it may ask itself."""


class AskedDesk(Desk, Protocol):
    """A desk that knows who acts on it."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def rights(self) -> Rights:
        """What they may do, and whose records they see."""
        ...


@dataclass(frozen=True)
class Question:
    """A query with what it is given, as somebody asks it.

    Attributes:
        desk: The desk, as they act on it.
        asked: The declaration of the query.
        args: What it is given, like what follows.
        kwargs: See there.
    """

    desk: AskedDesk
    asked: Method[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @cached_property
    def key(self) -> Hashable | None:
        """What all have in common who are told the same; ``None`` = what it is given cannot be compared."""
        given = self.args, frozenset(self.kwargs)
        key = self.asked, given, tuple(self.kwargs[name] for name in sorted(self.kwargs))
        try:
            hash(key)
        except TypeError:
            return None
        return *key, self.desk.rights.capabilities, self.desk.rights.scope

    @cached_property
    def own(self) -> Hashable:
        """The same, for nobody else."""
        return self.key, self.desk.actor, self.desk.technician

    async def asked_of(self) -> tuple[Any, bool]:
        """Return the answer, and whether it went by who asks beside what they may and whose records they see."""
        seen: Any = _Seen(self.desk)
        return await self.asked.of(seen, *self.args, **self.kwargs), seen.is_personal


class _Seen:
    """A desk that notes whether somebody looked at who asks."""

    def __init__(self, desk: AskedDesk) -> None:
        self.is_personal = False
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        self.is_personal |= name in _OWN
        return getattr(self._desk, name)


def has_acted(tx: Tx, name: str, since: int) -> bool:
    """Return whether somebody did anything, by whichever way, since a record of the audit trail.

    Args:
        tx: Any transaction.
        name: Who, as :attr:`servicedesk_core.people.Actor.name` has it.
        since: Number of the record.
    """
    theirs = audit.c.actor.startswith(f"{name} via ", autoescape=True) | audit.c.actor.endswith(f" by {name}")
    query = select(audit.c.seq).where(audit.c.seq > since, theirs).limit(1)
    return tx.execute(query).first() is not None
