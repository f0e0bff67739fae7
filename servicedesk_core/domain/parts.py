"""What can be had, what is ordered, and what is on the shelf (provisional)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Instant, Model
from servicedesk_core.domain.logistics import Address, Quantity, Shipment

Stock = Annotated[Amount, Field(ge=0)]


class PartQuery(Model):
    """What is looked for; every given field must fit."""

    text: str | None = None
    part_number: str | None = None
    manufacturer: str | None = None
    upc: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class StockAt(Model):
    """How much lies in one place."""

    location_ref: str
    name: str | None = None
    available: Stock | None = None
    on_order: Stock | None = None
    expected_on: date | None = None


class Offer(Model):
    """A part that a source can supply; ``part_ref`` is the source's own id, by which it is ordered."""

    part_ref: str
    manufacturer: str | None = None
    part_number: str | None = None
    upc: str | None = None
    description: str | None = None
    condition: str | None = None
    unit_price: Amount | None = None
    list_price: Amount | None = None
    currency: Currency | None = None
    is_orderable: bool | None = None
    stock: tuple[StockAt, ...] = ()
    raw: dict[str, Any] = {}


class OrderLine(Model):
    """A part that is wanted. ``highest_unit_price`` is in the order's currency; a dearer offer must be refused."""

    number: Annotated[int, Field(ge=1)]
    part_ref: str
    quantity: Quantity
    highest_unit_price: Amount | None = None
    location_ref: str | None = None


class Availability(Model):
    """The answer for one wanted line, matched by its number."""

    line: int
    is_orderable: bool
    unit_price: Amount | None = None
    currency: Currency | None = None
    stock: tuple[StockAt, ...] = ()
    reason: str | None = None


class PurchaseOrder(Model):
    """What is ordered; ``id`` is our own and travels in the source's reference field."""

    id: Annotated[str, Field(min_length=1)]
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1)]
    ship_to: Address
    currency: Currency
    reference: str | None = None
    note: str | None = None


class OrderReceipt(Model):
    """The source's confirmation of an order."""

    ref: str
    warnings: tuple[str, ...] = ()


class OrderStatus(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    BACKORDERED = "backordered"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderLineReport(Model):
    """How one line of an order stands."""

    number: int
    part_ref: str
    ordered: Quantity
    confirmed: Stock | None = None
    shipped: Stock | None = None
    unit_price: Amount | None = None
    expected_on: date | None = None


class OrderReport(Model):
    """How an order stands. ``status`` is ``None`` when the source's word means nothing here."""

    ref: str
    status: OrderStatus | None = None
    vendor_status: str | None = None
    lines: tuple[OrderLineReport, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    total: Amount | None = None
    currency: Currency | None = None
    modified_at: Instant | None = None
    raw: dict[str, Any] = {}


class StockMove(Model):
    """Something taken from, or put back on, a shelf of our own; ``id`` is our own id of the act."""

    id: Annotated[str, Field(min_length=1)]
    part_ref: str
    quantity: Quantity
    location_ref: str | None = None
    serial_numbers: tuple[str, ...] = ()
    reference: str | None = None
    note: str | None = None


class StockReceipt(Model):
    """The confirmation of a move, with what is left in that place if the source says so."""

    ref: str
    remaining: Stock | None = None
    warnings: tuple[str, ...] = ()
