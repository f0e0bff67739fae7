"""The schedule as lists show it: technicians by hours, and how full their days are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

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


@dataclass(frozen=True, slots=True)
class Hours:
    """A day of a technician, hour by hour, in the desk's zone."""

    technician: Annotated[str, Column("Who: their name at the vendor.", cut=8, is_ours=True)]
    day: Annotated[date, Column("The day.")]
    h00: Annotated[str | None, Column("What is at 00:00.", "00", by="opens_00", shown=False, is_ours=True)]
    h01: Annotated[str | None, Column("What is at 01:00.", "01", by="opens_01", shown=False, is_ours=True)]
    h02: Annotated[str | None, Column("What is at 02:00.", "02", by="opens_02", shown=False, is_ours=True)]
    h03: Annotated[str | None, Column("What is at 03:00.", "03", by="opens_03", shown=False, is_ours=True)]
    h04: Annotated[str | None, Column("What is at 04:00.", "04", by="opens_04", shown=False, is_ours=True)]
    h05: Annotated[str | None, Column("What is at 05:00.", "05", by="opens_05", shown=False, is_ours=True)]
    h06: Annotated[str | None, Column("What is at 06:00.", "06", by="opens_06", shown=False, is_ours=True)]
    h07: Annotated[str | None, Column("What is at 07:00.", "07", by="opens_07", is_ours=True)]
    h08: Annotated[str | None, Column("What is at 08:00.", "08", by="opens_08", is_ours=True)]
    h09: Annotated[str | None, Column("What is at 09:00.", "09", by="opens_09", is_ours=True)]
    h10: Annotated[str | None, Column("What is at 10:00.", "10", by="opens_10", is_ours=True)]
    h11: Annotated[str | None, Column("What is at 11:00.", "11", by="opens_11", is_ours=True)]
    h12: Annotated[str | None, Column("What is at 12:00.", "12", by="opens_12", is_ours=True)]
    h13: Annotated[str | None, Column("What is at 13:00.", "13", by="opens_13", is_ours=True)]
    h14: Annotated[str | None, Column("What is at 14:00.", "14", by="opens_14", is_ours=True)]
    h15: Annotated[str | None, Column("What is at 15:00.", "15", by="opens_15", is_ours=True)]
    h16: Annotated[str | None, Column("What is at 16:00.", "16", by="opens_16", is_ours=True)]
    h17: Annotated[str | None, Column("What is at 17:00.", "17", by="opens_17", is_ours=True)]
    h18: Annotated[str | None, Column("What is at 18:00.", "18", by="opens_18", is_ours=True)]
    h19: Annotated[str | None, Column("What is at 19:00.", "19", by="opens_19", shown=False, is_ours=True)]
    h20: Annotated[str | None, Column("What is at 20:00.", "20", by="opens_20", shown=False, is_ours=True)]
    h21: Annotated[str | None, Column("What is at 21:00.", "21", by="opens_21", shown=False, is_ours=True)]
    h22: Annotated[str | None, Column("What is at 22:00.", "22", by="opens_22", shown=False, is_ours=True)]
    h23: Annotated[str | None, Column("What is at 23:00.", "23", by="opens_23", shown=False, is_ours=True)]
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


def _leading(hour: int) -> property:
    def leads(row: Hours):  # type: ignore[no-untyped-def]  # noqa: ANN202  # what says its type is a column
        return row.opens(hour)

    return property(leads)


for _hour in range(24):  # what the columns of hours name with `by`
    setattr(Hours, f"opens_{_hour:02}", _leading(_hour))


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
