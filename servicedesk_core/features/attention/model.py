"""What decides who acts next on a ticket, and what was decided."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from servicedesk_core.domain import Priority, QueueKind, StatusCategory
from servicedesk_core.faces import Column
from servicedesk_core.features.sla import Clock


class NextActor(StrEnum):
    """Who has to act next."""

    COORDINATOR = "coordinator"
    TECHNICIAN = "technician"
    CLIENT = "client"
    VENDOR = "vendor"
    CALENDAR = "calendar"
    """Nobody before a date that is set."""


class DueBy(StrEnum):
    """Whose due time it is."""

    CLOCK = "clock"
    """Of our own clocks."""
    VENDOR = "vendor"
    """Of the vendor's agreement, or its due date."""


class Reason(StrEnum):
    """Why somebody has to look at a ticket, the gravest first: a ticket has the first that is true of it."""

    EMERGENCY = "emergency"
    """P1, and nobody of the desk has acted on it."""
    LATE_URGENT = "late_urgent"
    """P1 or P2, and a due time has passed."""
    CLIENT_REPLIED = "client_replied"
    """The newest act is the client's."""
    PROMISE_BROKEN = "promise_broken"
    """The client was promised to hear by a time that has passed, and has not."""
    BLACK_HOLE = "black_hole"
    """Nobody has to act next."""
    LATE = "late"
    """A due time has passed."""
    DUE_SOON = "due_soon"
    """A due time passes within the next hours."""
    NO_COVER = "no_cover"
    """Its technician is away, or works here no more."""
    UNASSIGNED = "unassigned"
    """It is past triage, and nobody has it."""
    WAITING_TOO_LONG = "waiting_too_long"
    """Others were waited for longer than was to be expected, and nobody has asked again."""
    HOLD_OVER = "hold_over"
    """It was parked until a date that has passed."""
    UNSCHEDULED = "unscheduled"
    """It needs an appointment, and none is booked."""

    @property
    def rank(self) -> int:
        """Its place: 0 is the gravest."""
        return _RANKS[self]


_RANKS = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked appointment that is not over.

    Attributes:
        start_at: When it begins.
        end_at: When it ends; ``None`` = nobody said.
    """

    start_at: datetime
    end_at: datetime | None = None


PAUSED: Final = frozenset({StatusCategory.WAITING_CUSTOMER, StatusCategory.ON_HOLD})
"""While a ticket is in one of them, the vendor's due times stand still; the desk's own clocks know that themselves."""


@dataclass(frozen=True, slots=True)
class Promised:
    """How the desk's own clocks stand on a ticket.

    Attributes:
        clock: The promise that is to be kept next; ``None`` = all were kept.
        due_at: When that is due; ``None`` while it is paused.
        is_paused: Whether it is paused.
    """

    clock: Clock | None = None
    due_at: datetime | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How an open ticket stands at an instant.

    Attributes:
        created_at: When it was created.
        category: What its status means; ``None`` = nothing that the desk knows.
        priority: How urgent it is.
        queue_kind: What its queue is for.
        is_assigned: Whether a technician has it.
        is_left: Whether that technician works here no more.
        back_at: When that technician, who is away, is there again; ``None`` = they are there.
        due_at: Its due date.
        sla_due_at: The earliest unfulfilled due time of the vendor's agreement.
        promised: How our own clocks stand; ``None`` = no policy of ours is applied, and the vendor's due times count.
        client_at: The newest act of the client.
        desk_at: The newest act of a person of the desk.
        remote_at: The last activity that the vendor tells, whoever's it was.
        visit: The appointment that is next.
        part_at: When the part shall be here that is ordered for it and has not come: the end of that day.
        client_due_at: By when the client was promised to hear, and has not yet.
        snoozed_until: Until when somebody put it off, unless the client has written since.
    """

    created_at: datetime | None = None
    category: StatusCategory | None = None
    priority: Priority | None = None
    queue_kind: QueueKind | None = None
    is_assigned: bool = False
    is_left: bool = False
    back_at: datetime | None = None
    due_at: datetime | None = None
    sla_due_at: datetime | None = None
    client_at: datetime | None = None
    desk_at: datetime | None = None
    remote_at: datetime | None = None
    visit: Visit | None = None
    promised: Promised | None = None
    part_at: datetime | None = None
    snoozed_until: datetime | None = None
    client_due_at: datetime | None = None

    @property
    def acted_at(self) -> datetime | None:
        """The last meaningful activity: that of a person, and only where none is known what the vendor tells."""
        client_at, desk_at = self.client_at, self.desk_at
        if client_at is None or desk_at is None:
            return client_at or desk_at or self.remote_at or self.created_at
        return max(client_at, desk_at)

    @property
    def promised_at(self) -> datetime | None:
        """When it is due: by our own clocks where a policy is applied, else the vendor's earliest due time."""
        if self.promised is not None:
            return self.promised.due_at
        if self.due_at is None or self.sla_due_at is None:
            return self.due_at or self.sla_due_at
        return min(self.due_at, self.sla_due_at)

    @property
    def judged_by(self) -> DueBy | None:
        """Whose due times count; ``None`` = it has none."""
        if self.promised is not None:
            return DueBy.CLOCK
        return None if self.promised_at is None else DueBy.VENDOR

    @property
    def is_paused(self) -> bool:
        """Whether its due time stands still."""
        if self.promised is not None:
            return self.promised.is_paused
        return self.category in PAUSED and self.promised_at is not None

    @property
    def late_from(self) -> datetime | None:
        """When it becomes late; ``None`` = not as it stands."""
        return None if self.is_paused else self.promised_at

    @property
    def is_unanswered(self) -> bool:
        """Whether the newest act is the client's. Where no act of theirs is known, the status may say so."""
        if self.client_at is None:
            return self.category is StatusCategory.CUSTOMER_REPLIED
        return self.desk_at is None or self.desk_at < self.client_at


