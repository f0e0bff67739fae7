"""Where money stands, and what is wrong with time, as lists show it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page


class Stage(StrEnum):
    """How far something is on its way from work to money."""

    WORKED = "worked"
    """Recorded, delivered or due; nobody has approved it."""
    APPROVED = "approved"
    """Approved for billing, and not posted yet."""
    POSTED = "posted"
    """Posted for billing, and on no invoice; one that was voided is none."""
    INVOICED = "invoiced"
    """On an invoice that is not paid, and not in the accounting system as far as we know."""
    TRANSFERRED = "transferred"
    """In the accounting system, and not paid."""
    PAID = "paid"


class Billed(StrEnum):
    """What is billed."""

    LABOUR = "labour"
    CHARGES = "charges"
    SERVICES = "services"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StageRow:
    """What of a client stands at one stage."""

    client: Annotated[str, Column("The client.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection whose id it has.", shown=False)]
    ref: Annotated[str | None, Column("The vendor's id of the client.", "Id", shown=False)]
    stage: Annotated[Stage, Column("How far it is.")]
    what: Annotated[Billed, Column("What is billed.")]
    pieces: Annotated[int, Column("How many entries, charges, services or lines.")]
    worked_s: Annotated[int | None, Column("The work, in seconds; nothing = it is none.", "Hours")]
    amount: Annotated[Decimal, Column("What they come to without tax, as far as it is known.")]
    currency: Annotated[str | None, Column("Its currency; nothing = the MSP's own, which nobody named.", spare=2)]
    unknown: Annotated[int, Column("Pieces whose amount nobody knows.")]
    oldest_on: Annotated[date | None, Column("Day of the oldest of them.", "Since", spare=1)]
    age_days: Annotated[int | None, Column("Its age in days.", "Days")]


@dataclass(frozen=True, slots=True)
class StageSum:
    """What stands at one stage, of all clients."""

    stage: Annotated[Stage, Column("How far it is.")]
    pieces: Annotated[int, Column("How many.")]
    amount: Annotated[Decimal, Column("What they come to, as far as it is known.")]
    currency: Annotated[str | None, Column("Its currency; nothing = the MSP's own, which nobody named.")]
    unknown: Annotated[int, Column("Pieces whose amount nobody knows.")]
    oldest_on: Annotated[date | None, Column("Day of the oldest of them.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages(Page[StageRow]):
    """Where money stands."""

    items: Annotated[tuple[StageRow, ...], Column("The lines.")]
    sums: Annotated[tuple[StageSum, ...], Column("What stands at each stage, on all pages together.")]


class Doubt(StrEnum):
    """What is wrong with time, before anybody bills it."""

    NO_SUMMARY = "no summary"
    """The client would read nothing about the work."""
    NO_CONTRACT = "no contract"
    """The ticket's contract is in force, and the entry is on none."""
    WRONG_CONTRACT = "wrong contract"
    """Another client's, one that does not run any more, or not on the day of the work."""
    WRONG_WORK_TYPE = "wrong work type"
    """None, or one that is used no more."""
    AFTER_HOURS = "after hours at day rate"
    """More than half of it outside the client's hours, and billed as if it were not."""
    NOT_AFTER_HOURS = "day work at after-hours rate"
    """All of it within the client's hours, and billed as if it were not."""
    ZERO = "zero hours"
    """Nothing was worked, or nothing of it would be billed."""
    LESS = "billed less"
    """Less would be billed than was worked."""
    MORE = "billed more"
    """More would be billed than the next full step."""
    OLD = "unposted"
    """Older than work may be without being posted."""
    NO_TIME = "closed without time"
    """A ticket that was closed, and on which nobody entered time."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Time, or a ticket without any, that somebody should look at before it is billed."""

    connection: Annotated[str, Column("Connection of the record.", shown=False)]
    ref: Annotated[
        str | None, Column("The vendor's id of the time entry; nothing = the ticket has none.", "Id", spare=3)
    ]
    day: Annotated[date | None, Column("When it was worked, or closed.")]
    ticket_number: Annotated[str | None, Column("The ticket.", "Ticket", leads="tickets.show")]
    client: Annotated[str | None, Column("The client.", cut=10, spare=2, leads="tickets.list:company")]
    technician: Annotated[str | None, Column("Who did it.", cut=10, spare=1, leads="tickets.list:technician")]
    worked_s: Annotated[int | None, Column("What was worked, in seconds.", "Worked")]
    billed_s: Annotated[int | None, Column("What would be billed, in seconds.", "Billed")]
    doubts: Annotated[tuple[Doubt, ...], Column("What is wrong.", wraps=True)]
    right: Annotated[str, Column("What would be right.", "To do", wraps=True)]


@dataclass(frozen=True, slots=True)
class DoubtCount:
    """How often something is wrong."""

    doubt: Annotated[Doubt, Column("What is wrong.")]
    rows: Annotated[int, Column("With how many entries or tickets.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Page[ReviewRow]):
    """What to look at before it is billed."""

    items: Annotated[tuple[ReviewRow, ...], Column("What somebody should look at.")]
    counts: Annotated[tuple[DoubtCount, ...], Column("How often each is wrong, on all pages together.")]
    entries: Annotated[int, Column("Billable time entries that were looked at: all that are not posted.")]
    tickets: Annotated[int, Column("Closed tickets that were looked at.")]
    not_judged: Annotated[str | None, Column("What was not judged, and why; nothing = everything was.")]
