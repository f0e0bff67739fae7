"""What queues are for: as it was decided, else as the connector's mapping says."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select

from servicedesk_core.domain import QueueKind
from servicedesk_core.features.attention.kinds import QUEUE_KINDS
from servicedesk_core.features.definitions import holding
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.schema import RECORDS

Queue = tuple[int, str]
"""Source, and the vendor's id."""


class Queues:
    """What queues are for, at any time.

    Args:
        tx: A transaction, in which all of it is read.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """

    def __init__(self, tx: Tx) -> None:
        held = holding(tx, QUEUE_KINDS)
        meant = meant_each(tx, "queues", {word for one in held if one.value is not None for word in one.value.words})
        self._mapped = _mapped(tx)
        self._said = [
            (one.since, {each[:2]: kind for word, kind in one.value.words.items() for each in meant[word]})
            if one.value is not None
            else (one.since, {})
            for one in reversed(held)
        ]

    def changed(self, since: datetime, until: datetime) -> bool:
        """Whether what a queue is for was decided anew in a span."""
        return any(at is not None and since < at <= until for at, _ in self._said)

    def kind(self, source_id: int, ref: str | None, at: datetime) -> QueueKind | None:
        """Return what a queue is for at an instant; ``None`` = nobody says."""
        queue = (source_id, ref or "")
        said: Mapping[Queue, QueueKind]
        for since, said in self._said:
            if since is None or since <= at:
                return said.get(queue) or self._mapped.get(queue)
        return self._mapped.get(queue)

    def named(self, kind: QueueKind, at: datetime) -> Iterator[Queue]:
        """Yield the queues that are for something at an instant."""
        known = self._mapped.keys() | {queue for _, said in self._said for queue in said}
        return (queue for queue in sorted(known) if self.kind(*queue, at) is kind)


def _mapped(tx: Tx) -> dict[Queue, QueueKind]:
    q = RECORDS["queues"].c
    rows = tx.execute(select(q.source_id, q.external_id, q.kind).where(q.kind.is_not(None)))
    return {(source_id, ref): QueueKind(kind) for source_id, ref, kind in rows}
