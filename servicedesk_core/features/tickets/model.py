"""Tickets as lists show them, which of them are meant, and one with everything that hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from servicedesk_core.arguments import strict
from servicedesk_core.domain import (
    Contact,
    EventType,
    Note,
    NoteVisibility,
    StatusCategory,
    Ticket,
    TicketEvent,
    TimeEntry,
)
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.faces import Column, Help


@strict
@dataclass(frozen=True, slots=True)
class TicketChoice:
    """What every list and figure of tickets can be narrowed by: of several values any, and empty text = "has none"."""

    connection: Annotated[str | None, Help("Only of this connection.")] = None
    company: Annotated[
        tuple[str, ...], Help('Only of this client, by name or how it begins, or id; "none" = of no client.', none=True)
    ] = ()
    region: Annotated[
        tuple[str, ...], Help('Only where the client is, or how that begins; "none" = nobody said where.', none=True)
    ] = ()
    queue: Annotated[
        tuple[str, ...], Help('Only in this queue, by name or how it begins, or id; "none" = in no queue.', none=True)
    ] = ()
    kind: Annotated[
        tuple[str, ...],
        Help('A kind such as incident, or the vendor\'s word, or how either begins; "none" = of none.', none=True),
    ] = ()
    priority: Annotated[
        tuple[str, ...], Help('P1 to P5, or the vendor\'s word, or how it begins; "none" = without one.', none=True)
    ] = ()
    assignee: Annotated[
        tuple[str, ...],
        Help('Who has it, by name or how it begins, or id; "none" = nobody, "me" = you.', name="technician", none=True),
    ] = ()

    @property
    def named(self) -> dict[str, Any]:
        """What tickets are narrowed by; what a filter has beside it is left out."""
        return {one.name: getattr(self, one.name) for one in fields(TicketChoice)}


@strict
@dataclass(frozen=True, slots=True)
class TicketFilter(TicketChoice):
    """Which tickets; what is ``None`` or empty does not restrict, and the empty text stands for "has none"."""

    categories: tuple[StatusCategory | Literal[""], ...] = ()
    status: Annotated[
        tuple[str, ...],
        Help(
            'The word that lists show, or a category such as new, or how either begins; "none" = in no category.',
            none=True,
        ),
    ] = ()
    text: Annotated[str | None, Help("Part of the title, or the number.", name="search")] = None
    created_since: Annotated[datetime | None, Help("Created at or after.")] = None
    created_before: Annotated[datetime | None, Help("Created before.")] = None
    updated_since: Annotated[datetime | None, Help("Changed in the store at or after.")] = None
    last_activity_before: Annotated[datetime | None, Help("No activity since.", name="quiet-since")] = None
    due_before: Annotated[datetime | None, Help("Due before.")] = None
    sla_due_since: Annotated[
        datetime | None,
        Help("Due next by the vendor's agreement at or after; of its due times the earliest unfulfilled counts."),
    ] = None
    sla_due_before: Annotated[datetime | None, Help("Due next by the vendor's agreement before.")] = None
    reopened_since: Annotated[datetime | None, Help("Opened again, after it was done, at or after.")] = None
    no_sla_due: Annotated[bool, Help("The vendor's agreement names no unfulfilled due time.")] = False
    over_estimate: Annotated[bool, Help("More was worked than estimated.")] = False
    everything: Annotated[bool, Help("Also those that are done.", name="all")] = False

    @classmethod
    def of(cls, chosen: TicketChoice | None, *, everything: bool = False) -> Self:
        """Return a choice as a filter."""
        return cls(**({} if chosen is None else chosen.named), everything=everything)

    @property
    def unmapped_status(self) -> bool:
        """Whether tickets are meant whose status has no category."""
        return "" in self.categories


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list. Names stand beside refs; instants are in UTC."""

    local_id: Annotated[int, Column("The desk's own number.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id.", shown=False)]
    number: Annotated[str | None, Column("The vendor's number for people.", shown=False)]
    title: Annotated[str, Column("Title.", cut=20)]
    company_ref: Annotated[str | None, Column("Id of the company.", shown=False)]
    company: Annotated[str | None, Column("Its name.", "Client", cut=13, spare=5, leads="tickets.list:company")]
    queue_ref: Annotated[str | None, Column("Id of the queue.", shown=False)]
    queue: Annotated[str | None, Column("Its name.", cut=11, spare=2)]
    is_open: Annotated[bool, Column("Whether it still needs work or attention.", "Open", shown=False)]
    status: Annotated[str | None, Column("The vendor's word.", cut=11)]
    status_category: Annotated[str | None, Column("What it means.", "Category", shown=False)]
    assignee_ref: Annotated[str | None, Column("Id of the technician.", shown=False)]
    assignee: Annotated[str | None, Column("Their name.", "Technician", cut=12, spare=6)]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    created_at: Annotated[datetime | None, Column("When it was created at the vendor.", spare=1)]
    due_at: Annotated[datetime | None, Column("When it is due.", spare=3)]
    sla_due_at: Annotated[
        datetime | None,
        Column(
            "When the vendor's agreement is due next; nothing = it names no due time that is unfulfilled.",
            "SLA due",
            shown=False,
        ),
    ]
    last_activity_at: Annotated[datetime | None, Column("Last activity at the vendor.", shown=False)]
    modified_at: Annotated[datetime | None, Column("Last modification at the vendor.", shown=False)]
    estimated_s: Annotated[int | None, Column("Planned work in seconds.", shown=False)]
    worked_s: Annotated[
        int | None,
        Column(
            "Recorded work in seconds; nothing = there are time entries, and none of them says how long.", shown=False
        ),
    ]
    untimed_entries: Annotated[
        int, Column("Time entries that do not say how long; they are not in `worked_s`.", shown=False)
    ]
    url: Annotated[str | None, Column("Its page at the vendor.", "At the vendor", shown=False)]

    @property
    def ticket(self) -> Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]:
        """What people call it."""
        return self.number or self.external_id


