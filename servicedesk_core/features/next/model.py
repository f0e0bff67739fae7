"""What a technician takes next, as a list shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column, Page
from servicedesk_core.features.helpers import HelpCall


@dataclass(frozen=True, slots=True)
class Ahead:
    """A ticket that a technician can begin now."""

    place: Annotated[int, Column("Its place: 1 is next.", "No.")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id of the ticket.", shown=False)]
    number: Annotated[str | None, Column("The vendor's number for people.", shown=False)]
    title: Annotated[str, Column("Title.", cut=20)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, spare=1)]
    priority: Annotated[str | None, Column("Priority.", spare=2)]
    is_theirs: Annotated[
        bool, Column("Whether they have it; else their team takes it from one list.", "Theirs", spare=3)
    ]
    due_at: Annotated[
        datetime | None, Column("When the promise is due that is to be kept next, else the vendor's due time.", "Due")
    ]
    why: Annotated[str, Column("By what it has its place.", wraps=True)]

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id


@dataclass(frozen=True, slots=True)
class NextUp(Page[Ahead]):
    """What a technician can begin, the most urgent first."""

    items: Annotated[tuple[Ahead, ...], Column("The tickets.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None
    technician: Annotated[str, Column("Who.")] = ""
    why: Annotated[str, Column("Why the first is the first, or why there is none.")] = ""
    help: Annotated[tuple[HelpCall, ...], Column("Open calls for help on which they were asked.")] = ()
