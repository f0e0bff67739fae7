"""Taking pieces from stock and giving them back: a look before, one movement, and a look at what the history says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import decimal_of
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_inventree.api.client import Api, Row
from servicedesk_inventree.capabilities import TAKE, capabilities
from servicedesk_inventree.meaning.stock import available
from servicedesk_inventree.meaning.values import amount, key, text
from servicedesk_inventree.settings import InvenTreeSettings
from servicedesk_inventree.writing.history import ELSEWHERE, History


class Sender:
    """Sends movements.

    Args:
        api: The server's interface.
        history: Finds what was sent.
        settings: Of the connection.
    """

    def __init__(self, api: Api, history: History, settings: InvenTreeSettings) -> None:
        self._api = api
        self._history = history
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Move stock, once.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing was moved.
            UnsupportedError: The server keeps its history elsewhere, so nobody could find the movement again.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        if not await self._history.is_kept():
            raise UnsupportedError(
                ELSEWHERE,
                hint="Move stock in InvenTree itself until this connector knows the server's version.",
            )
        item = await self._item(str(write.parent))
        quantity = _quantity(write.values["quantity"])
        if write.kind == TAKE:
            expected = await self._take(write, item, quantity)
        else:
            expected = await self._give_back(write, item, quantity)
        entry = await self._history.entry_of(write)
        if entry is None:
            raise OutcomeUnknownError(
                "InvenTree said that the stock was moved, and its history does not show it.",
                hint="It is looked up before it is sent again.",
            )
        deltas = entry.get("deltas")
        left = amount(deltas.get("quantity")) if isinstance(deltas, Mapping) else None
        warnings: tuple[str, ...] = ()
        if expected is not None and left is not None and left != expected:
            warnings = (f"Somebody else moved this stock at the same time: {left:f} are left, not {expected:f}.",)
        return WriteReceipt(str(entry["pk"]), warnings)

    async def _item(self, ref: str) -> Row:
        try:
            return await self._api.one(f"stock/{ref}/")
        except NotFoundError:
            raise _refused("InvenTree has no such stock item any more.", "parent") from None

    async def _take(self, write: Write, item: Row, quantity: Decimal) -> Decimal | None:
        """Take pieces, and return how many must be left; ``None`` where a piece goes as a whole."""
        ref, here = str(write.parent), available(item) or Decimal(0)
        if quantity > here:
            # The server would take what there is, and say that all went well.
            raise _refused(f"Only {here:f} can be taken there.", "quantity")
        note = self._note(write)
        if text(item.get("serial")):
            _expect_whole(quantity)
            await self._api.move(
                "assign", {"items": [{"item": int(ref)}], "customer": self._holder(write), "notes": note}
            )
            return None
        if quantity == amount(item.get("quantity")) and item.get("delete_on_deplete") is not False:
            await self._api.keep_when_empty(ref)  # else it is deleted with its history, and with the mark in it
        await self._api.move("remove", _body(ref, quantity, note))
        return (amount(item.get("quantity")) or Decimal(0)) - quantity

    async def _give_back(self, write: Write, item: Row, quantity: Decimal) -> Decimal | None:
        """Give pieces back, and return how many must be there then; ``None`` where a piece comes as a whole."""
        ref = str(write.parent)
        taken = await self._history.entry(str(write.values["move_ref"]))
        if taken is None or key(taken.get("item")) != ref:
            raise _refused("The history of this stock item has no such movement.", "move_ref")
        note = self._note(write)
        if text(item.get("serial")):
            _expect_whole(quantity)
            if item.get("in_stock") is not False:
                raise _refused("This piece lies in stock already.", "parent")
            place = await self._place(item)
            await self._api.move("return", {**_body(ref, quantity, note), "location": place})
            return None
        deltas = taken.get("deltas")
        removed = amount(deltas.get("removed")) if isinstance(deltas, Mapping) else None
        if removed is not None and quantity > removed:
            raise _refused(f"Only {removed:f} were taken then.", "quantity")
        await self._api.move("add", _body(ref, quantity, note))
        return (amount(item.get("quantity")) or Decimal(0)) + quantity

    def _note(self, write: Write) -> str:
        """Return the note of a movement: for which ticket and device, what somebody wrote, and the mark."""
        values = write.values
        ticket, device = values.get("ticket_number") or values.get("ticket_id"), values.get("device_serial")
        about = ", ".join(filter(None, (ticket and f"ticket {ticket}", device and f"device {device}")))
        words = " ".join(str(values.get("note") or "").split())
        text_of = ": ".join(filter(None, (about, words)))
        kind = capabilities(self._settings).declared(write.kind)
        return str(kind.marked(replace(write, values={"note": text_of}))["note"])

    def _holder(self, write: Write) -> int:
        """Return the company that a piece goes to: the one that was approved, or that of the connection."""
        named = re.fullmatch(r"company:(\d+)", str(write.values.get("holder") or ""))
        if named:
            return int(named[1])
        if self._settings.customer is None:
            raise _refused(
                "A piece with a serial number goes to a company in InvenTree, and none was named.",
                "holder",
                hint="Set customer of the connection to the id of a company with the mark Customer.",
            )
        return self._settings.customer

    async def _place(self, item: Row) -> int:
        """Return where a piece is put that comes back."""
        if self._settings.return_location is not None:
            return self._settings.return_location
        found = (await self._api.one(f"part/{item.get('part')}/")).get("default_location")
        if not isinstance(found, int):
            raise _refused(
                "Nobody said where the piece is to be put.",
                "parent",
                hint="Give the part a default location in InvenTree, or set return_location of the connection.",
            )
        return found


def _body(ref: str, quantity: Decimal, note: str) -> dict[str, Any]:
    return {"items": [{"pk": int(ref), "quantity": f"{quantity:f}"}], "notes": note}


def _quantity(value: Any) -> Decimal:
    try:
        quantity = decimal_of(value)
    except ValueError as error:
        raise _refused(f"The quantity is no number: {error}.", "quantity") from None
    if quantity <= 0:
        raise _refused("The quantity must be more than nothing.", "quantity")
    return quantity


def _expect_whole(quantity: Decimal) -> None:
    if quantity != 1:
        raise _refused("A piece with a serial number goes as a whole.", "quantity")


def _refused(problem: str, field: str, hint: str | None = None) -> RejectedError:
    return RejectedError(f"{problem} Nothing was moved.", field_errors=(field,), hint=hint)
