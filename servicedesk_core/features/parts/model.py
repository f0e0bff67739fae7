"""Parts as lists show them: offers of several sources, the shelf, and what was taken."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.parts import PartSource
from servicedesk_core.domain.writing import AT_VENDOR, WriteState
from servicedesk_core.faces import Column


class Answered(StrEnum):
    """What became of a question to one source."""

    ANSWERED = "answered"
    LATE = "late"
    """It did not answer within the time that it had."""
    FAILED = "failed"
    CANNOT = "cannot"
    """It cannot look by what was asked, so it was not asked."""
    NOT_THEIRS = "not_theirs"
    """The device is another manufacturer's."""


@dataclass(frozen=True, slots=True)
class AskedSource:
    """One source and its answer."""

    connection: Annotated[str, Column("Name of the connection.", "Source")]
    source: Annotated[PartSource | None, Column("Who that is; nothing = it could not even say so.", "Who")]
    answer: Annotated[Answered, Column("What became of the question.")]
    offers: Annotated[int, Column("How many offers it made.")]
    problem: Annotated[str | None, Column("Why it made none.", wraps=True)] = None
    hint: Annotated[str | None, Column("What to do about it.", shown=False)] = None
    exit_code: Annotated[int, Column("What a command comes to where this is all there is.", shown=False)] = 0


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A part as one source offers it."""

    part: Annotated[int, Column("Number of the part in this answer: offers of one part have the same.", "No.")]
    name: Annotated[str, Column("What it is.", "Part", cut=14)]
    manufacturer: Annotated[str | None, Column("Who makes it, by their one name.", "Maker", cut=8, spare=3)]
    manufacturer_part_number: Annotated[str | None, Column("The maker's part number.", "Maker's no.", cut=10)]
    upc: Annotated[str | None, Column("The bar code.", "UPC", shown=False)]
    connection: Annotated[str, Column("Connection that offers it.", "From")]
    source: Annotated[PartSource, Column("Who that is.", shown=False)]
    number: Annotated[str, Column("The source's own number of it.", "Their no.", shown=False)]
    condition: Annotated[str | None, Column("New, refurbished, in the source's word.", shown=False)]
    unit_price: Annotated[
        Decimal | None, Column("What one costs us; nothing = it is not stated, or not to be seen.", "Price")
    ]
    list_price: Annotated[Decimal | None, Column("What the maker asks of anybody.", shown=False)]
    map_price: Annotated[
        Decimal | None, Column("The lowest price at which the maker lets it be advertised.", shown=False)
    ]
    currency: Annotated[str | None, Column("Of the prices.")]
    available: Annotated[Decimal | None, Column("How many can be had now; nothing = the source does not say.")]
    arrives_on: Annotated[date | None, Column("When more of it arrives.", "Arrives", spare=2)]
    takes_back_orders: Annotated[
        bool | None, Column("Whether more can be ordered than there is now.", "Back orders", shown=False)
    ]
    places: Annotated[tuple[str, ...], Column("Where it lies, and how many.", "Where", cut=10, spare=1)]
    note: Annotated[str | None, Column("What has to be known before it is taken or bought.", wraps=True)]
    as_of: Annotated[datetime, Column("How old the source's word is.", shown=False)]


@dataclass(frozen=True, slots=True)
class FoundParts:
    """Offers of all sources, and what each of these answered."""

    offers: Annotated[tuple[OfferRow, ...], Column("The offers, the best part first, and of each part the best offer.")]
    asked: Annotated[tuple[AskedSource, ...], Column("What each source answered.")]
    parts: Annotated[int, Column("How many different parts that are.")]
    quantity: Annotated[Decimal, Column("How many are needed.")]
    currency: Annotated[str | None, Column("The currency in which prices were compared; nothing = there are none.")]
    device: Annotated[str | None, Column("Serial number of the device that it is for.")] = None
    order: Annotated[str | None, Column("By whose rule the offers are ordered; nothing = by the usual one.")] = None


@dataclass(frozen=True, slots=True)
class StockRow:
    """A part and how many of it lie where."""

    name: Annotated[str, Column("What it is.", "Part", cut=16)]
    manufacturer: Annotated[str | None, Column("Who makes it, by their one name.", "Maker", cut=8, spare=2)]
    manufacturer_part_number: Annotated[str | None, Column("The maker's part number.", "Maker's no.", cut=10, spare=3)]
    number: Annotated[str | None, Column("The stock's own number of it.", "Our no.", shown=False)]
    upc: Annotated[str | None, Column("The bar code.", "UPC", shown=False)]
    kind: Annotated[str | None, Column("The stock's word for what it is.", shown=False)]
    connection: Annotated[str, Column("Connection whose stock that is.", shown=False)]
    ref: Annotated[str, Column("Its id there.", "Id")]
    available: Annotated[Decimal | None, Column("How many can be taken; nothing = the stock does not say.")]
    on_order: Annotated[Decimal | None, Column("How many are on their way.", shown=False)]
    minimum: Annotated[Decimal | None, Column("How many there shall be at least.")]
    lacking: Annotated[Decimal, Column("How many are missing to that.")]
    places: Annotated[tuple[str, ...], Column("Where they lie, and how many.", "Where", cut=10, spare=1)]
    serial_numbers: Annotated[tuple[str, ...], Column("Of the pieces there, as far as they are known.", shown=False)]
    unit_cost: Annotated[Decimal | None, Column("What one cost; nothing = it is not known, or not to be seen.", "Cost")]
    value: Annotated[Decimal | None, Column("What all that can be taken cost.", shown=False)]
    currency: Annotated[str | None, Column("Of cost and value.")]
    is_discontinued: Annotated[bool, Column("Whether it is made no more.", shown=False)]
    replaced_by: Annotated[str | None, Column("Part number of its successor.", shown=False)]


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A part that was taken from stock for a ticket."""

    write: Annotated[int, Column("Number of the write that took it.", "No.", leads="writes.show")]
    ticket: Annotated[str, Column("The ticket's number.", leads="tickets.show:ticket")]
    ticket_connection: Annotated[str | None, Column("Connection that the ticket is of.", shown=False)]
    ticket_ref: Annotated[str | None, Column("That connection's id of the ticket.", shown=False)]
    name: Annotated[str, Column("What it is.", "Part", cut=14)]
    serial_number: Annotated[str | None, Column("Serial number of the piece.", spare=2)]
    quantity: Annotated[Decimal, Column("How many were taken.", "Taken")]
    returned: Annotated[Decimal, Column("How many were given back.")]
    cost: Annotated[
        Decimal | None,
        Column("What those cost that were not given back; nothing = it is not known, or not to be seen."),
    ]
    currency: Annotated[str | None, Column("Of the cost.")]
    connection: Annotated[str, Column("Connection whose stock it came from.", "From", spare=3)]
    state: Annotated[WriteState, Column("Whether the stock knows of it.")]
    by: Annotated[str, Column("Who took it.", spare=1)]
    at: Annotated[datetime, Column("When.", "When", spare=1)]

    @property
    def is_held(self) -> bool:
        """Whether the ticket has it: it was taken, and not all of it given back."""
        return self.state in AT_VENDOR and self.returned < self.quantity
