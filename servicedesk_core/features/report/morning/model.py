"""What the morning page says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column, Figure
from servicedesk_core.features.attention import Attention, NextActor, Reason
from servicedesk_core.features.contact import ClientPromise
from servicedesk_core.features.report.model import DeskReport
from servicedesk_core.features.shiftlog import LogLine
from servicedesk_core.features.sla import ClockStatus
from servicedesk_core.features.tickets import TicketRow
from servicedesk_core.store.queries.completeness import StreamCompleteness


@dataclass(frozen=True, slots=True)
class Night:
    """A ticket that came while nobody was there, or an emergency."""

    ticket: Annotated[TicketRow, Column("The ticket.")]
    is_emergency: Annotated[bool, Column("Whether it is P1.")]
    is_after_hours: Annotated[bool, Column("Whether it was created outside of the hours of the calendar.")]


@dataclass(frozen=True, slots=True)
class Nights:
    """After-hours tickets and emergencies since the last working day."""

    count: Annotated[int, Column("How many there are.")]
    tickets: Annotated[tuple[Night, ...], Column("The first of them: emergencies, then the others, the newest first.")]


@dataclass(frozen=True, slots=True)
class Listed:
    """Open tickets that something is true of."""

    count: Annotated[int, Column("How many there are.")]
    tickets: Annotated[tuple[Attention, ...], Column("The first of them, the gravest first.")]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that happens within the next hours."""

    at: Annotated[datetime, Column("When.")]
    kind: Annotated[str, Column("`due`: a due time passes; `appointment`: one begins; both, joined with `and`.")]
    ticket: Annotated[str, Column("The ticket; of an appointment that is for none, empty.", leads="tickets.show")]
    title: Annotated[str, Column("Title.")]
    who: Annotated[str, Column("Technicians; empty = nobody.")]
    has_cover: Annotated[bool, Column("Whether somebody who is there has it.")]


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who is away."""

    name: Annotated[str, Column("Who.")]
    kind: Annotated[str | None, Column("The vendor's word for it.")]
    back_at: Annotated[datetime, Column("When they are there again.")]
    open: Annotated[int, Column("Open tickets that they have.")]
    uncovered: Annotated[tuple[Attention, ...], Column("Those that need somebody before they are back.")]
    appointments: Annotated[tuple[Due, ...], Column("Appointments that nobody else has, until they are back.")]


@dataclass(frozen=True, slots=True)
class DueTimes:
    """Due times of open tickets by how they stand: of our own clocks, and where there is none, those of the vendor."""

    late: Annotated[int, Column("Passed.")]
    soon: Annotated[int, Column("Passing within the next hours.")]
    later: Annotated[int, Column("Passing later.")]
    paused: Annotated[int, Column("Standing still.")]
    none: Annotated[int, Column("Tickets without a due time.")]
    by_clock: Annotated[int, Column("Tickets that our own clocks judge.")]
    by_vendor: Annotated[int, Column("Tickets that the due times of the vendor judge.")]


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure went."""

    name: Annotated[str, Column("Name of the figure.")]
    day: Annotated[tuple[float | None, ...], Column("What it was at the end of each of the last 24 hours.")]
    weeks: Annotated[
        tuple[float | None, ...],
        Column("What it was at the end of each of the last 13 weeks; empty = nobody asked for them."),
    ]


@dataclass(frozen=True, slots=True)
class Flow:
    """What came and went of one client, or of all."""

    client: Annotated[str, Column("Name of the client; empty = of all together.", leads="tickets.list:company")]
    created: Annotated[int, Column("Tickets created in the last days.")]
    closed: Annotated[int, Column("Tickets resolved or closed in the last days, but for merged ones.")]
    open: Annotated[int, Column("Open tickets.")]


@dataclass(frozen=True, slots=True)
class Morning:
    """The morning page."""

    desk: Annotated[str, Column("Name of the desk.")]
    timezone: Annotated[str, Column("IANA zone that dates are shown in.")]
    at: Annotated[datetime, Column("The instant that it is about.")]
    verdict: Annotated[str, Column("What to know first, in a sentence.")]
    is_calm: Annotated[bool | None, Column("Whether nothing is wrong; nothing = nobody can say, the data are too old.")]
    caveats: Annotated[tuple[str, ...], Column("What cannot be known, each in a sentence.")]
    since: Annotated[datetime, Column("End of the last working day.")]
    calendar: Annotated[str, Column("The hours by which days and nights are told apart.")]
    night: Annotated[Nights, Column("After-hours tickets and emergencies since then.")]
    absent: Annotated[tuple[Absent, ...], Column("Who is away.")]
    black_hole: Annotated[Listed, Column("Tickets on which nobody has to act next. The goal is none.")]
    client_replied: Annotated[Listed, Column("Tickets whose newest act is the client's.")]
    attention: Annotated[Listed, Column("All tickets that somebody has to look at.")]
    reasons: Annotated[dict[Reason, int], Column("How many of them there are by reason.")]
    alerts: Annotated[tuple[str, ...], Column("What is wrong with the desk itself.")]
    next_actors: Annotated[dict[NextActor, int], Column("Open tickets by who has to act next.")]
    clocks: Annotated[ClockStatus | None, Column("Promises by state and share used; nothing = not for such a page.")]
    due_times: Annotated[DueTimes, Column("Due times by how they stand.")]
    promises: Annotated[tuple[ClientPromise, ...], Column("What clients wait to hear within a day, or have not heard.")]
    shift_log: Annotated[tuple[LogLine, ...], Column("What was written into the shift log since then.")]
    figures: Annotated[tuple[Figure, ...], Column("The coordinator's figures.")]
    trends: Annotated[tuple[Trend, ...], Column("How they went, in the same order.")]
    upcoming: Annotated[tuple[Due, ...], Column("Due times and appointments of the next hours.")]
    flow: Annotated[tuple[Flow, ...], Column("Created and closed in the last days, and open: all, then by client.")]
    completeness: Annotated[tuple[StreamCompleteness, ...], Column("Age and completeness of the data.")]
    page: Annotated[DeskReport | None, Column("The desk page; nothing for an instant that is past.")]
