"""What triage shows: what waits for it, what is asked, and what is like a ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Untriaged:
    """A ticket that waits for triage."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.", cut=24)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, leads="tickets.list:company")]
    queue: Annotated[str | None, Column("Name of the queue.", cut=11, spare=3)]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    created_at: Annotated[datetime | None, Column("When it was created at the vendor.", "Created", spare=2)]
    due_at: Annotated[datetime | None, Column("When its next promise is due; nothing = none is open.", "Due")]
    why: Annotated[str, Column("Why it waits for triage.", wraps=True, spare=1)]
    unanswered: Annotated[int, Column("How many intake questions have no answer.", "Questions")]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits for triage, in the order to take it."""

    local_id: Annotated[int, Column("The desk's own number.")]
    due_at: Annotated[datetime | None, Column("When its next promise is due.")]
    priority: Annotated[str | None, Column("Priority.")]
    created_at: Annotated[datetime | None, Column("When it was created.")]
    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question about an open ticket that nobody has answered."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.", cut=24)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, leads="tickets.list:company")]
    created_at: Annotated[datetime | None, Column("When it was created at the vendor.", "Created", spare=1)]
    key: Annotated[str, Column("Its short name, by which the answer is given.", "Name")]
    question: Annotated[str, Column("What is asked.", wraps=True)]
    intake: Annotated[str, Column("The definition that asks it.", "Asked by", shown=False)]


@dataclass(frozen=True, slots=True)
class AlikeTicket:
    """A ticket that is like another."""

    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    title: Annotated[str, Column("Title.", cut=30)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13)]
    status: Annotated[str | None, Column("The vendor's word.", cut=11)]
    created_at: Annotated[datetime | None, Column("When it was created at the vendor.", "Created")]
    why: Annotated[str, Column("What they have in common.", wraps=True)]
    resolution: Annotated[str, Column("What was done.", "Done", wraps=True)]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a ticket, for who triages it."""

    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.")]
    title: Annotated[str, Column("Title.")]
    questions: Annotated[tuple[Unanswered, ...], Column("Intake questions that nobody has answered.", "To be asked")]
    duplicates: Annotated[
        tuple[AlikeTicket, ...], Column("Tickets of this client that are likely the same.", "Likely the same")
    ]
    outages: Annotated[
        tuple[AlikeTicket, ...], Column("Tickets that came at once, and may have one cause.", "An outage?")
    ]
    fixes: Annotated[
        tuple[AlikeTicket, ...], Column("Resolved tickets like it, with what was done.", "What helped before")
    ]
