"""What travels between core and a connector when something is written, and how a doubt is settled."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ReconcilableBy(StrEnum):
    """How a write whose fate is unknown can be found at the vendor."""

    REFERENCE = "reference"
    """Our id stands in a field that the vendor can search."""
    MARKER = "marker"
    """Our id stands inside the text."""
    CONTENT = "content"
    """Only by comparing content; can find, cannot prove absence."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Write:
    """One intended change at the vendor.

    Attributes:
        id: Our own id of the act; goes into the vendor's reference field or marker.
        kind: Grant that it needs, for example ``tickets.update``.
        target: The vendor's id of the record, or ``None`` for a new one.
        parent: The vendor's id of the parent record, if any.
        values: Domain field to new value; only what changes.
        base: Domain field to the value that was read; the vendor must still show these.
        base_modified_at: The vendor's modification stamp when it was read.
    """

    id: str
    kind: str
    target: str | None = None
    parent: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=dict)
    base_modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """The vendor's confirmation.

    Attributes:
        ref: The vendor's id of the written record.
        warnings: What the vendor added, for people.
    """

    ref: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The vendor has it."""

    ref: str


@dataclass(frozen=True, slots=True)
class ProvenAbsent:
    """The vendor does not have it, and the way it was looked for proves that.

    Attributes:
        evidence: How it was looked for, for the audit.
    """

    evidence: str


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """Neither found nor proven absent.

    Attributes:
        reason: Why, for people.
        candidates: Ids that might be it.
        ask_again_at: When another look may help.
    """

    reason: str
    candidates: tuple[str, ...] = ()
    ask_again_at: datetime | None = None


FindResult = Found | ProvenAbsent | Inconclusive
"""What every ``find_…`` hook that settles a doubt answers."""
