"""What clients were promised, and who has heard from nobody, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class PromiseState(StrEnum):
    """What became of a promise to a client."""

    OPEN = "open"
    """Its time has not come, and nobody has been in contact since."""
    KEPT = "kept"
    BROKEN = "broken"
    """Its time passed without contact."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ClientPromise:
    """Something that a client was promised by a time."""

    number: Annotated[int, Column("Its number.", "No.")]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    title: Annotated[str, Column("Title of the ticket.", cut=24, spare=2)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, leads="tickets.list:company")]
    assignee: Annotated[str | None, Column("Who has the ticket.", "Technician", cut=12, is_ours=True, spare=3)]
    what: Annotated[str, Column("What was promised.", "Promised")]
    text: Annotated[str, Column("What else was said about it.", "Note", wraps=True, spare=1)]
    due_at: Annotated[datetime, Column("By when.", "Due")]
    state: Annotated[PromiseState, Column("What became of it.")]
    contact_at: Annotated[datetime | None, Column("When there was contact first after it.", "Contact", shown=False)]
    by: Annotated[str, Column("Who promised it.", "By", shown=False, is_ours=True)]


@dataclass(slots=True)  # very many are made, and a frozen one takes longer
class Silence:
    """An open ticket whose client has heard from nobody for too long, as far as it takes to order them.

    There can be very many: instants are microseconds since 1970, as they are stored.

    Attributes:
        external_id: The vendor's id.
    """

    local_id: Annotated[int, Column("The desk's own number.")]
    external_id: str
    priority: Annotated[str | None, Column("Priority.")]
    heard_at: Annotated[int | None, Column("When the client heard last from a person; nothing = never.")]
    limit_at: Annotated[int, Column("When the limit of its priority passed.")]


@dataclass(frozen=True, slots=True)
class Unheard:
    """An open ticket whose client has heard from no person for longer than the limit of its priority."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.", cut=24)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, leads="tickets.list:company")]
    assignee: Annotated[str | None, Column("Who has it.", "Technician", cut=12, is_ours=True, spare=1)]
    priority: Annotated[str | None, Column("Priority.", spare=2)]
    heard_at: Annotated[datetime | None, Column("When the client heard last; nothing = never.", "Heard")]
    limit_at: Annotated[datetime, Column("When the limit of its priority passed.", "Limit")]
