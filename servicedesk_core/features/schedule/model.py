"""The schedule as lists show it: technicians by hours, and how full their days are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from servicedesk_core.faces import Column, Help, Opens


class Mark(StrEnum):
    """What somebody does in an hour."""

    VISIT = "A"
    """An appointment."""
    TWO = "2"
    """Two appointments at a time."""
    FREE = "·"
    """At work, and free."""
    OUT = "L"
    """On leave."""
    RESTS = "R"
    """Resting after work at night, in their shift."""
    ON_CALL = "C"
    """On call, and not at work."""


LEGEND = "A appointment, 2 two at a time, · free, L out, R rests, C on call."


class Verdict(StrEnum):
    """What a day of somebody needs."""

    OVERLOADED = "overloaded"
    """More is planned than they work."""
    GAP = "gap"
    """Two hours and more in a row are free."""


_SHOWN: Final = range(7, 19)
"""The hours that a terminal has room for."""


def _hour(hour: int) -> Column:
    def leads(row: "Hours") -> Opens | None:
        return row.opens(hour)

    about, title = f"What is at {hour:02}:00.", f"{hour:02}"
    return Column(about, title, by=leads, shown=hour in _SHOWN, is_ours=True)


@dataclass(frozen=True, slots=True)
class Hours:
    """A day of a technician, hour by hour, in the desk's zone."""

    technician: Annotated[str, Column("Who: their name at the vendor.", cut=8, is_ours=True)]
    day: Annotated[date, Column("The day.")]
    h00: Annotated[str | None, _hour(0)]
    h01: Annotated[str | None, _hour(1)]
    h02: Annotated[str | None, _hour(2)]
    h03: Annotated[str | None, _hour(3)]
    h04: Annotated[str | None, _hour(4)]
    h05: Annotated[str | None, _hour(5)]
    h06: Annotated[str | None, _hour(6)]
    h07: Annotated[str | None, _hour(7)]
    h08: Annotated[str | None, _hour(8)]
    h09: Annotated[str | None, _hour(9)]
    h10: Annotated[str | None, _hour(10)]
    h11: Annotated[str | None, _hour(11)]
    h12: Annotated[str | None, _hour(12)]
    h13: Annotated[str | None, _hour(13)]
    h14: Annotated[str | None, _hour(14)]
    h15: Annotated[str | None, _hour(15)]
    h16: Annotated[str | None, _hour(16)]
    h17: Annotated[str | None, _hour(17)]
    h18: Annotated[str | None, _hour(18)]
    h19: Annotated[str | None, _hour(19)]
    h20: Annotated[str | None, _hour(20)]
    h21: Annotated[str | None, _hour(21)]
    h22: Annotated[str | None, _hour(22)]
    h23: Annotated[str | None, _hour(23)]
    load_percent: Annotated[int | None, Column("Appointments and project work by the hours worked.", "Load %", spare=1)]
    technician_id: Annotated[str, Column("The vendor's id of the technician.", shown=False)] = ""
    connection: Annotated[str, Column("Where they are a technician.", shown=False)] = ""

    def opens(self, hour: int) -> Opens | None:
        """Return where an hour leads: free time to booking it, an appointment to those of the day; else nowhere."""
        mark = getattr(self, f"h{hour:02}")
        if mark == Mark.FREE:
            given = {"technician": (self.technician_id,), "start-at": (f"{self.day}T{hour:02}:00",)}
            return Opens("appointments.book", {**given, "connection": (self.connection,)})
        if mark in {Mark.VISIT, Mark.TWO}:
            given = {"day": (str(self.day),), "days": ("1",), "technician": (self.technician,)}
            return Opens("appointments.list", given)
        return None


@dataclass(frozen=True, slots=True)
class Loaded:
    """How full a day of a technician is."""

    technician: Annotated[str, Column("Who: their name at the vendor.", cut=8, is_ours=True)]
    day: Annotated[date, Column("The day.")]
    works_s: Annotated[int, Column("How long they work, without leave.", "Works")]
    booked_s: Annotated[int, Column("What appointments take of it.", "Booked")]
    project_s: Annotated[int, Column("What project work takes: what is left, spread until it is due.", "Projects")]
    longest_gap_s: Annotated[int, Column("The longest time in a row that is free.", "Longest gap")]
    load_percent: Annotated[int | None, Column("Booked and projects by the hours worked.", "Load %")]
    verdict: Annotated[Verdict | None, Column("Overloaded, a gap of two hours, or neither.", "What")]


@dataclass(frozen=True, slots=True)
class ScheduleFilter:
    """What the page is about."""

    day: Annotated[date | None, Help("That day [default: today].")] = None
    week: Annotated[bool, Help("The whole week of that day, from Monday on.")] = False
    technician: Annotated[str | None, Help("Only of this one: name or id.", names="tickets.words technicians")] = None
