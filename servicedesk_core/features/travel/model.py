"""The order of a day's visits, as a list shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from servicedesk_core.faces import Column, Page


@dataclass(frozen=True, slots=True)
class Ordered:
    """A visit of a day, in the order in which the ways are shortest."""

    place: Annotated[int, Column("Its place in that order.", "No.")]
    appointment: Annotated[str, Column("The vendor's id.", leads="appointments.show")]
    connection: Annotated[str, Column("Where it is.", shown=False)]
    ticket: Annotated[str | None, Column("The first ticket that it is for.", leads="tickets.show", spare=2)]
    client: Annotated[str | None, Column("At whose.", cut=12)]
    starts_at: Annotated[datetime | None, Column("When it begins as booked.", "Booked")]
    begins_at: Annotated[datetime | None, Column("When it would begin.", "Then")]
    way_min: Annotated[int | None, Column("Minutes to get there, from what comes before.", "Way, min")]
    is_moved: Annotated[bool, Column("Whether it would begin at another time.", shown=False)]
    why: Annotated[str, Column("Why it stays, or what it takes to move it.", wraps=True, spare=1)]
    write: Annotated[int | None, Column("Number of the write that moves it.", shown=False, leads="writes.show")] = None
    state: Annotated[str | None, Column("Where that stands.", shown=False)] = None


@dataclass(frozen=True, slots=True)
class DayOrder(Page[Ordered]):
    """A day's visits in the order in which the ways are shortest."""

    items: Annotated[tuple[Ordered, ...], Column("The visits.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None
    technician: Annotated[str, Column("Whose day it is.")] = ""
    day: Annotated[date | None, Column("The day.")] = None
    booked_min: Annotated[int, Column("Minutes on the way as booked.", "On the way, min")] = 0
    saved_min: Annotated[int, Column("Minutes that the order saves.", "Saves, min")] = 0
    told: Annotated[str, Column("What that comes to, in words.", "In short")] = ""


@dataclass(frozen=True, slots=True)
class Reordered:
    """Visits that were moved, with what became of each."""

    items: Annotated[tuple[Ordered, ...], Column("The visits.")]

    def __iter__(self) -> Iterator[Ordered]:
        return iter(self.items)
