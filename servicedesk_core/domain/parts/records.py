"""What a stock keeps: kinds of parts, how many of them lie where, and what was taken for which ticket."""

from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant

Count = Amount
"""How many there are; a Decimal because cable is kept by the metre. Below zero: more was taken than was counted."""


class Part(Entity):
    """A kind of thing that a stock keeps. The stock is the MSP's own, so no client's scope shows it."""

    stream: ClassVar[str] = "parts"
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    name: str
    number: str | None = Field(default=None, description="The source's own part number.")
    manufacturer: str | None = None
    manufacturer_part_number: str | None = None
    upc: str | None = Field(default=None, description="The bar code: UPC, EAN or GTIN, digits only.")
    kind: str | None = Field(default=None, description="The source's word for what it is: component, consumable …")
    category: str | None = None
    minimum: Count | None = Field(default=None, description="How many there shall be at least, at all places together.")
    unit_cost: Amount | None = None
    currency: Currency | None = Field(default=None, description="Of the cost.")
    is_serialized: bool | None = Field(default=None, description="Whether each piece has a serial number of its own.")
    is_active: bool | None = Field(default=None, description="False: discontinued.")
    replaced_by: str | None = Field(default=None, description="Part number of its successor.")
    created_at: Instant | None = None
    modified_at: Instant | None = None


class StockLevel(Entity):
    """How many of a part lie in one place; of a piece with a serial number, that piece."""

    stream: ClassVar[str] = "stock_levels"

    part_ref: str
    place: str | None = Field(default=None, description="What the place is called; empty: the source does not say.")
    available: Count | None = Field(default=None, description="How many can be taken now.")
    on_hand: Count | None = Field(default=None, description="How many are owned, those in use included.")
    on_order: Count | None = None
    serial_number: str | None = None
    modified_at: Instant | None = None


class StockMove(Entity):
    """A piece that was taken from stock for a ticket, and perhaps given back.

    A write of the kind ``stock_moves.take`` belongs to the stock level that is its parent and makes one; ``return``
    belongs to the same and names it in ``move_ref``.
    """

    stream: ClassVar[str] = "stock_moves"
    counted_in: ClassVar[str | None] = "stock_levels"
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    stock_level_ref: str | None = None
    part_name: str | None = None
    quantity: Count | None = None
    serial_number: str | None = None
    unit_cost: Amount | None = Field(default=None, description="What one cost when it was taken.")
    currency: Currency | None = Field(default=None, description="Of the cost.")
    ticket_number: str | None = Field(default=None, description="What people call the ticket.")
    ticket_connection: str | None = Field(default=None, description="Connection that the ticket is of.")
    ticket_id: str | None = Field(default=None, description="That connection's id of the ticket.")
    device_serial: str | None = Field(default=None, description="Serial number of the device that it is for.")
    holder: str | None = Field(default=None, description="Who or what has it now, in the source's words: `asset:12`.")
    move_ref: str | None = Field(default=None, description="What is given back: the id of the move that took it.")
    note: str | None = None
    moved_at: Instant | None = None
