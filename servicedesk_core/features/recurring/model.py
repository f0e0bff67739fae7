"""Plans, their occurrences and what came of them, as lists show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column
from servicedesk_core.wording import counted


class State(StrEnum):
    """Where an occurrence of a plan stands."""

    PLANNED = "planned"
    """Its ticket is not to be made yet."""
    DUE = "due"
    """Its ticket is to be made now."""
    SKIPPED = "skipped"
    """None is made."""
    MADE = "made"
    """Its ticket is there, or on its way."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A recurring plan."""

    plan: Annotated[str, Column("Its name.", leads="recurring.explain")]
    client: Annotated[str, Column("Whose it is.", cut=16)]
    agreement: Annotated[str | None, Column("The agreement that it is part of.", cut=14, spare=2)]
    title: Annotated[str, Column("Title of its tickets.", cut=20)]
    rule: Annotated[str, Column("When: a rule of RFC 5545.", cut=24, spare=1)]
    tickets: Annotated[int, Column("How many tickets each occurrence has: one, or one for each device.")]
    next_on: Annotated[date | None, Column("The day of the next occurrence.", "Next")]
    made_by: Annotated[str | None, Column("Which side makes its tickets; nothing = nobody said.", "Made by", spare=3)]
    version: Annotated[int, Column("The version of the definitions that last changed it.", shown=False)]
    connection: Annotated[str | None, Column("Name of the connection.", shown=False)]
    problem: Annotated[str | None, Column("Why nothing can be made of it.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Visit:
    """An occurrence of a plan, of one device where each has a ticket of its own."""

    plan: Annotated[str, Column("The plan.", leads="recurring.explain")]
    on: Annotated[date, Column("The day that its rule says: what it is known by.", shown=False)]
    day: Annotated[date, Column("The day on which it is, after holidays.")]
    at: Annotated[datetime, Column("When the work is to begin.", shown=False)]
    due_at: Annotated[datetime, Column("Until when it is to be done.", "Due", spare=2)]
    opens_at: Annotated[datetime, Column("When its ticket is made.", shown=False)]
    client: Annotated[str, Column("Whose it is.", cut=16)]
    asset: Annotated[str | None, Column("The device.", cut=14)]
    asset_ref: Annotated[str | None, Column("The vendor's id of it.", shown=False)]
    title: Annotated[str, Column("Title of its ticket.", cut=24)]
    state: Annotated[State, Column("Where it stands.")]
    why: Annotated[str | None, Column("Why none is made.", wraps=True)] = None
    ticket: Annotated[str | None, Column("Its ticket.", leads="tickets.show")] = None
    connection: Annotated[str | None, Column("Name of the connection.", shown=False)] = None
    write: Annotated[int | None, Column("Number of the write that makes it.", shown=False, leads="writes.show")] = None


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """A recurring plan with its next occurrences."""

    plan: Annotated[PlanRow, Column("As in a list.")]
    since: Annotated[datetime, Column("Since when it has its rhythm: what was due before is not its own.")]
    description: Annotated[str | None, Column("Description of its tickets.")]
    checklist: Annotated[tuple[str, ...], Column("The steps of each ticket.")]
    coming: Annotated[tuple[Visit, ...], Column("Its next occurrences.")]


@dataclass(frozen=True, slots=True)
class Ripe:
    """An occurrence whose ticket is to be made now, and what became of it."""

    plan: Annotated[str, Column("The plan.", leads="recurring.explain")]
    version: Annotated[int, Column("Its version.", shown=False)]
    on: Annotated[date, Column("The day that its rule says.", shown=False)]
    day: Annotated[date, Column("The day on which it is, after holidays.")]
    due_at: Annotated[datetime, Column("Until when it is to be done.", "Due", spare=2)]
    client: Annotated[str, Column("Whose it is.", cut=16)]
    asset: Annotated[str | None, Column("The device.", cut=14)]
    asset_ref: Annotated[str, Column("What it is known by.", shown=False)]
    title: Annotated[str, Column("Title of its ticket.", cut=24)]
    steps: Annotated[int, Column("Steps of its checklist.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    write: Annotated[int | None, Column("Number of the write.", leads="writes.show")] = None
    state: Annotated[WriteState | None, Column("Where that stands.")] = None
    why: Annotated[str, Column("Why nothing is made.", wraps=True)] = ""


_UNDONE: Final = frozenset({WriteState.REJECTED, WriteState.DISCARDED})


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made of occurrences, a row for each ticket."""

    items: Annotated[tuple[Ripe, ...], Column("Each occurrence, with what became of it.")]

    def __iter__(self) -> Iterator[Ripe]:
        return iter(self.items)

    @property
    def told(self) -> str:
        """What somebody has to do yet."""
        waiting = sum(one.state is WriteState.PROPOSED for one in self.items)
        doubtful = sum(one.state is WriteState.IN_DOUBT for one in self.items)
        left = sum(one.write is None or one.state in _UNDONE for one in self.items)
        words = []
        if waiting:
            words.append(
                f"{counted(waiting, 'ticket waits', 'tickets wait')} for an approval: servicedesk writes list."
            )
        if doubtful:
            words.append(f"{counted(doubtful, 'ticket is', 'tickets are')} in doubt: servicedesk writes list.")
        if left:
            words.append(f"Of {counted(left, 'occurrence')} nothing was made: see why.")
        return " ".join(words)

    @property
    def has_failed(self) -> bool:
        """Whether something that was asked for was not done."""
        return any(one.write is None or one.state in _UNDONE for one in self.items)


class Result(StrEnum):
    """What came of an occurrence."""

    DONE = "done"
    """Its ticket was resolved in time."""
    LATE = "late"
    """Its ticket was resolved too late, or is not resolved and should be."""
    OPEN = "open"
    """It is still time."""
    MISSED = "missed"
    """No ticket was made in time."""
    SKIPPED = "skipped"
    """With good reason no ticket was made: it does not count."""


@dataclass(frozen=True, slots=True)
class Came:
    """An occurrence whose time has come, with what came of it."""

    plan: Annotated[str, Column("The plan.", leads="recurring.explain")]
    on: Annotated[date, Column("The day that its rule says.", shown=False)]
    day: Annotated[date, Column("The day on which it was, after holidays.")]
    asset_ref: Annotated[str | None, Column("The vendor's id of the device.", "Device", spare=2)]
    due_at: Annotated[datetime, Column("Until when it was to be done.", "Due", spare=1)]
    result: Annotated[Result, Column("What came of it.")]
    why: Annotated[str | None, Column("Why no ticket was made.", wraps=True)]
    ticket: Annotated[str | None, Column("Its ticket.", leads="tickets.show")]
    connection: Annotated[str | None, Column("Name of the ticket's connection.", shown=False)]
    resolved_at: Annotated[datetime | None, Column("When that was resolved.", "Resolved", spare=3)]
    write: Annotated[int | None, Column("Number of the write that makes it.", shown=False, leads="writes.show")]


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What came of a plan in some days."""

    plan: Annotated[str, Column("The plan.", leads="recurring.explain")]
    client: Annotated[str, Column("Whose it is.", cut=16)]
    occurrences: Annotated[int, Column("Tickets that were to be made.", "Due")]
    done: Annotated[int, Column("Done in time.")]
    late: Annotated[int, Column("Done too late, or not done and overdue.")]
    missed: Annotated[int, Column("Not made in time.")]
    open: Annotated[int, Column("Still in time.")]
    skipped: Annotated[int, Column("Not made with good reason.")]
    completion_percent: Annotated[
        Decimal | None, Column("Done in time, of those that count; nothing = none does.", "Done, %")
    ]
    estimated_s: Annotated[int | None, Column("Work that was planned for them.", "Planned", spare=2)]
    worked_s: Annotated[int, Column("Work that was recorded on their tickets.", "Worked", spare=1)]


@dataclass(frozen=True, slots=True)
class Adoptable:
    """A series that the PSA makes by itself, and the plan that it would be."""

    plan: Annotated[str, Column("Name of the plan that it would be.")]
    client: Annotated[str, Column("Whose it is.", cut=16)]
    title: Annotated[str, Column("Title of its newest ticket.", cut=24)]
    rule: Annotated[str, Column("The rule that it follows.")]
    tickets: Annotated[int, Column("How many tickets it has.")]
    first_on: Annotated[date, Column("The day of the first one.", "First", spare=2)]
    last_on: Annotated[date, Column("The day of the newest one.", "Last", spare=1)]
    fits_percent: Annotated[int, Column("How well its days are those of the rule.", "Fits, %")]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    definition: Annotated[str, Column("The plan, as a file of definitions has it.", shown=False)]
