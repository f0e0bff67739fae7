"""Work time as lists show it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.oncall import Line


@dataclass(frozen=True, slots=True)
class CallOut:
    """Work of somebody outside of their shifts while they were on call."""

    technician: Annotated[str, Column("Who.", cut=12)]
    starts_at: Annotated[datetime, Column("When it began.", "Began")]
    ends_at: Annotated[datetime, Column("When it ended.", "Ended")]
    lasted_s: Annotated[int, Column("For how long.", "Lasted")]
    night_s: Annotated[int, Column("How much of it was at night.", "At night")]
    ticket: Annotated[str | None, Column("The ticket.", leads="tickets.show")]
    connection: Annotated[str | None, Column("Name of the ticket's connection.", shown=False)]
    list_name: Annotated[str, Column("The on-call list.", "List", spare=2)]
    line: Annotated[Line, Column("In which place they were rung.", "Rung as", spare=3)]
    rests_until: Annotated[datetime | None, Column("Until when they rested for it.", "Rested until", spare=1)]


@dataclass(frozen=True, slots=True)
class PayLine:
    """What a person worked in a period, as payroll needs it."""

    technician: Annotated[str, Column("Who.", cut=14)]
    technician_ref: Annotated[str, Column("The vendor's id of them.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    first_day: Annotated[date, Column("The first day of the period.", shown=False)]
    last_day: Annotated[date, Column("The last one.", shown=False)]
    shifts: Annotated[
        int | None, Column("Shifts in it, without those on which they were away; nothing = nobody said any.", "Shifts")
    ]
    shift_s: Annotated[int | None, Column("Hours of shifts, without leave; nothing = nobody said any.", "Hours")]
    recorded_s: Annotated[int, Column("Time that they recorded.", "Recorded", spare=1)]
    overtime_s: Annotated[
        int | None, Column("Recorded outside of shifts, and not on call; nothing = they have no shift.", "Overtime")
    ]
    turns: Annotated[int, Column("Turns on call.", "On call")]
    on_call_s: Annotated[int, Column("Hours on call.", "On call, hours", spare=2)]
    callouts: Annotated[int, Column("Call-outs.", "Call-outs")]
    callout_s: Annotated[int, Column("Hours of call-outs.", "Call-outs, hours")]
    night_s: Annotated[int, Column("Of overtime and call-outs, how much was at night.", "At night", spare=3)]
    leave_s: Annotated[int | None, Column("Hours of shifts on which they were away.", "Leave")]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How much a team is away on a day of the week."""

    team: Annotated[str, Column("The team; everybody = all teams together.")]
    weekday: Annotated[Weekday, Column("The day of the week.", "Day")]
    people: Annotated[int, Column("How many of it have a shift on that day.", "People")]
    shift_s: Annotated[int, Column("Hours of their shifts.", "Hours", spare=1)]
    away_percent: Annotated[Decimal, Column("How much of these they were away.", "Away, %")]
