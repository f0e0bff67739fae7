"""Who would take tickets, and what became of giving them away, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Rated:
    """A technician as they stand for a ticket."""

    place: Annotated[int | None, Column("Their place; nothing = they cannot take it.", "No.")]
    technician: Annotated[str, Column("Their name.", leads="tickets.list:technician", by="technician_ref")]
    technician_ref: Annotated[str, Column("The vendor's id of them.", shown=False)]
    score: Annotated[Decimal | None, Column("What they come to, of 100.")]
    skill: Annotated[Decimal | None, Column("What the closest sufficient skill adds.", "Skill")]
    start: Annotated[Decimal | None, Column("What beginning soon adds.", "Start")]
    load: Annotated[Decimal | None, Column("What free time adds.", "Free")]
    travel: Annotated[Decimal | None, Column("What a short way adds; nothing = it does not count.", "Way")]
    continuity: Annotated[Decimal | None, Column("What knowing the ticket or the client adds.", "Knows")]
    starts_at: Annotated[datetime | None, Column("When they can begin.", "Can begin", spare=1)]
    open_tickets: Annotated[int, Column("How many open tickets they have.", "Open", spare=2)]
    why: Annotated[str, Column("Why they cannot take it, or what else there is to know.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Given:
    """A ticket with who takes it."""

    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id of the ticket.", shown=False)]
    number: Annotated[str | None, Column("The vendor's number for people.", shown=False)]
    title: Annotated[str, Column("Title.", cut=20)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, spare=1)]
    priority: Annotated[str | None, Column("Priority.", spare=2)]
    due_at: Annotated[datetime | None, Column("When work on it must begin.", "Due", spare=4)]
    technician: Annotated[str | None, Column("Who takes it; nothing = nobody.")]
    technician_ref: Annotated[str | None, Column("The vendor's id of them.", shown=False)]
    score: Annotated[Decimal | None, Column("What they come to, of 100.")]
    ahead: Annotated[Decimal | None, Column("How far they are ahead of the next.", spare=3)]
    is_at_risk: Annotated[bool, Column("Whether nobody can begin before it is due.", "Late", shown=False)]
    is_certain: Annotated[bool, Column("Whether a rule might decide it without a person.", shown=False)]
    why: Annotated[str, Column("Why, or why not.", wraps=True)]
    write: Annotated[int | None, Column("Number of the write that gives it away.", leads="writes.show")] = None
    state: Annotated[str | None, Column("Where that stands.")] = None

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id
