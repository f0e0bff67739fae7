"""Guards: what a feature knows of its writes that neither the vendor nor the outbox does."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from servicedesk_core.domain.writing import Intent
from servicedesk_core.faces.reference import named
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


class Guard(Protocol):
    """Looks at the writes of one stream in the transaction that stores or edits them: nobody else is between."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterable[str]:
        """Return what whoever approves the write should know.

        Args:
            tx: A write transaction.
            intent: What is wanted.
            without: Number of the write that the intent changes; ``None`` = it is a new one.
        """
        ...

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Hold a write that was just stored, or edited, against what there is, and store what belongs to it.

        Args:
            tx: The same transaction.
            write: The write.

        Raises:
            ServiceDeskError: It cannot be; then it is not stored, and an edited one is as it was.
        """
        ...


class Guards:
    """The guards of a desk.

    Args:
        where: Returns where the guards are, ``module:NAME``, by stream; asked when there is a write.
    """

    def __init__(self, where: Callable[[], Mapping[str, str]]) -> None:
        self._where = where

    def of(self, kind: str) -> Guard | None:
        """Return the guard of a kind of writes."""
        where = self._where().get(kind.partition(".")[0])
        guard: Guard | None = None if where is None else named(where)
        return guard
