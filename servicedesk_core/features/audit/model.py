"""What leaves the chain."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class AuditExport:
    """What was exported."""

    records: Annotated[int, Column("How many records.")]
    head: Annotated[int, Column("Number of the newest record.")]
    hash: Annotated[str, Column("Its hash.")]
