"""What is found out about the chain."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.store.audit import AuditProblem


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a verification found."""

    is_valid: Annotated[bool, Column("Whether the chain holds, as far as it can be told.")]
    records: Annotated[int, Column("How many records were looked at.")]
    head: Annotated[int, Column("Number of the newest record.")]
    anchored_to: Annotated[
        int,
        Column(
            "Number of the newest record that a checkpoint vouches for; what comes after it could have been made anew."
        ),
    ]
    unanchored: Annotated[int, Column("How many records no checkpoint vouches for.")]
    checkpoints: Annotated[int, Column("How many checkpoints from elsewhere were used.")]
    problems: Annotated[tuple[AuditProblem, ...], Column("Where the chain does not hold; at most 100.")]


@dataclass(frozen=True, slots=True)
class AuditExport:
    """What was exported."""

    records: Annotated[int, Column("How many records.")]
    head: Annotated[int, Column("Number of the newest record.")]
    hash: Annotated[str, Column("Its hash.")]
