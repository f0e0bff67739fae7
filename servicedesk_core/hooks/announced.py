"""What announcements carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the changes feed.

    Attributes:
        seq: Position in the feed; rises, may have gaps.
        entity: Stream of the record.
        local_id: The desk's own id of the record.
        kind: ``created``, ``changed``, ``gone``, ``restored``, or ``erased``: somebody was to be forgotten, and the
            record with them; forget your copy too.
        changed_fields: Domain fields that changed; empty when the record is new, and for a ticket when what was about
            it is about another one now.
        connection: Connection that the record belongs to.
        external_id: The vendor's id of the record; of one that was erased ``[erased]``.
        mode: What brought it: ``incremental``, ``backfill``, ``reconcile``, ``by_ids``, ``remap`` …
        at: When the desk learned it.
        origin: How the desk learned it: ``pull``; ``webhook`` when its vendor called; ``remap`` when the record is
            read differently now; ``write`` when it is the echo of a write of ours; or ``desk`` when it did not change,
            and somebody here decided about it.
        actor: Who wanted the write that it is the echo of, for example ``user:ana`` or ``system:sync``; ``None`` where
            nobody here did. Whoever hands changes on between two systems lets its own pass.
        write: Number of that write.
        instance: Id of the store that tells it, the same for ever; of two desks it says whose change this is.
        hops: How many writes lie before it, each made because of the change before; 0 where a chain begins.
        before: Field to the value that the record showed, as JSON has it, of the fields that changed; without those
            that the reader may not see, and empty where nobody kept them, as of a new record.
        after: The same for the value that it shows now.
    """

    seq: int
    entity: str
    local_id: int
    kind: str
    changed_fields: tuple[str, ...]
    connection: str
    external_id: str
    mode: str
    at: datetime
    origin: str = "pull"
    actor: str | None = None
    write: int | None = None
    instance: str = ""
    hops: int = 0
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SyncFinished:
    """A run that ended.

    Attributes:
        connection: Name of the connection.
        streams: Streams that took part.
        failed: Streams that did not complete.
        finished_at: When it ended.
    """

    connection: str
    streams: tuple[str, ...]
    failed: tuple[str, ...]
    finished_at: datetime
