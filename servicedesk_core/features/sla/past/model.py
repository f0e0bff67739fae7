"""What is shown of what became of promises, and of what people decide about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Opens, Page
from servicedesk_core.features.definitions import DefinitionVersion
from servicedesk_core.features.sla.model import Basis, Excluded, group_in_words


@dataclass(frozen=True, slots=True)
class ClockDecision:
    """What somebody decides about a clock, with what it changes."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.")]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.")]
    kind: Annotated[
        str,
        Column(
            "override, exempt, or withdrawn: what was decided before holds no more; override_requested and "
            "exempt_requested are only asked for, and declined is not decided."
        ),
    ]
    reason: Annotated[str, Column("Why.")]
    due_before: Annotated[datetime | None, Column("When it was due.")]
    due_at: Annotated[datetime | None, Column("When it is due.")]
    outcome_before: Annotated[str, Column("Whether the promise was kept before.")]
    outcome: Annotated[str, Column("Whether it is now.")]
    busy: Annotated[str | None, Column("Who is judging clocks, and takes it in instead.")] = None


@dataclass(frozen=True, slots=True)
class MissedBecause:
    """Why a promise was missed."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.")]
    missed_at: Annotated[datetime | None, Column("Since when it is broken.")]
    reason: Annotated[str, Column("Which of the fixed reasons.")]
    reason_before: Annotated[str | None, Column("Which was said before.")]
    note: Annotated[str, Column("More, in words.")]


@dataclass(frozen=True, slots=True)
class MissedClock:
    """A promise that was missed."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.", cut=12)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=10, spare=2, leads="tickets.list:company")
    ]
    technician: Annotated[str | None, Column("Who has it.", cut=10, spare=3, leads="tickets.list:technician")]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.", shown=False)]
    missed_at: Annotated[datetime, Column("Since when it is broken.", "Missed")]
    over_s: Annotated[int | None, Column("Business time used beyond the target, in seconds.", "Over", spare=1)]
    policy: Annotated[str | None, Column("Name of the policy.", shown=False)]
    reason: Annotated[str | None, Column("Which of the fixed reasons; nothing = nobody has said why.", "Why")]
    note: Annotated[str, Column("More, in words.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedClocks(Page[MissedClock]):
    """Promises that were missed in a period."""

    items: Annotated[tuple[MissedClock, ...], Column("The promises.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    by_reason: Annotated[tuple[Excluded, ...], Column("All that were missed then, by reason.")]
    basis: Annotated[Basis, Column("What the list rests on.")]


@dataclass(frozen=True, slots=True)
class MissedReasonRow:
    """A reason for which a promise can be missed."""

    reason: Annotated[str, Column("Its name.")]
    about: Annotated[str, Column("When it is the reason.", wraps=True)]


@dataclass(frozen=True, slots=True)
class DecidedClock:
    """What somebody decided about a promise."""

    id: Annotated[int, Column("Its number.", shown=False)]
    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=10, spare=2, leads="tickets.list:company")
    ]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.", shown=False)]
    kind: Annotated[
        str,
        Column(
            "override, exempt, withdrawn; override_requested, exempt_requested, declined; or missed: why it was.",
            "Decision",
        ),
    ]
    due_at: Annotated[datetime | None, Column("Of an override: until when the promise is kept.", "Due", spare=3)]
    missed_reason: Annotated[str | None, Column("Of a missed one: which of the fixed reasons.", "Reason", spare=1)]
    reason: Annotated[str, Column("Why, in their words.", "Why", wraps=True)]
    at: Annotated[datetime, Column("When that was decided.", "When")]
    actor: Annotated[str, Column("Who decided it.", "Who", cut=10)]


class ResponseBy(StrEnum):
    """What response times are divided by."""

    PRIORITY = "priority"
    CLIENT = "client"
    TECHNICIAN = "technician"
    QUEUE = "queue"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Answered:
    """How fast tickets were first answered: time since they were created."""

    group: Annotated[str | None, Column("What it is divided by.", words=group_in_words)]
    answered: Annotated[int, Column("Tickets that got their first answer in the period.", by="records")]
    waiting: Annotated[
        int, Column("Open tickets that had none at its end.", by="records", given=(("waiting", "true"),))
    ]
    mean_s: Annotated[int | None, Column("The mean, in seconds; nothing = there was none.", "Mean", spare=1)]
    median_s: Annotated[int | None, Column("What half of them stay below, in seconds.", "Median")]
    p90_s: Annotated[int | None, Column("What 90 % stay below, in seconds.", "p90")]
    p95_s: Annotated[int | None, Column("What 95 % stay below, in seconds.", "p95")]
    told: Annotated[
        int,
        Column(
            "Of those answered: only the vendor says so.",
            "Vendor's word",
            spare=2,
            by="records",
            given=(("told", "true"),),
        ),
    ]
    records: Annotated[Opens | None, Column("Where those are that were answered.", shown=False)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses(Page[Answered]):
    """How fast tickets were first answered. A ticket belongs to the period in which it was."""

    items: Annotated[tuple[Answered, ...], Column("One row for each group.")]
    whole: Annotated[Answered, Column("All of them.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    calendar: Annotated[str | None, Column("In whose hours the times are; nothing = elapsed time.")]
    unseen: Annotated[str, Column("Why other people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The first answer on a ticket, or that there is none yet."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.", cut=16)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=10, leads="tickets.list:company")]
    priority: Annotated[str | None, Column("Priority.", spare=3)]
    created_at: Annotated[datetime, Column("When the ticket was created.", spare=1)]
    answered_at: Annotated[datetime | None, Column("When somebody answered; nothing = nobody did by then.")]
    after_s: Annotated[int | None, Column("Seconds from its creation on; nothing = nobody has answered.", "After")]
    is_told: Annotated[bool, Column("Whether only the vendor says so.", "Vendor's word", spare=2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswers(Page[FirstAnswer]):
    """First answers of a period, one by one."""

    items: Annotated[tuple[FirstAnswer, ...], Column("The answers.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    calendar: Annotated[str | None, Column("In whose hours the times are; nothing = elapsed time.")]
    unseen: Annotated[str, Column("Why other people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class AuditedPromise:
    """What became of the promises of one kind that a policy makes to a client."""

    policy: Annotated[str | None, Column("Name of the policy.", cut=8)]
    client: Annotated[str | None, Column("Name of the client.", cut=10, leads="tickets.list:company")]
    clock: Annotated[str, Column("Which promise.")]
    targets: Annotated[str, Column("What was promised, by priority.", wraps=True, spare=4)]
    kept: Annotated[int, Column("Promises that were kept.", spare=3)]
    judged: Annotated[int, Column("All of those that were judged.")]
    percent: Annotated[float | None, Column("Share of those judged that was kept; nothing when none was.", "%")]
    missed: Annotated[int, Column("Promises that were missed.")]
    without_reason: Annotated[int, Column("Of them, those of which nobody has said why.", "No reason")]
    overridden: Annotated[int, Column("Somebody decided another due time.", "Overrides")]
    exempted: Annotated[int, Column("Somebody decided that they do not count.", "Exemptions")]
    exempt: Annotated[int, Column("Did not count for another reason.", "Exempt", spare=2)]
    unknown: Annotated[int, Column("Could not be judged: not everything that happened is known.", spare=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterAudit(Page[AuditedPromise]):
    """What became of all promises that were decided in a quarter."""

    items: Annotated[tuple[AuditedPromise, ...], Column("One row for each policy, client and promise.")]
    quarter: Annotated[str, Column("The quarter.")]
    since: Annotated[datetime, Column("Its first instant.")]
    until: Annotated[datetime, Column("The first one after it.")]
    versions: Annotated[
        tuple[DefinitionVersion, ...],
        Column("Versions that changed policies, calendars or reasons in it; for who sees the whole desk."),
    ]
    kept: Annotated[int, Column("Promises that were kept, on all pages.")]
    judged: Annotated[int, Column("All of those that were judged.")]
    without_reason: Annotated[int, Column("Missed ones of which nobody has said why.")]
    decisions: Annotated[
        int, Column("What people decided about promises in it: due times, exemptions, what was undone.")
    ]
    basis: Annotated[Basis, Column("What the figures rest on.")]
