"""What pages can be narrowed by, and rows of the lists behind them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from servicedesk_core.arguments import strict
from servicedesk_core.domain import Priority
from servicedesk_core.faces import Column, Verdict
from servicedesk_core.features.contact import ClientPromise
from servicedesk_core.features.helpers import HelpCall
from servicedesk_core.features.kpi import OpenTicket, PeriodName
from servicedesk_core.features.sla import Clock
from servicedesk_core.features.tickets import TicketChoice


@strict
@dataclass(frozen=True, slots=True)
class PageFilter(TicketChoice):
    """What a page about a period can be narrowed by."""

    period: PeriodName = None


@dataclass(frozen=True, slots=True)
class WorkList:
    """A list that a coordinator works."""

    name: Annotated[str, Column("Its name.", "List")]
    title: Annotated[str, Column("Its title.")]
    count: Annotated[int, Column("How many tickets are in it.", "Tickets")]
    goal: Annotated[str | None, Column("What is wanted, with its comparison; nothing = nobody said.")]
    verdict: Annotated[Verdict, Column("Whether it is what is wanted.")]
    about: Annotated[str, Column("What is in it.", wraps=True, spare=1)]


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """An open ticket in a list that a coordinator works."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    number: Annotated[str | None, Column("The vendor's number for people.", shown=False)]
    title: Annotated[str, Column("Title.", cut=20)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=13, spare=3)]
    queue: Annotated[str | None, Column("Name of the queue.", cut=10, spare=1)]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    assignee: Annotated[str | None, Column("Who has it.", "Technician", cut=12)]
    status: Annotated[str | None, Column("The vendor's word.", cut=11, spare=5)]
    promise: Annotated[Clock | None, Column("What is to be kept next.", spare=2)]
    due_at: Annotated[datetime | None, Column("Until when; else when the vendor says that it is due.")]
    acted_at: Annotated[datetime | None, Column("When a person last acted on it.", "Last act", shown=False)]
    faults: Annotated[tuple[str, ...], Column("What its data lack.", shown=False, wraps=True)]

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id


@dataclass(frozen=True, slots=True)
class Placed:
    """An open ticket at its place in a list."""

    local_id: Annotated[int, Column("The desk's own number.")]
    promised_at: Annotated[datetime | None, Column("Until when something promised is to be kept.")]
    priority: Annotated[Priority | None, Column("Priority.")]
    created_at: Annotated[datetime | None, Column("When it was created.")]
    due_at: Annotated[datetime | None, Column("Until when; else when the vendor says that it is due.")]
    acted_at: Annotated[datetime | None, Column("When a person last acted on it.")]
    ticket: OpenTicket

    @classmethod
    def of(cls, one: OpenTicket) -> Self:
        """Return a ticket at its place: what is due first, then the priority, then the age."""
        standing = one.standing
        due_at = one.due_at or standing.due_at
        return cls(one.local_id, one.due_at, standing.priority, standing.created_at, due_at, standing.acted_at, one)


class Kind(StrEnum):
    """What was found."""

    TICKET = "ticket"
    CLIENT = "client"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that somebody may have looked for."""

    kind: Annotated[Kind, Column("What it is.", "What")]
    name: Annotated[str, Column("Its number, name or serial number.")]
    about: Annotated[str | None, Column("Title of a ticket, or what a device is.", wraps=True)]
    client: Annotated[str | None, Column("Whose it is.", cut=12)]
    connection: Annotated[str, Column("Name of the connection.", spare=1)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    is_exact: Annotated[bool, Column("Whether it is called just so.", shown=False)] = False
    is_open: Annotated[bool | None, Column("Whether it is a ticket that still needs work.", "Open", spare=2)] = None


@dataclass(frozen=True, slots=True)
class MyVisit:
    """An appointment of a technician."""

    start_at: Annotated[datetime, Column("When it begins.")]
    end_at: Annotated[datetime | None, Column("When it ends; nothing = nobody said.")]
    title: Annotated[str | None, Column("Its title.", wraps=True)]
    ticket: Annotated[str | None, Column("The ticket that it is for.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    client: Annotated[str | None, Column("Name of the client.")]


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a technician does next."""

    technician: Annotated[str, Column("Who.")]
    connection: Annotated[str, Column("Of which connection.", shown=False)]
    next: Annotated[ListedTicket | None, Column("The ticket to take next; nothing = none can be begun now.")]
    why: Annotated[str, Column("Why it is that one, or why none is.")]
    visits: Annotated[
        tuple[MyVisit, ...], Column("Appointments of today that are not over, else the next one.", "My day")
    ]
    clocks: Annotated[
        tuple[ListedTicket, ...], Column("Open tickets of theirs with a promise, what is due first.", "My clocks")
    ]
    promises: Annotated[tuple[ClientPromise, ...], Column("What their clients still wait to hear.", "Promised")]
    help: Annotated[tuple[HelpCall, ...], Column("Open calls for help on which they were asked.", "Help wanted")]
    ready: Annotated[int, Column("How many tickets they can begin now.", "Ready")]
    open: Annotated[int, Column("How many open tickets they have.", "Open tickets")]
