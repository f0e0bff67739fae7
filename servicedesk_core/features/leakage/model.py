"""Money that is not billed, as lists show it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page


class Leak(StrEnum):
    """Why something is not billed, or not enough."""

    AFTER_HOURS = "after hours at day rate"
    EXCLUDED = "excluded work for nothing"
    ENDED = "work on an ended contract"
    BLOCK = "overdrawn block"
    UNITS = "more than contracted"
    CHARGE = "charge without a price"
    PART = "part without a charge"


class Judged(StrEnum):
    """Whether somebody decided about it."""

    OPEN = "open"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class LeakRow:
    """Something that is not billed, or not enough."""

    key: Annotated[str, Column("Its name, by which it is accepted.", spare=3)]
    leak: Annotated[Leak, Column("Why it is none, or too little.", wraps=True)]
    client: Annotated[str, Column("The client.", cut=10, leads="tickets.list:company")]
    day: Annotated[date | None, Column("When; nothing = it is so now.", spare=2)]
    ticket_number: Annotated[str | None, Column("The ticket.", "Ticket", spare=1, leads="tickets.show")]
    amount: Annotated[Decimal | None, Column("What it comes to, without tax; nothing = nobody knows.")]
    currency: Annotated[str | None, Column("Its currency; nothing = the MSP's own.", spare=2)]
    evidence: Annotated[str, Column("What shows it.", wraps=True)]
    right: Annotated[str, Column("What would correct it.", "To do", wraps=True)]
    known_since: Annotated[datetime, Column("When it was found first.", shown=False)]
    connection: Annotated[str, Column("Connection of the record.", shown=False)]
    ref: Annotated[str, Column("The vendor's id of the record.", shown=False)]
    state: Annotated[Judged, Column("Whether somebody accepted it.", shown=False)]
    reason: Annotated[str | None, Column("Why it was accepted.", shown=False)]


@dataclass(frozen=True, slots=True)
class LeakSum:
    """What one kind comes to."""

    leak: Annotated[Leak, Column("Why it is none, or too little.")]
    found: Annotated[int, Column("How many.")]
    amount: Annotated[Decimal, Column("What they come to, as far as it is known.")]
    currency: Annotated[str | None, Column("Its currency; nothing = the MSP's own.")]
    unknown: Annotated[int, Column("Of how many nobody knows it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks(Page[LeakRow]):
    """Money that is not billed."""

    items: Annotated[tuple[LeakRow, ...], Column("What somebody should look at.")]
    sums: Annotated[tuple[LeakSum, ...], Column("What each kind comes to, on all pages together.")]
    not_judged: Annotated[tuple[str, ...], Column("What was not looked for, and why.")]


@dataclass(frozen=True, slots=True)
class LeakDecided:
    """What somebody decided about a leak."""

    key: Annotated[str, Column("Its name.")]
    state: Annotated[Judged, Column("Whether it is accepted.")]
    at: Annotated[datetime, Column("When it was decided.", "When")]
    author: Annotated[str, Column("Who decided it.", "Who")]
    reason: Annotated[str, Column("Why, in their words.", "Why", wraps=True)]
