"""What is missing in the days to come, what is due and who is out, as lists show it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Help, Opens


class Kind(StrEnum):
    """What is missing."""

    COVER = "work without cover"
    """Somebody is out who has appointments, or tickets that are due then."""
    ON_CALL = "nobody on call"
    PART = "part is not there"
    """An appointment whose part is expected later, or of which nobody knows when it comes."""
    DUE = "due before noon"
    """Nobody has begun it, and nobody has an appointment for it before."""
    TWO = "two at a time"
    """Somebody has two appointments at a time."""
    CALENDAR = "calendar not read"
    """Somebody's own calendar was read long ago, or could not be: they may be busy when they seem free."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing in the days to come, with what closes it."""

    place: Annotated[int, Column("Its place: the earliest first.", shown=False)]
    day: Annotated[date, Column("The day.")]
    at: Annotated[datetime, Column("When it matters.", "When")]
    kind: Annotated[Kind, Column("What it is.", "What")]
    ticket: Annotated[str | None, Column("The ticket that it is about.", leads="tickets.show")]
    connection: Annotated[str | None, Column("Where that is.", shown=False)]
    client: Annotated[str | None, Column("At whose.", cut=10, spare=1)]
    technician: Annotated[str | None, Column("Whom it is about.", "Who", cut=8)]
    why: Annotated[str, Column("Why.", wraps=True)]
    proposal: Annotated[
        str, Column("What closes it: the command; a page leads to it.", "Closes it", wraps=True, by="opens")
    ]
    otherwise: Annotated[str | None, Column("What closes it, too.", "Or", wraps=True, spare=2, by="other")] = None
    opens: Annotated[Opens | None, Column("What that calls, with what it is given.", shown=False)] = None
    other: Annotated[Opens | None, Column("What the other one calls.", shown=False)] = None


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket that is due before noon."""

    due_at: Annotated[datetime, Column("When.", "Due")]
    connection: Annotated[str, Column("Where it is.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.", cut=20)]
    client: Annotated[str | None, Column("Name of the client.", cut=10, spare=1)]
    priority: Annotated[str | None, Column("Priority.", spare=2)]
    technician: Annotated[str | None, Column("Who has it; nothing = nobody.", "Who")]
    is_begun: Annotated[bool, Column("Whether somebody works on it.", "Begun")]
    visit_at: Annotated[datetime | None, Column("When its next appointment begins.", "Appointment", spare=3)]


@dataclass(frozen=True, slots=True)
class Out:
    """Time in which somebody is out."""

    day: Annotated[date, Column("The first of these days.")]
    technician: Annotated[str, Column("Who: their name at the vendor.", "Who")]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when.", "Until")]
    reason: Annotated[str | None, Column("Why.", wraps=True)]


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What the page is about."""

    day: Annotated[date | None, Help("From that day on [default: tomorrow].")] = None
