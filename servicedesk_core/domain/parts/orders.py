"""Orders of parts: what is asked of a source, what it shows of an order, and what came of it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant, Model
from servicedesk_core.domain.currencies import unit_price
from servicedesk_core.domain.logistics import Address, Quantity
from servicedesk_core.domain.parts.records import Count

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's, of which none looks like another."""
_LONG: Final = 12
_NUMBER: Final = re.compile(f"SD-[{_LETTERS}]{{{_LONG}}}")
NUMBER_LENGTH: Final = 3 + _LONG
"""Characters of an order number of ours: every vendor takes so many."""


def order_number(write_id: str) -> str:
    """Return our own number of an order: what stands in the vendor's field for it, and what it is found by.

    The same write has the same number whenever it is sent; numbers of two writes are never alike (60 bits of a hash).

    Args:
        write_id: :attr:`servicedesk_core.hooks.Write.id`, or any key that is looked for; a number is its own number.
    """
    if _NUMBER.fullmatch(write_id):
        return write_id
    digest = int.from_bytes(hashlib.sha256(write_id.encode()).digest()[:8])
    return "SD-" + "".join(_LETTERS[digest >> (5 * place) & 31] for place in range(_LONG))


def number_in(text: str | None) -> str | None:
    """Return the order number of ours that a text holds as a word of its own; ``None`` = none, or several.

    For vendors whose field of it people write into, too.
    """
    found = set(re.findall(rf"(?<![\w-]){_NUMBER.pattern}(?![\w-])", text or ""))
    return found.pop() if len(found) == 1 else None


class OrderStatus(StrEnum):
    """Where an order, or a line of one, stands."""

    PENDING = "pending"
    """Kept at the source, and not given to the supplier yet: a draft, or on hold."""
    PLACED = "placed"
    BACK_ORDERED = "back_ordered"
    SHIPPED = "shipped"
    """Under way, as a whole or in part."""
    RECEIVED = "received"
    """All of it has come, or the source has closed it."""
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    """The supplier does not deliver it."""

    @property
    def is_open(self) -> bool:
        """Whether something may still come."""
        return self not in {OrderStatus.RECEIVED, OrderStatus.CANCELLED, OrderStatus.REJECTED}


class PurchaseOrder(Entity):
    """An order of parts as its source shows it. It is the MSP's own, so no client's scope shows it.

    A write of the kind ``purchase_orders.place`` makes one: its values are an :class:`OrderRequest`.
    ``purchase_orders.cancel`` changes ``status`` to ``cancelled``.
    """

    stream: ClassVar[str] = "purchase_orders"
    costs: ClassVar[frozenset[str]] = frozenset({"total_cost", "freight_cost", "tax_cost"})

    number: str | None = Field(default=None, description="What the source calls it.")
    reference: str | None = Field(default=None, description="Our own number of it, as the source keeps it.")
    supplier: str | None = Field(default=None, description="Who delivers, where the source buys from several.")
    status: OrderStatus | None = None
    status_text: str | None = Field(default=None, description="The source's word for that.")
    total_cost: Amount | None = Field(default=None, description="Of everything, freight and tax included.")
    freight_cost: Amount | None = None
    tax_cost: Amount | None = None
    currency: Currency | None = Field(default=None, description="Of these costs.")
    expected_on: date | None = Field(default=None, description="When all of it shall be here.")
    note: str | None = None
    ordered_at: Instant | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None


class PurchaseOrderLine(Entity):
    """A line of an order as its source shows it."""

    stream: ClassVar[str] = "purchase_order_lines"
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    order_ref: str
    number: str | None = Field(default=None, description="Our number of the line, where the source keeps it, or its.")
    part_ref: str | None = None
    part_number: str | None = Field(default=None, description="The source's own part number, as it is offered.")
    manufacturer_part_number: str | None = None
    name: str | None = None
    quantity: Count | None = Field(default=None, description="How many are ordered.")
    received: Count | None = Field(default=None, description="How many of them have come.")
    unit_cost: Amount | None = None
    currency: Currency | None = Field(default=None, description="Of the cost.")
    status: OrderStatus | None = None
    reason: str | None = Field(default=None, description="Why it is rejected or late, in the source's words.")
    expected_on: date | None = None
    serial_numbers: tuple[str, ...] = Field(default=(), description="Of the pieces, as far as the source says them.")
    tracking: tuple[str, ...] = Field(default=(), description="Carriers and their numbers of what is under way.")


