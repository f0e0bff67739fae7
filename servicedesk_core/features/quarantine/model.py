"""What became of records in quarantine."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class RetryOutcome:
    """What became of retried records."""

    released: Annotated[int, Column("Records that are in the store now.")]
    kept: Annotated[int, Column("Records that are still not understood.", "Still not understood")]


@dataclass(frozen=True, slots=True)
class DropOutcome:
    """What was dropped."""

    dropped: Annotated[int, Column("How many records.")]
