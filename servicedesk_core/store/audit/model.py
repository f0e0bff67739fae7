"""Records of the chain, and what is found out about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from servicedesk_core.faces import Column
from servicedesk_core.people import actor_in_words
from servicedesk_core.wording import deed_in_words

FIRST: Final = "0" * 64
"""``prev_hash`` of the first record."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record of the chain."""

    seq: Annotated[int, Column("Its number; there are no gaps.", "No.")]
    at: Annotated[datetime, Column("When it happened.", "When")]
    actor: Annotated[str, Column("Who did it: `user:ana`, `system:writes`.", "Who", words=actor_in_words)]
    action: Annotated[str, Column("What was done, for example `write.approved`.", "What", words=deed_in_words)]
    entity: Annotated[str, Column("To what, for example `ticket:psa:4711`.", "About")]
    before: Annotated[Any, Column("What was, as far as it matters.", shown=False)]
    after: Annotated[Any, Column("What is.", shown=False)]
    reason: Annotated[str, Column("Why, as the actor gave it.", "Why")]
    prev_hash: Annotated[str, Column("Hash of the record before.", shown=False)]
    hash: Annotated[str, Column("Its own.", shown=False)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain was at a moment; worth most when it is kept outside the store."""

    seq: Annotated[int, Column("Number of the newest record; 0 for an empty chain.", "Record")]
    hash: Annotated[str, Column("Its hash.")]
    count: Annotated[int, Column("How many records there were.", "Records")]
    at: Annotated[datetime, Column("When it was taken.", "Taken")]


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """A place where the chain does not hold.

    Attributes:
        seq: Number of the record; 0 = of none that is there.
        what: What is wrong with it, for people.
    """

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
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
