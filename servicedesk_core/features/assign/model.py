"""Who would take tickets, and what became of giving them away, as lists show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column
from servicedesk_core.wording import counted


@dataclass(frozen=True, slots=True)
class Rated:
    """A technician as they stand for a ticket."""

    place: Annotated[int | None, Column("Their place; nothing = they cannot take it.", "No.")]
    technician: Annotated[str, Column("Their name.", cut=12, leads="tickets.list:technician", by="technician_ref")]
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
    work_s: Annotated[int | None, Column("How long it is taken to need yet.", "Needs", shown=False)]
    is_at_risk: Annotated[bool, Column("Whether nobody can begin before it is due.", "Late", shown=False)]
    is_certain: Annotated[bool, Column("Whether a rule might decide it without a person.", shown=False)]
    why: Annotated[str, Column("Why, or why not.", wraps=True)]
    write: Annotated[int | None, Column("Number of the write that gives it away.", leads="writes.show")] = None
    state: Annotated[str | None, Column("Where that stands.")] = None

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id


@dataclass(frozen=True, slots=True)
class GivenAway:
    """Tickets that were given away."""

    items: Annotated[tuple[Given, ...], Column("The tickets.")]

    def __iter__(self) -> Iterator[Given]:
        return iter(self.items)

    @property
    def told(self) -> str:
        """What somebody has to know beyond it."""
        waiting = sum(row.state == WriteState.PROPOSED for row in self.items)
        lost = sum(row.state != WriteState.CONFIRMED for row in self.items) - waiting
        return " ".join(
            filter(
                None,
                (
                    f"{counted(waiting, 'ticket waits', 'tickets wait')} for an approval: servicedesk writes list."
                    if waiting
                    else "",
                    f"{counted(lost, 'ticket was', 'tickets were')} not given away." if lost else "",
                ),
            )
        )


class By(StrEnum):
    """What choices are put together by."""

    TECHNICIAN = "technician"
    QUEUE = "queue"
    REASON = "reason"
    """Why somebody chose another one than the first."""


@dataclass(frozen=True, slots=True)
class Routing:
    """How tickets that were given away went on."""

    of: Annotated[
        str | None, Column("Of whom, of which queue, or for which reason; nothing = of all.", "Of", wraps=True)
    ]
    given: Annotated[int, Column("Tickets that were given away.")]
    taken: Annotated[int, Column("Of those, how many the first of the ranking got.", "First")]
    changed: Annotated[int, Column("How many somebody else got.", "Another")]
    unranked: Annotated[int, Column("How many nobody could take by the rules.", shown=False)]
    reassigned: Annotated[int, Column("How many somebody else had within 24 hours.", "Moved in 24 h")]
    repeats: Annotated[int, Column("How many had to be done again.", "Again")]
    effective: Annotated[int, Column("How many neither were moved nor had to be done again.", shown=False)]
    effectiveness: Annotated[Decimal | None, Column("That share in percent: routing effectiveness.", "Stayed, %")]


class Gap(StrEnum):
    """What is missing."""

    NOBODY = "nobody"
    ONE_PERSON = "one person"
    ENDS = "ends soon"
    """Within 60 days so many proofs end that fewer than two are left."""
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Covered:
    """A skill or a certification that tickets require, and who has it."""

    ability: Annotated[str, Column("What it is.", "Skill or certification", leads="skills.list:skill")]
    level: Annotated[int | None, Column("The highest level that is required; nothing = a certification.")]
    tickets: Annotated[int, Column("Open tickets that require it.", "Open")]
    unassigned: Annotated[int, Column("Those of them that nobody has.", "Unassigned")]
    holders: Annotated[tuple[str, ...], Column("Who has it at that level today.", "Who", wraps=True)]
    ending: Annotated[tuple[str, ...], Column("Whose ends within 60 days.", "Ends soon", spare=1)]
    training: Annotated[
        tuple[str, ...], Column("Who lacks one level only, or held it once.", "Could learn it", spare=2)
    ]
    gap: Annotated[Gap, Column("What is missing.")]