class GoodsReceipt(Entity):
    """That ordered parts have come, where a stock keeps orders.

    A write of the kind ``goods_receipts.create`` belongs to the order that is its parent: its values are a
    :class:`ReceiptRequest`.
    """

    stream: ClassVar[str] = "goods_receipts"
    counted_in: ClassVar[str | None] = "purchase_orders"

    order_ref: str | None = None
    place: str | None = Field(default=None, description="Where the parts were put.")
    note: str | None = None
    received_at: Instant | None = None


class TicketLink(Model):
    """The ticket that something is ordered for.

    Attributes:
        connection: Connection that it is of.
        ref: That connection's id of it.
        number: What people call it.
    """

    connection: str
    ref: str
    number: str


class RequestedLine(Model):
    """A line that is to be ordered.

    Attributes:
        number: Its number within the order, from 1.
        part_number: The source's own number, as it offered the part: :attr:`PartOffer.number`.
        quantity: How many.
        unit_cost: What one costs as it was offered and approved; ``None`` = somebody ordered it without a price.
        currency: Of the cost.
        ticket: For which ticket; ``None`` = for the shelf.
    """

    number: Annotated[int, Field(ge=1, le=884)]
    part_number: Annotated[str, Field(min_length=1)]
    manufacturer_part_number: str | None = None
    name: str = ""
    quantity: Quantity
    unit_cost: Amount | None = None
    currency: Currency | None = None
    ticket: TicketLink | None = None


class OrderRequest(Model):
    """An order that is to be placed: the values of a write ``purchase_orders.place``.

    Its number at the vendor is :func:`order_number` of the write. Costs are filled in when it is sent: they do not
    stand in the stored write.

    Attributes:
        lines: What is ordered.
        supplier: Of whom, where the source buys from several.
        ship_to: Where it goes; ``None`` = where the source always sends.
        takes_back_orders: Whether what is not there now may come later.
        note: For the supplier.
    """

    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1)]
    supplier: str | None = None
    ship_to: Address | None = None
    takes_back_orders: bool = True
    note: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the request that a write's values say.

        Raises:
            ValueError: They are none.
        """
        return cls.model_validate(dict(values))

    def wanted(self, line: PurchaseOrderLine) -> RequestedLine | None:
        """Return what was asked for with a line that the source shows: the same number, else the same part."""
        numbered = (
            one
            for one in self.lines
            if str(one.number) == line.number and one.part_number == (line.part_number or one.part_number)
        )
        return next(numbered, None) or next((one for one in self.lines if one.part_number == line.part_number), None)

    def left_out(self, shown: Iterable[PurchaseOrderLine]) -> dict[str, str]:
        """Return what the source shows differently from what was asked for, as a write tells what was refused.

        Args:
            shown: The lines of the order, and of others that the source made of it.
        """
        taken: defaultdict[int, list[PurchaseOrderLine]] = defaultdict(list)
        for line in shown:
            if (wanted := self.wanted(line)) is not None:
                taken[wanted.number].append(line)
        told = [
            f"Line {one.number}, {one.name or one.part_number}: {why}."
            for one in self.lines
            if (why := "; ".join(_differences(one, taken[one.number])))
        ]
        return {"lines": " ".join(told)} if told else {}


def _differences(wanted: RequestedLine, shown: list[PurchaseOrderLine]) -> Iterator[str]:
    taken = [line for line in shown if line.status is not OrderStatus.REJECTED]
    if not taken:
        yield next((line.reason for line in shown if line.reason), "the order does not show it")
        return
    counts = [line.quantity for line in taken if line.quantity is not None]
    if len(counts) == len(taken) and (total := sum(counts, Decimal(0))) != wanted.quantity:
        yield f"{total:f} instead of {wanted.quantity:f} were taken"
    for line in taken:
        if wanted.unit_cost is None or line.unit_cost is None or line.currency != wanted.currency:
            continue
        if unit_price(line.unit_cost, line.currency) != unit_price(wanted.unit_cost, wanted.currency):
            yield "taken at another price than was approved"


class ReceivedLine(Model):
    """How many of an order's line have come.

    Attributes:
        line: The source's id of the line.
        quantity: How many came now.
        serial_numbers: Of these, where they have any.
    """

    line: str
    quantity: Quantity
    serial_numbers: tuple[str, ...] = ()


class ReceiptRequest(Model):
    """Parts that have come: the values of a write ``goods_receipts.create``.

    Attributes:
        lines: What came.
        place: Where it is put, by the source's id or name; ``None`` = where the source says.
        note: What else shall stand in the source's record.
    """

    lines: Annotated[tuple[ReceivedLine, ...], Field(min_length=1)]
    place: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the receipt that a write's values say.

        Raises:
            ValueError: They are none.
        """
        return cls.model_validate(dict(values))