@dataclass(frozen=True, slots=True)
class Decision:
    """Who has to act next.

    Attributes:
        rule: Name of the rule that decided.
        actor: Who; ``None`` = nobody: the ticket is in the black hole.
        at: When they have to act, or since when they should have; ``None`` when nobody has to.
        why: Why, in a sentence.
    """

    rule: str
    actor: NextActor | None
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Attention:
    """An open ticket with who has to act next, and why somebody has to look at it."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    number: Annotated[str | None, Column("The vendor's number for people.", shown=False)]
    title: Annotated[str, Column("Title.", cut=20)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=13, spare=2, leads="tickets.list:company")
    ]
    priority: Annotated[str | None, Column("Priority.", spare=3)]
    assignee: Annotated[str | None, Column("Who has it.", "Technician", cut=12, spare=4, is_ours=True)]
    reason: Annotated[Reason | None, Column("Why somebody has to look at it; nothing = nobody has to.")]
    next_actor: Annotated[
        NextActor | None, Column("Who has to act next; nothing = nobody: the black hole.", "Acts next")
    ]
    next_at: Annotated[datetime | None, Column("When they have to act, or since when they should have.", "By when")]
    why: Annotated[str, Column("Why it is theirs.", "Why them", wraps=True, spare=1, is_ours=True)]
    rule: Annotated[str, Column("The rule that decided it.", shown=False)]
    judged_by: Annotated[DueBy | None, Column("Whose due times count; nothing = it has none.", shown=False)]
    url: Annotated[str | None, Column("Its page at the vendor.", "At the vendor", shown=False)]

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id


@dataclass(frozen=True, slots=True)
class Placed:
    """An open ticket with what was decided, in the order of the list."""

    local_id: Annotated[int, Column("The desk's own number.")]
    reason: Annotated[Reason | None, Column("Why somebody has to look at it.")]
    rank: Annotated[int, Column("Place of the reason.")]
    priority: Annotated[str | None, Column("Priority.")]
    next_actor: Annotated[NextActor | None, Column("Who has to act next.")]
    next_at: Annotated[datetime | None, Column("When.")]
    decision: Decision
    judged_by: DueBy | None = None

    @property
    def key(self) -> tuple[int, bool, datetime | None, str, int]:
        """What the list is ordered by."""
        return self.rank, self.next_at is None, self.next_at, self.priority or "P9", self.local_id

    @classmethod
    def of(cls, local_id: int, standing: Standing, decision: Decision, reason: Reason | None) -> Self:
        """Return a ticket in its place; what nobody has to look at comes last."""
        rank = len(Reason) if reason is None else reason.rank
        by = standing.judged_by
        return cls(local_id, reason, rank, standing.priority, decision.actor, decision.at, decision, by)
