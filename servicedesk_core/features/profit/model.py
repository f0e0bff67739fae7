"""Margins as people and programs see them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page


class By(StrEnum):
    """What a line is of."""

    CLIENT = "client"
    TYPE = "type"
    CONTRACT = "contract"
    PROJECT = "project"
    RECURRING = "recurring"
    """Planned work that comes again, and all other."""
    MONTH = "month"


class Line(StrEnum):
    """What a line says."""

    RESULT = "result"
    ADJUSTMENT = "adjustment"
    """What came after its month was closed."""


class Flag(StrEnum):
    """What has to be known of a line before its figures are believed."""

    UNKNOWN_REVENUE = "unknown_revenue"
    UNCOSTED = "uncosted"
    LOSS_WITHOUT_REVENUE = "loss_without_revenue"


@dataclass(frozen=True, slots=True)
class ProfitRow:
    """What something earned and cost, in the currency of the report."""

    name: Annotated[str, Column("What it is called.", cut=12)]
    connection: Annotated[str | None, Column("Connection whose id it has; nothing = it is of none.", shown=False)]
    ref: Annotated[str | None, Column("The vendor's id, or our word.", "Id", shown=False)]
    line: Annotated[Line, Column("A result, or what came after its month was closed.", shown=False)]
    worked_s: Annotated[int, Column("Work, in seconds.", "Hours")]
    recurring: Annotated[Decimal, Column("Revenue of contracts, its part of it.", spare=3)]
    time: Annotated[Decimal, Column("Work that was billed by the hour.", shown=False)]
    blocks: Annotated[Decimal, Column("Work out of hours that were bought in advance, at their price.", shown=False)]
    parts: Annotated[Decimal, Column("Parts that are billed.", shown=False)]
    other: Annotated[Decimal, Column("What else was billed.", shown=False)]
    revenue: Annotated[Decimal, Column("All of that: the revenue that is known.")]
    labour: Annotated[Decimal, Column("What the work cost.", shown=False)]
    goods: Annotated[Decimal, Column("What parts, licences and services cost.", shown=False)]
    recovered: Annotated[Decimal, Column("What manufacturers agreed to give back.", shown=False)]
    cost: Annotated[Decimal, Column("Work and goods, less what was recovered: the cost that is known.")]
    profit: Annotated[Decimal, Column("Revenue less cost, as far as both are known.")]
    margin_percent: Annotated[
        Decimal | None, Column("Profit in percent of the revenue; nothing where a part of either is unknown.", "Margin")
    ]
    hourly: Annotated[
        Decimal | None, Column("Recurring revenue for an hour of work on contracts that have it.", "An hour", spare=2)
    ]
    unknown: Annotated[int, Column("Parts of the revenue that nobody knows.", "Unknown", shown=False)]
    uncosted: Annotated[int, Column("Pieces of work and goods whose cost nobody knows.", shown=False)]
    uncosted_s: Annotated[int, Column("The work among them, in seconds.", shown=False)]
    flags: Annotated[tuple[Flag, ...], Column("Why there is no margin.", "But", wraps=True)]


class Band(StrEnum):
    """Between what a margin lies: what those may know who see no costs."""

    LOSS = "a loss"
    LOW = "below 20 %"
    FAIR = "20 % to 40 %"
    GOOD = "40 % or more"
    UNKNOWN = "not known"
    """A part of the revenue or of the cost is not known, or there is no revenue."""

    @classmethod
    def of(cls, margin_percent: Decimal | None) -> "Band":
        """Return the band of a margin."""
        if margin_percent is None:
            return cls.UNKNOWN
        if margin_percent < 0:
            return cls.LOSS
        return cls.LOW if margin_percent < 20 else cls.FAIR if margin_percent < 40 else cls.GOOD  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class OwnClient:
    """A client whose account somebody keeps."""

    name: Annotated[str, Column("The client.", "Client", cut=12)]
    connection: Annotated[str, Column("Connection whose id it has.", shown=False)]
    ref: Annotated[str, Column("The vendor's id.", "Id", shown=False)]
    band: Annotated[Band, Column("Between what the margin of the period lies.", "Margin")]


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """What is in no line."""

    month: Annotated[str, Column("The month.")]
    reason: Annotated[str, Column("Why.")]
    facts: Annotated[int, Column("How many entries, lines or charges.")]
    worked_s: Annotated[int, Column("The work among them, in seconds.", "Hours")]
    amount: Annotated[Decimal | None, Column("What they add up to; nothing = they are no amounts.")]
    currency: Annotated[str | None, Column("In which currency; nothing = it is not known.")]


@dataclass(frozen=True, slots=True)
class UsedRate:
    """An exchange rate that figures rest on."""

    month: Annotated[str, Column("The month.")]
    currency: Annotated[str, Column("The other currency.")]
    rate: Annotated[Decimal, Column("What one unit of it was worth.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitReport(Page[ProfitRow]):
    """Margins of a period."""

    items: Annotated[tuple[ProfitRow, ...], Column("The lines.")]
    period: Annotated[str, Column("The period.")]
    by: Annotated[By, Column("What a line is of.")]
    currency: Annotated[str, Column("The currency of all amounts.")]
    closed: Annotated[tuple[str, ...], Column("Its months that are closed.")]
    total: Annotated[ProfitRow, Column("All results together, on all pages.")]
    adjustment: Annotated[ProfitRow | None, Column("All adjustments together; nothing = nothing came later.")]
    excluded: Annotated[tuple[ExcludedRow, ...], Column("What is in no line, by reason.")]
    rates: Annotated[tuple[UsedRate, ...], Column("Exchange rates that figures rest on.")]


class Uncosted(StrEnum):
    """What can lack a cost."""

    TIME = "time"
    CHARGES = "charges"
    SERVICES = "services"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class UncostedRow:
    """Work or goods whose cost nobody knows."""

    connection: Annotated[str, Column("Connection of the record.", shown=False)]
    ref: Annotated[str, Column("The vendor's id of the record.", "Id", spare=3)]
    day: Annotated[date | None, Column("When it was done, bought or began.")]
    ticket_number: Annotated[str | None, Column("The ticket.", "Ticket", leads="tickets.show")]
    technician: Annotated[str | None, Column("Who did it.", cut=10, leads="tickets.list:technician")]
    role: Annotated[str | None, Column("In which role.", spare=1)]
    name: Annotated[str | None, Column("What was bought.", "What", cut=10, spare=2)]
    worked_s: Annotated[int | None, Column("How much work, in seconds.", "Hours")]
    why: Annotated[str, Column("What is missing.", wraps=True)]


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A month whose margins stay as they are."""

    month: Annotated[str, Column("The month.")]
    at: Annotated[datetime, Column("When it was closed.", "When")]
    author: Annotated[str, Column("Who closed it.", "Who")]
    reason: Annotated[str, Column("Why, in their words.", "Why", wraps=True)]
    currency: Annotated[str, Column("The currency that it is in.")]


@dataclass(frozen=True, slots=True)
class Closing:
    """A month that was closed."""

    month: Annotated[str, Column("The month.")]
    revenue: Annotated[Decimal, Column("Its revenue, as far as it was known.")]
    cost: Annotated[Decimal, Column("Its cost, as far as it was known.")]
    currency: Annotated[str, Column("The currency of both.")]
    unknown: Annotated[int, Column("Parts of the revenue that nobody knew.")]
    uncosted: Annotated[int, Column("Pieces of work and goods whose cost nobody knew.")]
