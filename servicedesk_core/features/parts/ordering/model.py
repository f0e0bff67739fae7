"""Orders of parts as lists show them, and what orders and receipts came to."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.outbox.views import WriteView


class OrderState(StrEnum):
    """Where a line of an order stands."""

    PROPOSED = "proposed"
    """Waits for somebody's approval."""
    QUEUED = "queued"
    """Approved, and not at the source yet."""
    IN_DOUBT = "in_doubt"
    """The source may have it; it is looked for before it is sent again."""
    PENDING = "pending"
    """The source keeps it, and has not given it to the supplier."""
    PLACED = "placed"
    BACK_ORDERED = "back_ordered"
    SHIPPED = "shipped"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    """The source did not take it, or does not deliver it."""

    @property
    def is_open(self) -> bool:
        """Whether something may still come."""
        return self not in {OrderState.RECEIVED, OrderState.CANCELLED, OrderState.REJECTED}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of an order."""

    order: Annotated[str, Column("What the source calls the order; before it has it, our own number.")]
    reference: Annotated[str | None, Column("Our own number of it.", "Our no.", shown=False)]
    line: Annotated[str | None, Column("Number of the line in it.", "Line", spare=2)]
    name: Annotated[str, Column("What it is.", "Part", cut=14)]
    part_number: Annotated[str | None, Column("The source's own number of it.", "Their no.", shown=False)]
    manufacturer_part_number: Annotated[str | None, Column("The maker's part number.", "Maker's no.", shown=False)]
    connection: Annotated[str, Column("Connection that it is ordered over.", "From")]
    supplier: Annotated[str | None, Column("Who delivers, where the source buys from several.", shown=False)]
    ticket: Annotated[
        str | None,
        Column("The ticket that it is for; nothing = for the shelf, or nobody knows.", leads="tickets.show:ticket"),
    ]
    ticket_connection: Annotated[str | None, Column("Connection that the ticket is of.", shown=False)]
    ticket_ref: Annotated[str | None, Column("That connection's id of the ticket.", shown=False)]
    claim: Annotated[str | None, Column("Our id of the claim that it is for.", shown=False, leads="claims.show")]
    quantity: Annotated[Decimal, Column("How many are ordered.", "Ordered")]
    received: Annotated[Decimal, Column("How many have come.")]
    outstanding: Annotated[Decimal, Column("How many are still to come.", "To come")]
    state: Annotated[OrderState, Column("Where it stands.")]
    expected_on: Annotated[date | None, Column("When it shall be here, as the source says.", "Expected", spare=1)]
    is_late: Annotated[bool, Column("Whether that day is over and something is still to come.", "Late")]
    unit_cost: Annotated[
        Decimal | None, Column("What one costs; nothing = it is not known, or not to be seen.", "Cost")
    ]
    cost: Annotated[Decimal | None, Column("What all of the line cost.", shown=False)]
    currency: Annotated[str | None, Column("Of both.")]
    serial_numbers: Annotated[tuple[str, ...], Column("Of the pieces, as far as they are known.", shown=False)]
    tracking: Annotated[tuple[str, ...], Column("Carriers and their numbers of what is under way.", shown=False)]
    problem: Annotated[str | None, Column("What somebody has to know of it.", wraps=True)]
    ordered_at: Annotated[datetime | None, Column("When it was ordered or proposed.", shown=False)]
    by: Annotated[str | None, Column("Who proposed it; nothing = it was ordered elsewhere.", shown=False)]
    write: Annotated[int | None, Column("Number of the write that orders it.", "Write", spare=3, leads="writes.show")]
    order_ref: Annotated[str | None, Column("The source's id of the order.", shown=False)]
    line_ref: Annotated[str | None, Column("The source's id of the line.", shown=False)]


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A line that is ordered, as the source offered it."""

    line: Annotated[int, Column("Number of the line.")]
    name: Annotated[str, Column("What it is.", "Part", cut=20)]
    part_number: Annotated[str, Column("The source's own number of it.", "Their no.")]
    quantity: Annotated[Decimal, Column("How many.")]
    unit_cost: Annotated[
        Decimal | None, Column("What one costs; nothing = it is not stated, or not to be seen.", "Price")
    ]
    cost: Annotated[Decimal | None, Column("What all of them cost, without freight and tax.", "Total")]
    currency: Annotated[str | None, Column("Of both.")]
    available: Annotated[Decimal | None, Column("How many can be sent now; nothing = the source does not say.")]
    arrives_on: Annotated[date | None, Column("When more of it arrives there.", "Arrives")]
    ticket: Annotated[str | None, Column("The ticket that it is for; nothing = for the shelf.", leads="tickets.show")]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that was proposed, and what became of it."""

    number: Annotated[str, Column("Our own number of the order, by which it is found at the source.")]
    lines: Annotated[tuple[OfferedLine, ...], Column("What is ordered.")]
    total: Annotated[Decimal | None, Column("What the goods cost; nothing = not known, or not to be seen.")]
    currency: Annotated[str | None, Column("Of that.")]
    needs_another: Annotated[str | None, Column("Why another person must approve it; nothing = anybody may.")]
    write: Annotated[WriteView, Column("The write that orders it.")]


@dataclass(frozen=True, slots=True)
class ReorderRow:
    """A part that the shelf lacks, or that a ticket waits for, and who has it."""

    name: Annotated[str, Column("What it is.", "Part", cut=16)]
    ticket: Annotated[
        str | None, Column("The ticket that waits for it; nothing = the shelf lacks it.", spare=1, leads="tickets.show")
    ]
    stock: Annotated[str | None, Column("Connection whose shelf lacks it; nothing = a ticket does.", shown=False)]
    ref: Annotated[str | None, Column("Its id there.", shown=False)]
    available: Annotated[Decimal | None, Column("How many can be taken.")]
    minimum: Annotated[Decimal | None, Column("How many there shall be at least.")]
    taken: Annotated[Decimal, Column("How many are just being taken for tickets.")]
    on_order: Annotated[Decimal, Column("How many are on order for the shelf.", "On order")]
    lacking: Annotated[Decimal, Column("How many are needed then.")]
    source: Annotated[str | None, Column("Connection that has it; nothing = nobody does.", "From")] = None
    part_number: Annotated[str | None, Column("Its own number of it.", "Their no.", shown=False)] = None
    unit_cost: Annotated[Decimal | None, Column("What one costs there; nothing = not to be seen.", "Price")] = None
    cost: Annotated[Decimal | None, Column("What all of them cost.", "Total")] = None
    currency: Annotated[str | None, Column("Of both.")] = None
    write: Annotated[
        int | None, Column("Number of the write that orders it; nothing = none was proposed.", leads="writes.show")
    ] = None
    problem: Annotated[str | None, Column("Why it is not ordered.", wraps=True)] = None


@dataclass(frozen=True, slots=True)
class Reordered:
    """What the shelf lacks, and the orders that were proposed for it."""

    lines: Annotated[tuple[ReorderRow, ...], Column("What is lacking, with the best offer.")]
    writes: Annotated[tuple[int, ...], Column("Numbers of the writes that were proposed, one for each source.")]


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    """A line of which something has come."""

    order: Annotated[str, Column("What the source calls the order.")]
    line: Annotated[str | None, Column("Number of the line in it.")]
    name: Annotated[str, Column("What it is.", "Part")]
    quantity: Annotated[Decimal, Column("How many came.", "Came")]
    outstanding: Annotated[Decimal, Column("How many are still to come then.", "To come")]
    ticket: Annotated[str | None, Column("The ticket that it is for.", leads="tickets.show")]


@dataclass(frozen=True, slots=True)
class Received:
    """What has come of an order."""

    lines: Annotated[tuple[ArrivedLine, ...], Column("What came.")]
    write: Annotated[
        WriteView | None, Column("The write that books it at the source; nothing = the source keeps no stock.")
    ]
