"""What is expected, and what that takes, as lists show it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from servicedesk_core.faces import Column, Page
from servicedesk_core.features.forecast.rules import Model

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """Tickets that are expected on a day."""

    day: Annotated[date, Column("The day, where the desk is.")]
    expected: Annotated[Decimal, Column("How many tickets are expected.")]
    low: Annotated[Decimal | None, Column("Fewer come once in ten times; nothing = too little is known.", "At least")]
    high: Annotated[Decimal | None, Column("More come once in ten times.", "At most")]


@dataclass(frozen=True, slots=True)
class ExpectedHour:
    """Tickets that are expected in an hour."""

    day: Annotated[date, Column("The day, where the desk is.")]
    hour: Annotated[int, Column("The hour, from 0 to 23, by the clock on the wall.")]
    expected: Annotated[Decimal, Column("How many tickets are expected.")]
    low: Annotated[Decimal | None, Column("Fewer come once in ten times; nothing = too little is known.", "At least")]
    high: Annotated[Decimal | None, Column("More come once in ten times.", "At most")]


@dataclass(frozen=True, slots=True)
class Forecast(Page[RowT], Generic[RowT]):
    """What is expected, and what that rests on."""

    why: Annotated[str, Column("What the forecast rests on, or why there is none.")] = ""
    model: Annotated[Model | None, Column("By which model; nothing = there is no forecast.")] = None
    first_day: Annotated[date | None, Column("The first day of which the tickets are known.")] = None
    last_day: Annotated[date | None, Column("The last one that is over and was read.")] = None


@dataclass(frozen=True, slots=True)
class Expected(Forecast[ExpectedDay]):
    """Tickets that are expected, day by day."""

    items: Annotated[tuple[ExpectedDay, ...], Column("The days.", draws="expected")]


@dataclass(frozen=True, slots=True)
class ExpectedHours(Forecast[ExpectedHour]):
    """Tickets that are expected, hour by hour."""

    items: Annotated[tuple[ExpectedHour, ...], Column("The hours.", draws="expected")]


@dataclass(frozen=True, slots=True)
class HeldWeek:
    """How far off a model was in a week that was forecast from what was before it."""

    first_day: Annotated[date, Column("The first day of the week.", "From")]
    last_day: Annotated[date, Column("The last one.", "To")]
    model: Annotated[Model, Column("The model.")]
    error: Annotated[Decimal, Column("By how many tickets it was off, in the mean.", "Off by")]
    scaled: Annotated[
        Decimal | None,
        Column("That over how far weeks before were from each other; nothing = not at all.", "Scaled"),
    ]
    decides: Annotated[bool, Column("Whether the model is chosen by this week: the latest one.")]
    is_chosen: Annotated[bool, Column("Whether the forecast goes by this model.", "Chosen")]


@dataclass(frozen=True, slots=True)
class Backtest(Page[HeldWeek]):
    """How far off forecasts were."""

    items: Annotated[tuple[HeldWeek, ...], Column("The weeks, the latest first.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None
    why: Annotated[str, Column("Which model is chosen and why, or why nothing could be held back.")] = ""


@dataclass(frozen=True, slots=True)
class StaffedDay:
    """The technicians that the tickets of a day take, beside the rota."""

    day: Annotated[date, Column("The day, where the desk is.")]
    expected: Annotated[Decimal, Column("How many tickets are expected.")]
    workload_s: Annotated[int, Column("What they take.", "Workload")]
    needed: Annotated[int, Column("How many technicians that takes, rounded up.", "Technicians")]
    planned_s: Annotated[int, Column("Shifts on the rota, leave or not.", "Shifts")]
    out_s: Annotated[int, Column("How much of these is known to be leave.", "Leave", spare=1)]
    missing_s: Annotated[int, Column("For how long somebody is missing.", "Missing")]
    missing: Annotated[int, Column("How many technicians that is, rounded up.", "Missing, people")]


@dataclass(frozen=True, slots=True)
class Staffed(Page[StaffedDay]):
    """The technicians that tickets take, day by day."""

    items: Annotated[tuple[StaffedDay, ...], Column("The days.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None
    why: Annotated[str, Column("What is reckoned with, or why nothing can be said.")] = ""
    handle_s: Annotated[int | None, Column("What a ticket takes.")] = None
    shift_s: Annotated[int | None, Column("How long a shift is.")] = None
    occupancy: Annotated[Decimal | None, Column("How much of the time there goes into tickets.")] = None
    shrinkage: Annotated[Decimal | None, Column("How much of shifts technicians are away.")] = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What a group of queues takes on a day, and what of it nobody is there for."""

    day: Annotated[date, Column("The day, where the desk is.")]
    group: Annotated[str, Column("What the queues are for; other = nobody said.", "Queues")]
    expected: Annotated[Decimal, Column("How many tickets are expected in them.")]
    workload_s: Annotated[int, Column("What these take.", "Workload")]
    needed_s: Annotated[int, Column("For how long technicians have to be there for it.", "There")]
    missing_s: Annotated[int, Column("For how long nobody is there whose job works these queues.", "Missing")]
    missing: Annotated[int, Column("How many technicians that is, rounded up.", "Missing, people")]


@dataclass(frozen=True, slots=True)
class Gaps(Page[Gap]):
    """Where somebody is missing."""

    items: Annotated[tuple[Gap, ...], Column("The days and groups.")]
    next: Annotated[str | None, Column("Where the next page starts; nothing on the last one.")] = None
    why: Annotated[str, Column("What is reckoned with, or why nothing can be said.")] = ""