@dataclass(frozen=True, slots=True)
class TicketDevice:
    """The device that a ticket is about."""

    name: Annotated[str | None, Column("What people call it.")]
    serial_number: Annotated[str | None, Column("Its serial number.")]
    manufacturer: Annotated[str | None, Column("Who made it.")]
    model: Annotated[str | None, Column("What it is.")]
    state: Annotated[CoverState, Column("How its cover stands today.")]
    until: Annotated[date | None, Column("The last covered day; nothing = nobody said one.")]


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """One ticket with everything that hangs on it."""

    row: Annotated[TicketRow, Column("As in a list.")]
    ticket: Annotated[Ticket, Column("The whole record.")]
    gone_at: Annotated[datetime | None, Column("When the desk learned that the vendor has it no more.")]
    gone_reason: Annotated[str | None, Column("Why it is gone.")]
    notes: Annotated[tuple[Note, ...], Column("Notes, by time.")]
    time_entries: Annotated[tuple[TimeEntry, ...], Column("Time recorded, by time.")]
    events: Annotated[tuple[TicketEvent, ...], Column("What happened, in order.")]
    names: Annotated[
        Mapping[str, Mapping[str, str]],
        Column("Names of what ticket, notes, time and events refer to, by stream and id."),
    ] = field(default_factory=dict)
    contact: Annotated[Contact | None, Column("Who it is for.")] = None
    device: Annotated[TicketDevice | None, Column("What it is about.")] = None
    read_at: Annotated[
        datetime | None, Column("When tickets of its connection were last read; nothing = never to the end.")
    ] = None

    def for_clients(self) -> Self:
        """Return it without what only the staff may read; what is not known to be public is not."""
        return replace(
            self,
            ticket=self.ticket.model_copy(update={"custom_fields": {}}),
            contact=self.contact and self.contact.model_copy(update={"custom_fields": {}}),
            notes=tuple(note for note in self.notes if note.visibility is NoteVisibility.PUBLIC),
            time_entries=tuple(
                entry.model_copy(update={"internal_notes": None, "custom_fields": {}}) for entry in self.time_entries
            ),
            events=tuple(event for event in self.events if event.type is not EventType.TECH_NOTE_INTERNAL),
        )
