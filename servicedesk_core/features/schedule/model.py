"""The schedule as lists show it: technicians by hours, and how full their days are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Help


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
    h00: Annotated[str | None, Column("What is at 00:00.", "00", shown=False, is_ours=True)]
    h01: Annotated[str | None, Column("What is at 01:00.", "01", shown=False, is_ours=True)]
    h02: Annotated[str | None, Column("What is at 02:00.", "02", shown=False, is_ours=True)]
    h03: Annotated[str | None, Column("What is at 03:00.", "03", shown=False, is_ours=True)]
    h04: Annotated[str | None, Column("What is at 04:00.", "04", shown=False, is_ours=True)]
    h05: Annotated[str | None, Column("What is at 05:00.", "05", shown=False, is_ours=True)]
    h06: Annotated[str | None, Column("What is at 06:00.", "06", shown=False, is_ours=True)]
    h07: Annotated[str | None, Column("What is at 07:00.", "07", is_ours=True)]
    h08: Annotated[str | None, Column("What is at 08:00.", "08", is_ours=True)]
    h09: Annotated[str | None, Column("What is at 09:00.", "09", is_ours=True)]
    h10: Annotated[str | None, Column("What is at 10:00.", "10", is_ours=True)]
    h11: Annotated[str | None, Column("What is at 11:00.", "11", is_ours=True)]
    h12: Annotated[str | None, Column("What is at 12:00.", "12", is_ours=True)]
    h13: Annotated[str | None, Column("What is at 13:00.", "13", is_ours=True)]
    h14: Annotated[str | None, Column("What is at 14:00.", "14", is_ours=True)]
    h15: Annotated[str | None, Column("What is at 15:00.", "15", is_ours=True)]
    h16: Annotated[str | None, Column("What is at 16:00.", "16", is_ours=True)]
    h17: Annotated[str | None, Column("What is at 17:00.", "17", is_ours=True)]
    h18: Annotated[str | None, Column("What is at 18:00.", "18", is_ours=True)]
    h19: Annotated[str | None, Column("What is at 19:00.", "19", shown=False, is_ours=True)]
    h20: Annotated[str | None, Column("What is at 20:00.", "20", shown=False, is_ours=True)]
    h21: Annotated[str | None, Column("What is at 21:00.", "21", shown=False, is_ours=True)]
    h22: Annotated[str | None, Column("What is at 22:00.", "22", shown=False, is_ours=True)]
    h23: Annotated[str | None, Column("What is at 23:00.", "23", shown=False, is_ours=True)]
    load_percent: Annotated[int | None, Column("Appointments and project work by the hours worked.", "Load %", spare=1)]


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
