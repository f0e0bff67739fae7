"""Appointments and free time as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.domain import AppointmentState
from servicedesk_core.faces import Column, Opens


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment."""

    appointment: Annotated[str, Column("The vendor's id.", leads="appointments.show")]
    connection: Annotated[str, Column("Where it is.", shown=False)]
    starts_at: Annotated[datetime | None, Column("When it begins.", "From")]
    ends_at: Annotated[datetime | None, Column("When it ends.", "Until")]
    technicians: Annotated[tuple[str, ...], Column("Who goes.", cut=12)]
    ticket: Annotated[str | None, Column("The first ticket that it is for.", leads="tickets.show")]
    tickets: Annotated[tuple[str, ...], Column("All tickets that it is for.", shown=False)]
    client: Annotated[str | None, Column("At whose.", cut=10, spare=2)]
    title: Annotated[str | None, Column("What it is about.", cut=10, spare=1)]
    state: Annotated[AppointmentState, Column("Where it stands.", spare=3)]


@dataclass(frozen=True, slots=True)
class Slot:
    """Time in which a technician is free."""

    rank: Annotated[int, Column("Its place among those that were found.", "No.")]
    technician: Annotated[str, Column("Who is free: their name at the vendor.")]
    connection: Annotated[str, Column("Where they are a technician.", shown=False)]
    technician_id: Annotated[str, Column("The vendor's id.", shown=False)]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when.", "Until")]
    free_s: Annotated[int, Column("For how long.", "Free")]
    load_percent: Annotated[
        int | None,
        Column("How full their day is: appointments and project work by the hours of their shifts.", "Load %"),
    ]
    why: Annotated[str, Column("What speaks for it.", wraps=True, spare=1)]
    booking: Annotated[
        str,
        Column("The command that books it.", "Book", shown=False, by="opens", words=lambda _: "Book"),
    ]
    opens: Annotated[Opens, Column("What that calls, with what it is given.", shown=False)]
