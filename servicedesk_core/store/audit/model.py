"""Records of the chain, and what is found out about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

FIRST: Final = "0" * 64
"""``prev_hash`` of the first record."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record of the chain.

    Attributes:
        seq: Its number; there are no gaps.
        at: When it happened.
        actor: Who did it: ``user:ana``, ``system:writes``.
        action: What was done, for example ``write.approved``.
        entity: To what, for example ``ticket:psa:4711``.
        before: What was, as far as it matters.
        after: What is.
        reason: Why, as the actor gave it.
        prev_hash: Hash of the record before.
        hash: Its own.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    entity: str
    before: Any
    after: Any
    reason: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain was at a moment; worth most when it is kept outside the store.

    Attributes:
        seq: Number of the newest record; 0 for an empty chain.
        hash: Its hash.
        count: How many records there were.
        at: When it was taken.
    """

    seq: int
    hash: str
    count: int
    at: datetime


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
    """What a verification found.

    Attributes:
        records: How many records were looked at.
        problems: Where the chain does not hold; empty = nowhere.
        head: Number of the newest record.
        anchored_to: Number of the newest record that a checkpoint vouches for; 0 = none does.
    """

    records: int
    problems: tuple[AuditProblem, ...]
    head: int
    anchored_to: int

    @property
    def is_valid(self) -> bool:
        """Whether nothing was found."""
        return not self.problems
