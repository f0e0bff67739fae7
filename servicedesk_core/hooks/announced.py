"""What announcements carry."""

from dataclasses import dataclass
from datetime import datetime


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
        origin: Who says so: ``pull``, ``write`` when it is the echo of a write of ours, or ``desk`` when it did not
            change, and somebody here decided about it.
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
