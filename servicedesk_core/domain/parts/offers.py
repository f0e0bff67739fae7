"""What sources of parts are asked, and what they answer."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Amount, Currency, Instant, Model
from servicedesk_core.domain.logistics import Quantity
from servicedesk_core.domain.parts.records import Count, Part, StockLevel


class PartSource(StrEnum):
    """Who offers a part."""

    STOCK = "stock"
    """The MSP's own shelf."""
    DISTRIBUTOR = "distributor"
    MAKER = "maker"
    """The manufacturer's list of what fits a device."""


class PartQuery(Model):
    """What is looked for. All that is said must fit; at least one thing is.

    Attributes:
        part_number: A manufacturer's part number, or the source's own.
        upc: A bar code.
        serial: Serial number of a piece in stock.
        words: Words of its name.
        quantity: How many are needed.
    """

    part_number: str | None = None
    upc: str | None = None
    serial: str | None = None
    words: str | None = None
    quantity: Quantity = Decimal(1)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(map(str.strip, filter(None, (self.part_number, self.upc, self.serial, self.words)))):
            msg = "say a part number, a bar code, a serial number or words"
            raise ValueError(msg)
        return self

    @property
    def asks_by(self) -> frozenset[str]:
        """By which of the four it asks."""
        return frozenset(name for name in ("part_number", "upc", "serial", "words") if getattr(self, name))


class Place(Model):
    """A place where a part lies.

    Attributes:
        name: What it is called.
        available: How many can be had from it now.
        on_order: How many are on their way there.
        arrives_on: When these arrive.
        ref: The source's id by which it is taken from there, where it can be.
        serial_numbers: Those of the pieces there, as far as they are known.
    """

    name: str
    available: Count | None = None
    on_order: Count | None = None
    arrives_on: date | None = None
    ref: str | None = None
    serial_numbers: tuple[str, ...] = ()


class PartOffer(Model):
    """A part as one source has it. What the source does not say is empty, never zero.

    Attributes:
        number: The source's own part number.
        name: What it is.
        condition: The source's word: new, refurbished …; empty = it does not say.
        unit_price: What one costs us.
        list_price: What the manufacturer asks of anybody.
        map_price: The lowest price at which the manufacturer lets it be advertised.
        currency: Of all three.
        available: How many can be had now, at all places together.
        arrives_on: When more of it arrives, at the earliest.
        takes_back_orders: Whether more can be ordered than there is now.
        is_authorised: Whether we may buy it there.
        is_orderable: Whether it can be ordered there at all.
        is_active: False: discontinued.
        replaced_by: Part number of its successor.
        as_of: How old the source says its word is; empty = as old as the answer.
    """

    number: Annotated[str, Field(min_length=1)]
    name: str = ""
    manufacturer: str | None = None
    manufacturer_part_number: str | None = None
    upc: str | None = None
    condition: str | None = None
    unit_price: Amount | None = None
    list_price: Amount | None = None
    map_price: Amount | None = None
    currency: Currency | None = None
    available: Count | None = None
    arrives_on: date | None = None
    places: tuple[Place, ...] = ()
    takes_back_orders: bool | None = None
    is_authorised: bool | None = None
    is_orderable: bool | None = None
    is_active: bool | None = None
    replaced_by: str | None = None
    as_of: Instant | None = None

    @model_validator(mode="after")
    def _prices_have_a_currency(self) -> Self:
        prices = (self.unit_price, self.list_price, self.map_price)
        if self.currency is None and any(price is not None for price in prices):
            msg = "a price needs its currency"
            raise ValueError(msg)
        return self

    @classmethod
    def of(cls, part: Part, levels: Iterable[StockLevel], number: str | None = None) -> Self:
        """Return the offer of a part that a stock keeps: for what one cost, with what can be taken where.

        Args:
            part: The part.
            levels: What of it lies where; where more was taken than was counted, nothing can be.
            number: By which it is ordered or taken; ``None`` = its own number, or its id.
        """
        places = tuple(
            Place(
                name=level.place or "stock",
                available=None if level.available is None else max(level.available, Decimal(0)),
                ref=level.external_id,
                serial_numbers=(level.serial_number,) if level.serial_number else (),
            )
            for level in levels
        )
        told = [place.available for place in places if place.available is not None]
        return cls(
            number=number or part.number or part.external_id,
            name=part.name,
            manufacturer=part.manufacturer,
            manufacturer_part_number=part.manufacturer_part_number,
            upc=part.upc,
            unit_price=part.unit_cost,
            currency=part.currency,
            available=sum(told, Decimal(0)) if told else None,
            places=places,
        )
