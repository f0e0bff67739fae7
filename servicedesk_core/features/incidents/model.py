"""A major incident, as lists and its page show it, and what an act does with each of its tickets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from servicedesk_core.domain.writing import UNFINISHED, WriteState
from servicedesk_core.faces import Column
from servicedesk_core.wording import counted


class IncidentState(StrEnum):
    """Where a major incident stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    """It is open, and clients should have heard by now."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """A major incident."""

    number: Annotated[int, Column("Its number.", "No.", leads="incidents.show")]
    title: Annotated[str, Column("What people call it.", cut=24)]
    state: Annotated[IncidentState, Column("Where it stands.")]
    priority: Annotated[str | None, Column("How urgent it is.", spare=2)]
    connection: Annotated[str, Column("Name of the connection of its parent ticket.", shown=False)]
    parent: Annotated[
        str | None,
        Column("Our own ticket above them; nothing = it is not made yet.", "Our ticket", leads="tickets.show", spare=1),
    ]
    is_parent_gone: Annotated[bool, Column("Whether the vendor has that no more.", shown=False)]
    owner: Annotated[str, Column("Who looks after it.")]
    tickets: Annotated[int, Column("How many of the clients' tickets stand under it.")]
    clients: Annotated[int, Column("Of how many clients.")]
    declared_by: Annotated[str, Column("Who declared it.", shown=False)]
    declared_at: Annotated[datetime, Column("When it was declared.", "Declared", spare=3)]
    told_at: Annotated[datetime | None, Column("When clients were told last.", "Told", spare=4)]
    due_at: Annotated[datetime | None, Column("By when they are to hear next; nothing = it is closed.", "Next update")]
    closed_at: Annotated[datetime | None, Column("When it was closed.", "Closed", shown=False)]
    said: Annotated[str | None, Column("What was said last.", shown=False)]


class TicketState(StrEnum):
    """Where a ticket stands that was put under an incident."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"
    """It went up in another ticket."""
    GONE = "gone"
    """The vendor has it no more."""
    OUT = "taken out"
    """It stands under the incident no more."""


@dataclass(frozen=True, slots=True)
class UnderIncident:
    """A client's ticket that stands, or stood, under a major incident."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.", cut=20)]
    company_ref: Annotated[str | None, Column("The vendor's id of the client.", shown=False)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=16)]
    created_at: Annotated[datetime | None, Column("When it was created.", shown=False)]
    state: Annotated[TicketState, Column("Where it stands.")]
    linked_by: Annotated[str, Column("Who put it there.", spare=1)]
    linked_at: Annotated[datetime, Column("When.", "Since", spare=2)]
    told_at: Annotated[datetime | None, Column("When its client was told last.", "Told")]
    at_vendor: Annotated[bool, Column("Whether its vendor shows the link too.", "At the vendor", shown=False)]


class Happened(StrEnum):
    """What happened to an incident."""

    DECLARED = "declared"
    LINKED = "linked"
    UNLINKED = "taken out"
    UPDATE = "update"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """Something that happened to a major incident."""

    at: Annotated[datetime, Column("When.")]
    what: Annotated[Happened, Column("What.")]
    by: Annotated[str, Column("Who did it.", "Who")]
    text: Annotated[str, Column("What was said, or which tickets it was.", wraps=True)]


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """A major incident with everything that belongs to it."""

    incident: Annotated[Incident, Column("As in a list.")]
    tickets: Annotated[tuple[UnderIncident, ...], Column("The clients' tickets.")]
    timeline: Annotated[tuple[IncidentEvent, ...], Column("What happened, in order.")]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A ticket that may belong to a major incident."""

    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    title: Annotated[str, Column("Title.", cut=24)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=16)]
    created_at: Annotated[datetime | None, Column("When it was created.", "Created", spare=1)]
    why: Annotated[str, Column("What they have in common.", wraps=True)]


class What(StrEnum):
    """What an act does with a ticket."""

    PARENT = "our ticket"
    LINK = "link"
    UNLINK = "take out"
    NOTE = "note to the client"
    INTERNAL = "internal note"
    CLOSE = "propose to close"


@dataclass(frozen=True, slots=True)
class Row:
    """What an act on a major incident does with one ticket."""

    what: Annotated[What, Column("What is done.")]
    local_id: Annotated[int | None, Column("The desk's own number; nothing = it is to be made.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str | None, Column("The vendor's id.", shown=False)]
    ticket: Annotated[str | None, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=16)]
    text: Annotated[str, Column("What is written, in its exact words.", shown=False)]
    why: Annotated[str, Column("What is to be known of it, or why nothing is done.", wraps=True)] = ""
    is_left: Annotated[bool, Column("Whether nothing is done.", shown=False)] = False
    has_failed: Annotated[bool, Column("Whether that was found out only by doing it.", shown=False)] = False
    write: Annotated[int | None, Column("Number of the write.", shown=False, leads="writes.show")] = None
    state: Annotated[WriteState | None, Column("Where that stands.", shown=False)] = None


_UNDONE: Final = frozenset({WriteState.REJECTED, WriteState.DISCARDED})
_WAITING: Final = frozenset({WriteState.PROPOSED})


@dataclass(frozen=True, slots=True)
class Done:
    """What an act on a major incident did, a row for each ticket."""

    number: Annotated[int, Column("Number of the incident.", leads="incidents.show")]
    title: Annotated[str, Column("What people call it.")]
    items: Annotated[tuple[Row, ...], Column("Each ticket, with what became of it.")]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.items)

    @property
    def told(self) -> str:
        """What somebody has to do yet."""
        waiting = sum(row.state in _WAITING for row in self.items)
        doubtful = sum(row.state is WriteState.IN_DOUBT for row in self.items)
        later = sum(row.state in UNFINISHED - _WAITING - {WriteState.IN_DOUBT} for row in self.items)
        left = sum(row.is_left or row.state in _UNDONE for row in self.items)
        words = [f"Incident {self.number}: {self.title}."]
        if waiting:
            words.append(f"{counted(waiting, 'write waits', 'writes wait')} for an approval: servicedesk writes list.")
        if later:
            words.append(f"{counted(later, 'write is', 'writes are')} approved, and sent later.")
        if doubtful:
            words.append(f"{counted(doubtful, 'write is', 'writes are')} in doubt: servicedesk writes list.")
        if left:
            words.append(f"Of {counted(left, 'ticket')} nothing was done: see why.")
        notes = [row for row in self.items if row.what is What.NOTE]
        failed = sum(row.has_failed or row.state in _UNDONE for row in notes)
        if 0 < failed < len(notes):
            words.append(
                f"The clients of {counted(failed, 'ticket')} were not told, and the next update is due as if they "
                "were: say the same again."
            )
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act on a major incident would do.

    Attributes:
        number: The incident; ``None`` = it is not declared yet.
        title: What people call it.
        rows: Each ticket.
        text: What clients are told, or what is said last.
    """

    number: int | None
    title: str
    rows: tuple[Row, ...]
    text: str = ""

    @property
    def many(self) -> int:
        """With how many tickets something is done."""
        return sum(not row.is_left for row in self.rows)
