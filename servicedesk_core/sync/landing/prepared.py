"""A batch on its way into the store: what it waits with, and what it did."""

from dataclasses import dataclass, field

from servicedesk_core.domain import Entity, MappingIssue
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.records import Incoming, Known
from servicedesk_core.sync.landing.intake import Arrived


@dataclass(slots=True)
class Prepared:
    """A batch that is mapped and waits for its transaction.

    Attributes:
        arrived: The records by id.
        incoming: Rows to store.
        known: What the store holds of them.
        also: Records that others stated by the way, by stream and id.
        rejected: Records for the quarantine.
        issues: Words that have no meaning here, by the record that carries them.
        unchanged: Records whose payload and mapping are as before.
        understood: Ids that can leave the quarantine.
        withheld: Ids of records that must not be stored.
        theirs: Ids of tickets of people who were erased.
        hidden: Ids of records whose payload must not be stored.
        below: Of records that were read below another one, rejected ones too, the id of that one.
    """

    arrived: dict[str, Arrived]
    incoming: list[Incoming] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    also: dict[str, dict[str, Entity]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    issues: dict[str, tuple[MappingIssue, ...]] = field(default_factory=dict)
    unchanged: int = 0
    understood: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    below: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Landed:
    """What a batch did to the store, in records."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: "Landed") -> "Landed":
        return Landed(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )
