"""What comes of an order, put into stock: a look before, one receipt, and a look at what the history says."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import ReceiptRequest, ReceivedLine
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_inventree.api.client import Api, Row
from servicedesk_inventree.capabilities import capabilities
from servicedesk_inventree.meaning.orders import pack_of
from servicedesk_inventree.meaning.values import count, key, text
from servicedesk_inventree.settings import InvenTreeSettings
from servicedesk_inventree.writing.history import ELSEWHERE, History


class Receipts:
    """Books what comes.

    Args:
        api: The server's interface.
        history: Finds what was booked.
        settings: Of the connection.
    """

    def __init__(self, api: Api, history: History, settings: InvenTreeSettings) -> None:
        self._api = api
        self._history = history
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Book what came of an order, once.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing was booked.
            UnsupportedError: The server keeps its history elsewhere, so nobody could find the receipt again.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        kind = capabilities(self._settings).checked(write)
        if not await self._history.is_kept():
            raise UnsupportedError(ELSEWHERE, hint="Receive the order in InvenTree itself.")
        try:
            request = ReceiptRequest.of(write.values)
        except ValueError as error:
            raise _refused(f"The receipt cannot be read ({type(error).__name__}).") from None
        rows = await self._api.rows("order/po-line/", {"order": str(write.parent), "part_detail": "true"})
        by_key = {key(row.get("pk")): row for row in rows}
        words = {"note": " ".join((request.note or "").split())}
        note = str(kind.marked(replace(write, values=words))["note"])
        items = [_item(line, by_key.get(line.line), note) for line in request.lines]
        place = {} if request.place is None else {"location": await self._place(request.place)}
        await self._api.act(f"order/po/{write.parent}/receive/", {"items": items, **place})
        entry = await self._history.receipt_of(write)
        if entry is None:
            raise OutcomeUnknownError(
                "InvenTree said that the parts were received, and its history does not show it.",
                hint="It is looked up before it is sent again.",
            )
        return WriteReceipt(entry)

    async def _place(self, word: str) -> int:
        """Return the location that a word means: its key, or its name."""
        if word.isdigit():
            try:
                return int(key((await self._api.one(f"stock/location/{word}/")).get("pk")) or word)
            except NotFoundError:
                pass
        found = [row for row in await self._api.rows("stock/location/", {"name": word}) if key(row.get("pk"))]
        if len(found) != 1:
            what = f"{len(found)} locations" if found else "no location"
            raise _refused(f'InvenTree has {what} called "{word}".', "place", hint="Name it by its id.")
        return int(found[0]["pk"])


def _item(line: ReceivedLine, row: Row | None, note: str) -> Mapping[str, Any]:
    if row is None:
        raise _refused(f"The order has no line {line.line} any more.", "lines")
    pack, name = pack_of(row) or Decimal(1), text(row.get("internal_part_name")) or line.line
    if line.quantity % pack:
        raise _refused(f"{name} comes in packs of {pack:f}.", "lines", hint="Book whole packs.")
    packs = line.quantity / pack
    left = (count(row.get("quantity")) or Decimal(0)) - (count(row.get("received")) or Decimal(0))
    if packs > left:
        raise _refused(f"Only {max(left, Decimal(0)) * pack:f} of {name} are still to come.", "lines")
    serials = {"serial_numbers": ",".join(line.serial_numbers)} if line.serial_numbers else {}
    return {"line_item": int(line.line), "quantity": f"{packs:f}", "note": note, **serials}


def _refused(problem: str, field: str = "lines", hint: str | None = None) -> RejectedError:
    return RejectedError(f"{problem} Nothing was booked.", field_errors=(field,), hint=hint)
