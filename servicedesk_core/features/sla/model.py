"""What is shown of clocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from servicedesk_core.arguments import strict
from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Column, Help, Opens, Page
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.tickets import TicketChoice


@strict
@dataclass(frozen=True, slots=True)
class ClockFilter(TicketChoice):
    """Which clocks of which tickets."""

    clock: Annotated[Clock | None, Help("Only this promise.")] = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """Tickets or clocks that are in no figure."""

    reason: Annotated[str, Column("Why.")]
    count: Annotated[int, Column("How many.")]


@dataclass(frozen=True, slots=True)
class Basis:
    """What figures of clocks rest on."""

    as_of: Annotated[datetime, Column("The instant for which they are true.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    definitions: Annotated[int, Column("The version of the definitions that clocks are judged under; 0 = none is.")]
    is_behind: Annotated[bool, Column('Whether something is not judged yet: "servicedesk sla evaluate" does it.')]
    judged_at: Annotated[datetime | None, Column("When they were last judged.")]


@dataclass(frozen=True, slots=True)
class ClockCounts:
    """Clocks of one kind on open tickets."""

    clock: Annotated[str, Column("Which promise.")]
    pending: Annotated[int, Column("Begin with triage, which is to come.", spare=1)]
    under_half: Annotated[int, Column("Run, with less than half of their target used.", "< 50 %")]
    over_half: Annotated[int, Column("Run, with half of it or more used, and less than three quarters.", "< 75 %")]
    over_three_quarters: Annotated[int, Column("Run, with three quarters or more used.", "To 100 %")]
    late: Annotated[int, Column("Are late, and not fulfilled.")]
    paused: Annotated[int, Column("Stand still, and are not late.")]
    unknown: Annotated[int, Column("Cannot be judged: not everything that happened is known.")]
    without_target: Annotated[int, Column("Nothing was promised.", "No target", spare=2)]


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """Clocks of open tickets, by state and share used."""

    clocks: Annotated[tuple[ClockCounts, ...], Column("One row for each promise.")]
    basis: Annotated[Basis, Column("What the figures rest on.")]
    tickets: Annotated[int, Column("Open tickets that were judged.")]
    excluded: Annotated[tuple[Excluded, ...], Column("Open tickets that were not, or not wholly, by reason.")]


class By(StrEnum):
    """What attainment is divided by."""

    CLOCK = "clock"
    PRIORITY = "priority"
    CLIENT = "client"
    POLICY = "policy"
    TECHNICIAN = "technician"
    TYPE = "type"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class TicketClock:
    """A clock of an open ticket."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.", cut=16)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=10, spare=3, leads="tickets.list:company")
    ]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    assignee: Annotated[str | None, Column("Who has it.", "Technician", cut=10, spare=2)]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.", shown=False)]
    state: Annotated[str, Column("Whether it runs.", spare=5)]
    outcome: Annotated[str, Column("Whether the promise is kept.", shown=False)]
    due_at: Annotated[datetime | None, Column("Until when the promise is kept; nothing while it is paused.")]
    their_due_at: Annotated[
        datetime | None,
        Column("When it is due by the vendor, where that is another time.", "Due by vendor", spare=6),
    ]
    used_percent: Annotated[int | None, Column("Share of the target that is used.", "Used %")]
    target_s: Annotated[int | None, Column("Business time that was promised, in seconds.", spare=1)]
    elapsed_s: Annotated[int, Column("Business time used, in seconds.", shown=False)]
    policy: Annotated[str | None, Column("Name of the policy.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClocks(Page[TicketClock]):
    """Clocks of open tickets."""

    items: Annotated[tuple[TicketClock, ...], Column("The clocks.")]
    basis: Annotated[Basis, Column("What the list rests on.")]
    excluded: Annotated[tuple[Excluded, ...], Column("Open tickets that were not judged, or not wholly, by reason.")]


class Promises(StrEnum):
    """What is counted together: promises of one sort, or all of a ticket, in the order in which it gets there."""

    TRIAGE = Clock.TRIAGE.value
    ENGAGEMENT = Clock.ENGAGEMENT.value
    COMPLETION = Clock.COMPLETION.value
    ALL = "all"
    """Resolved tickets of which every promise was kept."""


def group_in_words(group: str) -> str:
    """Return what people call a group: types of tickets have names of ours, all else is called as its vendor does."""
    return group.replace("_", " ") if group in {*TicketKind} else group


def _became(*outcomes: Outcome) -> tuple[tuple[str, str], ...]:
    return tuple(("outcome", one.value) for one in outcomes)


_ENDED: Final = _became(*(one for one in Outcome if one is not Outcome.OPEN))


@strict
@dataclass(frozen=True, slots=True)
class PromiseFilter(TicketChoice):
    """Which promises of which tickets."""

    clock: Annotated[
        Promises | None, Help('Only this promise, or "all": resolved tickets with all of their promises together.')
    ] = None


@dataclass(frozen=True, slots=True)
class Attained:
    """How many promises of one kind were kept."""

    clock: Annotated[Promises, Column('Which promise, or "all": resolved tickets of which every promise was kept.')]
    group: Annotated[str | None, Column("What it is divided by.", words=group_in_words)]
    kept: Annotated[int, Column("Kept promises, or such tickets.", by="records", given=_became(Outcome.MET))]
    judged: Annotated[int, Column("All of those that were judged.", by="records")]
    percent: Annotated[float | None, Column("Share of those judged that was kept; nothing when none was.", "%")]
    exempt: Annotated[int, Column("Did not count.", spare=1, by="records", given=_became(Outcome.EXEMPT))]
    unknown: Annotated[
        int,
        Column(
            "Could not be judged: not everything that happened is known.",
            spare=2,
            by="records",
            given=_became(Outcome.UNKNOWN),
        ),
    ]
    without_target: Annotated[
        int,
        Column("Nothing was promised.", "No target", spare=3, by="records", given=_became(Outcome.NOT_APPLICABLE)),
    ]
    overridden: Annotated[
        int,
        Column(
            "Somebody decided another due time, or that they do not count.",
            spare=4,
            by="records",
            given=(*_ENDED, ("overridden", "true")),
        ),
    ]
    without_reason: Annotated[
        int,
        Column(
            "Were missed, and nobody has said why.",
            "No reason",
            by="records",
            given=(*_ENDED, ("without-reason", "true")),
        ),
    ]
    records: Annotated[Opens | None, Column("Where those are that were judged.", shown=False)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment(Page[Attained]):
    """How many promises were kept in a period. A promise belongs to the period in which it was decided."""

    items: Annotated[tuple[Attained, ...], Column("One row for each promise and group.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    basis: Annotated[Basis, Column("What the figures rest on.")]
    excluded: Annotated[
        tuple[Excluded, ...],
        Column("Tickets resolved in the period that do not count, or were not judged, or not wholly, by reason."),
    ]
    unseen: Annotated[str, Column("Why other people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class TechnicianClocks:
    """How a technician stands with promises."""

    technician: Annotated[
        str | None, Column("Who; nothing = nobody has these tickets.", leads="tickets.list:technician")
    ]
    open: Annotated[int, Column("Open tickets.")]
    late: Annotated[int, Column("Of them, with a promise that is late.")]
    triage: Annotated[int, Column("Of them, those whose next promise is triage.", "To triage", spare=3)]
    engagement: Annotated[int, Column("Of them, those whose next promise is engagement.", "To engage", spare=2)]
    completion: Annotated[int, Column("Of them, those whose next promise is completion.", "To complete", spare=1)]
    due_today: Annotated[int, Column("Of them, those whose next promise is due until midnight, and not late.")]
    next_due_at: Annotated[datetime | None, Column("The earliest due time that has not passed.")]
    left_s: Annotated[
        int | None,
        Column(
            "Hours that are left of their shifts today; nothing = nobody knows when they work.", "Hours left", spare=4
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Page[TechnicianClocks]):
    """How technicians stand with promises."""

    items: Annotated[tuple[TechnicianClocks, ...], Column("One row for each technician.")]
    basis: Annotated[Basis, Column("What the figures rest on.")]
    excluded: Annotated[tuple[Excluded, ...], Column("Open tickets that were not judged, or not wholly, by reason.")]


@dataclass(frozen=True, slots=True)
class Compared:
    """One of our clocks that differs from the vendor's own."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    clock: Annotated[str, Column("Which promise.")]
    why: Annotated[str, Column("Why they differ.", wraps=True)]
    our_due_at: Annotated[datetime | None, Column("When it is due by us.", "Due by us", spare=2)]
    their_due_at: Annotated[datetime | None, Column("When it is due by the vendor.", "Due by vendor", spare=1)]
    our_end_at: Annotated[datetime | None, Column("When it was fulfilled by us.", shown=False)]
    their_end_at: Annotated[datetime | None, Column("When it was fulfilled by the vendor.", shown=False)]
    our_met: Annotated[bool | None, Column("Whether it was kept by us; nothing = not decided.", "Kept by us")]
    their_met: Annotated[bool | None, Column("Whether it was kept by the vendor.", "Kept by vendor")]
    policy: Annotated[str | None, Column("Our policy.", shown=False)]
    agreement: Annotated[str | None, Column("The vendor's agreement.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Page[Compared]):
    """Our clocks beside the vendor's own."""

    items: Annotated[tuple[Compared, ...], Column("Clocks that differ.")]
    compared: Annotated[int, Column("Clocks that were compared.")]
    same: Annotated[int, Column("Those of them that say the same, or promise nothing on both sides.")]
    by_reason: Annotated[tuple[Excluded, ...], Column("Those that differ, by reason.")]
    other_verdicts: Annotated[int, Column("Those that differ in whether the promise was kept.")]
    basis: Annotated[Basis, Column("What the comparison rests on.")]
    excluded: Annotated[tuple[Excluded, ...], Column("Tickets that were not judged, or not wholly, by reason.")]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a clock's life in which nothing changed."""

    start: Annotated[datetime, Column("Its first instant.")]
    end: Annotated[datetime, Column("The first one after it.")]
    counted: Annotated[bool, Column("Whether the clock ran.")]
    status: Annotated[str | None, Column("Status of the ticket.")]
    queue: Annotated[str | None, Column("In which queue it was.")]
    assignee: Annotated[str | None, Column("Who had it.")]
    used_s: Annotated[int, Column("Business time used, in seconds.")]


@dataclass(frozen=True, slots=True)
class ClockExplained:
    """One clock of a ticket, with what it is made of."""

    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.")]
    state: Annotated[str, Column("Whether it runs.")]
    outcome: Annotated[str, Column("Whether the promise is kept.")]
    reason: Annotated[str | None, Column("Why it does not count.")]
    policy: Annotated[str | None, Column("Name of the policy.")]
    policy_since: Annotated[datetime | None, Column("Since when that version of the policies holds; nothing = ever.")]
    calendar: Annotated[str | None, Column("Name of the calendar.")]
    calendar_since: Annotated[datetime | None, Column("Since when that version of it holds; nothing = ever.")]
    target_s: Annotated[int | None, Column("Business time that was promised, in seconds.")]
    elapsed_s: Annotated[int, Column("Business time used, in seconds.")]
    started_at: Annotated[datetime | None, Column("When it began.")]
    stopped_at: Annotated[datetime | None, Column("When it ended.")]
    due_at: Annotated[datetime | None, Column("Until when the promise is kept.")]
    breached_at: Annotated[datetime | None, Column("Since when it is broken.")]
    decided: Annotated[str | None, Column("What somebody decided about it, in words.")]
    missed_reason: Annotated[str | None, Column("Why it was missed, as somebody said.")]
    superseded: Annotated[tuple[str, ...], Column("Promises that held before, in words.")]
    their_due_at: Annotated[datetime | None, Column("When it is due by the vendor's own clock.")]
    their_met: Annotated[bool | None, Column("Whether the vendor says that it was kept.")]
    why: Annotated[str | None, Column("Why the vendor's clock and ours differ.")]
    parts: Annotated[tuple[Part, ...], Column("What the time used is the sum of.")]


@dataclass(frozen=True, slots=True)
class TicketExplained:
    """The clocks of a ticket, with what each is made of."""

    ticket: Annotated[str, Column("What people call it.", leads="tickets.show")]
    title: Annotated[str, Column("Title.")]
    history: Annotated[str, Column("How much of its past is known: complete, partial or none.")]
    agreement: Annotated[str | None, Column("The vendor's agreement.")]
    as_of: Annotated[datetime, Column("The instant at which it was judged.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    clocks: Annotated[tuple[ClockExplained, ...], Column("The clocks.")]
