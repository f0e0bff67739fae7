"""Taking pieces from stock and giving them back: a look before, then one shipment, step by step until it is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import decimal_of
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, Site
from servicedesk_tryton.api.wire import Row, key, number, part, parts
from servicedesk_tryton.capabilities import TAKE, capabilities
from servicedesk_tryton.meaning.mapper import AVAILABLE
from servicedesk_tryton.reading.levels import split
from servicedesk_tryton.reading.products import PRODUCT
from servicedesk_tryton.reading.shelves import Shelf, Shelves
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.documents import Documents
from servicedesk_tryton.writing.finishing import Finisher


@dataclass(frozen=True, slots=True)
class Trip:
    """What goes where.

    Attributes:
        product: What.
        lot: Which piece or batch of it; ``None`` = any that is in none.
        start: From where.
        end: To where.
    """

    product: int
    lot: int | None
    start: int
    end: int


class Sender:
    """Sends movements.

    Args:
        api: The interface.
        site: What is known of the installation.
        shipments: Internal shipments.
        settings: Of the connection.
    """

    def __init__(self, api: Api, site: Site, shipments: Documents, settings: TrytonSettings) -> None:
        self._api = api
        self._site = site
        self._shelves = Shelves(api)
        self._shipments = shipments
        self._finisher = Finisher(shipments, settings.answered_warnings, "quantity")
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Move stock, once: what an earlier attempt began is gone on with.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing was moved.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        quantity = _quantity(write.values["quantity"])
        begun = await self._shipments.made(write.id)
        if len(begun) > 1:
            raise OutcomeUnknownError("Several shipments in Tryton carry the mark of this movement.")
        if begun:
            return await self._finisher.finish(write, str(begun[0]["id"]), self._expect_enough)
        trip = await (self._taking(write, quantity) if write.kind == TAKE else self._returning(write, quantity))
        ref = await self._shipments.create(write.kind, await self._made(write, trip, quantity))
        return await self._finisher.finish(write, ref, self._expect_enough)

    async def _taking(self, write: Write, quantity: Decimal) -> Trip:
        place, product, lot = self._level(write)
        places, company = await self._site.places(), await self._site.company()
        if place not in places:
            raise _refused("Tryton has no such place in a warehouse any more.", "parent")
        levels = await self._shelves.levels(company, Shelf(place, places[place]), [product])
        free = next((number(row[AVAILABLE]) for row in levels if row["ref"] == write.parent), None) or Decimal(0)
        if quantity > free:
            raise _refused(f"Only {max(free, Decimal(0)):f} can be taken there.", "quantity")
        return Trip(product, lot, place, self._holder(write))

    async def _returning(self, write: Write, quantity: Decimal) -> Trip:
        place, product, lot = self._level(write)
        taken = await self._shipments.one(str(write.values["move_ref"]))
        for move in (
            parts(taken, "moves") if taken is not None and taken.get("state") in self._shipments.kind.done else ()
        ):
            end, there = key(move.get("to_location")), number(move.get("quantity")) or Decimal(0)
            same = (key(move.get("product")), key(move.get("lot")), key(move.get("from_location")))
            if same == (product, lot, place) and end is not None:
                if quantity > there:
                    raise _refused(f"Only {there:f} were taken then.", "quantity")
                return Trip(product, lot, end, place)
        raise _refused("Tryton has no such movement from there.", "move_ref")

    def _level(self, write: Write) -> tuple[int, int, int | None]:
        level = split(write.parent)
        if level is None:
            raise _refused("That is no stock level of Tryton's.", "parent")
        return level

    def _holder(self, write: Write) -> int:
        """Return where a part goes: the place that was approved, or that of the connection."""
        if named := re.fullmatch(r"location:(\d{1,18})", str(write.values.get("holder") or "")):
            return int(named[1])
        if self._settings.taken_to is None:
            raise _refused(
                "Nobody said where parts go that are taken.",
                "holder",
                hint="Set taken_to of the connection to the id of a location outside the warehouses.",
            )
        return self._settings.taken_to

    async def _made(self, write: Write, trip: Trip, quantity: Decimal) -> Mapping[str, Any]:
        """Return a shipment as it is made."""
        company = await self._site.company()
        named = [["id", "=", trip.product]]
        rows = await self._api.rows(PRODUCT, named, ("default_uom.digits",), company.context)
        unit = part(rows[0], "default_uom") if rows else {}
        if (digits := key(unit.get("digits"))) is not None and quantity != round(quantity, digits):
            raise _refused(f"This part is counted with {digits} decimal places.", "quantity")
        ends = {"company": company.id, "from_location": trip.start, "to_location": trip.end}
        lot = {} if trip.lot is None else {"lot": trip.lot}
        # Quantities are doubles there; the server rounds them to the unit's places.
        move = {**ends, **lot, "product": trip.product, "unit": unit.get("id"), "quantity": float(quantity)}
        return {**ends, "reference": self._reference(write), "moves": [["create", [move]]]}

    def _reference(self, write: Write) -> str:
        """Return the reference of a shipment: for which ticket and device, what somebody wrote, and the mark."""
        values = write.values
        ticket, device = values.get("ticket_number") or values.get("ticket_id"), values.get("device_serial")
        about = ", ".join(filter(None, (ticket and f"ticket {ticket}", device and f"device {device}")))
        said = ": ".join(filter(None, (about, str(values.get("note") or ""))))
        kind = capabilities(self._settings).declared(write.kind)
        return " ".join(str(kind.marked(replace(write, values={"note": said}))["note"]).split())

    async def _expect_enough(self, state: str, shipment: Row) -> bool:
        """Refuse where more is assigned than lies there: on SQLite the server lets two do so at once."""
        company = await self._site.company()
        for move in parts(shipment, "moves") if state == "assigned" else ():
            lot, start = key(move.get("lot")), key(move.get("from_location"))
            model, ref = (PRODUCT, key(move.get("product"))) if lot is None else (LOT, lot)
            context = {**company.context, "locations": [start], "with_childs": False, "stock_assign": True}
            rows = await self._api.rows(model, [["id", "=", ref]], ("quantity",), context)
            if any((number(row.get("quantity")) or Decimal(0)) < 0 for row in rows):
                raise _refused("There are not so many any more.", "quantity")
        return False


def _quantity(value: Any) -> Decimal:
    try:
        quantity = decimal_of(value)
    except ValueError as error:
        raise _refused(f"The quantity is no number: {error}.", "quantity") from None
    if quantity <= 0:
        raise _refused("The quantity must be more than nothing.", "quantity")
    return quantity


def _refused(problem: str, field: str, hint: str | None = None) -> RejectedError:
    return RejectedError(f"{problem} Nothing was moved.", field_errors=(field,), hint=hint)
