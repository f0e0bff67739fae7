"""A record in quarantine, and what became of some."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record in quarantine."""

    id: Annotated[int, Column("Its number.", "No.")]
    connection: Annotated[str, Column("Connection that brought it.")]
    stream: Annotated[str, Column("Name of the stream.")]
    external_id: Annotated[str, Column("The vendor's id.", "Vendor's id")]
    reason: Annotated[str, Column("Why it was not understood; no record text.")]
    first_seen_at: Annotated[datetime, Column("When it was first met.", "First seen")]
    last_seen_at: Annotated[datetime, Column("When it was last met.", "Last seen")]
    attempts: Annotated[int, Column("How often it was tried.")]
    raw: Annotated[Any, Column("The vendor's payload; nothing in lists.", "Payload", shown=False)] = None


@dataclass(frozen=True, slots=True)
class RetryOutcome:
    """What became of retried records."""

    released: Annotated[int, Column("Records that are in the store now.")]
    kept: Annotated[int, Column("Records that are still not understood.", "Still not understood")]


@dataclass(frozen=True, slots=True)
class DropOutcome:
    """What was dropped."""

    dropped: Annotated[int, Column("How many records.")]
