"""Booking what has come: a supplier shipment with the moves that the order planned, received and put away."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import ReceiptRequest, ReceivedLine
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_tryton.api.client import RECEIPT, Api
from servicedesk_tryton.api.site import LOT, PURCHASE, Company, Site
from servicedesk_tryton.api.wire import Row, key, number, parts
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.documents import Documents
from servicedesk_tryton.writing.finishing import Finisher

_LINE: Final = "purchase.line"
_MOVE: Final = ("product", "unit", "unit_price", "currency", "from_location", "to_location", "company", "origin")
_FIELDS: Final = (
    "party", "warehouse", "state", "lines.moves.state", "lines.moves.quantity", "lines.moves.shipment",
    *(f"lines.moves.{name}" for name in _MOVE),
)  # fmt: skip


class Receiver:
    """Books receipts.

    Args:
        api: The interface.
        site: What is known of the installation.
        receipts: Supplier shipments.
        settings: Of the connection.
    """

    def __init__(self, api: Api, site: Site, receipts: Documents, settings: TrytonSettings) -> None:
        self._api = api
        self._site = site
        self._receipts = receipts
        self._settings = settings
        self._finisher = Finisher(receipts, settings.answered_warnings, "lines")

    async def send(self, write: Write) -> WriteReceipt:
        """Book what has come, once: what an earlier attempt began is gone on with.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing was booked.
            OutcomeUnknownError: It may have been booked.
            TransientError: Nothing was sent.
        """
        kind = capabilities(self._settings).checked(write)
        try:
            request = ReceiptRequest.of(write.values)
        except ValueError:  # its text repeats what came
            raise _refused("The receipt is not understood.") from None
        place = await self._place(request.place)
        begun = await self._receipts.made(write.id)
        if len(begun) > 1:
            raise OutcomeUnknownError("Several shipments in Tryton carry the mark of this receipt.")
        ref = str(begun[0]["id"]) if begun else None
        if ref is None:
            said = kind.marked(replace(write, values={"note": request.note or ""}))["note"]
            made = await self._shipment(write, request, " ".join(str(said).split()))
            ref = await self._receipts.create(write.kind, made)

        async def put_away(state: str, shipment: Row) -> bool:
            moves = [move for move in parts(shipment, "inventory_moves") if move.get("to_location") != place]
            if state != "received" or place is None or not moves:
                return False
            company = await self._site.company()
            there = {"inventory_moves": [["write", [key(move.get("id")) for move in moves], {"to_location": place}]]}
            await self._api.write(write.kind, f"{RECEIPT}.write", [int(ref)], there, context=company.context)
            return True

        async def let_go(shipment: Row) -> None:
            await self._let_go(write, shipment)

        return await self._finisher.finish(write, ref, put_away, let_go)

    async def _let_go(self, write: Write, shipment: Row) -> None:
        """Give the order back what it planned: cancelled with the shipment, it would be missed for ever."""
        company, ref = await self._site.company(), key(shipment.get("id"))
        own: dict[int, list[int]] = {}
        for move in parts(shipment, "incoming_moves"):
            line = str(move.get("origin") or "").partition(f"{_LINE},")[2]
            if line.isdecimal():
                own.setdefault(int(line), []).append(key(move.get("id")) or 0)
        fields = ("quantity", "moves.quantity", "moves.state")
        commands: list[Any] = []
        for row in await self._api.rows(_LINE, [["id", "in", sorted(own)]], fields, company.context):
            first, *copies = own[key(row.get("id")) or 0]
            others = [
                number(move.get("quantity")) or Decimal(0)
                for move in parts(row, "moves")
                if key(move.get("id")) not in {first, *copies} and move.get("state") != "cancelled"
            ]
            planned = (number(row.get("quantity")) or Decimal(0)) - sum(others, Decimal(0))
            lot = {"lot": None} if LOT in company.models else {}
            commands += [["write", [first], {"quantity": float(planned), **lot}], ["remove", [first]]]
            commands += [["delete", copies]] if copies else []
        if commands:
            changed = {"incoming_moves": commands}
            await self._api.write(write.kind, f"{RECEIPT}.write", [ref], changed, context=company.context)

    async def _place(self, said: str | None) -> int | None:
        """Return where it is put; ``None`` = where the warehouse always puts it."""
        if said is None:
            return None
        places = await self._site.places()
        found = [ref for ref, name in places.items() if said in {str(ref), name}]
        if len(found) != 1:
            raise _refused(f"Tryton has no place {said} in a warehouse.", "place")
        return found[0]

    async def _shipment(self, write: Write, request: ReceiptRequest, reference: str) -> Mapping[str, Any]:
        """Return a shipment as it is made."""
        company = await self._site.company()
        named = [["id", "=", int(str(write.parent))]] if str(write.parent).isdecimal() else [["id", "=", 0]]
        orders = await self._api.rows(PURCHASE, named, _FIELDS, company.context)
        if not orders:
            raise _refused("Tryton has no such purchase any more.", "parent")
        order = orders[0]
        if order.get("state") != "processing":
            raise _refused(f"The purchase is {order.get('state')}: nothing is expected.", "parent")
        commands = [one for line in request.lines for one in await self._line(write, company, order, line)]
        zones = ("input_location", "storage_location")
        house = [["id", "=", order.get("warehouse")]]
        (warehouse,) = await self._api.rows("stock.location", house, zones, company.context)
        return {
            "company": company.id,
            "supplier": order.get("party"),
            "warehouse": order.get("warehouse"),
            "warehouse_input": warehouse.get("input_location"),
            "warehouse_storage": warehouse.get("storage_location"),
            "reference": reference,
            "incoming_moves": commands,
        }

    async def _line(self, write: Write, company: Company, order: Row, line: ReceivedLine) -> list[Any]:
        """Return how planned moves become those of a receipt: what comes later stays planned."""
        moves = [
            move
            for one in parts(order, "lines")
            if str(one.get("id")) == line.line
            for move in parts(one, "moves")
            if move.get("state") == "draft" and not move.get("shipment")
        ]
        expected = sum((number(move.get("quantity")) or Decimal(0) for move in moves), Decimal(0))
        if line.quantity > expected:
            raise _refused(f"Of line {line.line} only {expected:f} are still to come.")
        if line.serial_numbers and len(line.serial_numbers) != line.quantity:
            raise _refused(f"Line {line.line} needs a serial number for each piece.")
        lots = await self._lots(write, company, key(moves[0].get("product")), line.serial_numbers)
        commands: list[Any] = []
        left = line.quantity
        for move in moves:
            if left <= 0:
                break
            here = min(left, number(move.get("quantity")) or Decimal(0))
            left -= here
            own, lots = lots[: int(here)], lots[int(here) :]
            first = {"quantity": 1.0, "lot": own[0]} if own else {"quantity": float(here)}
            commands += [["add", [move["id"]]], ["write", [move["id"]], first]]
            copied = {name: move.get(name) for name in _MOVE} | {"quantity": 1.0}
            if own[1:]:
                commands.append(["create", [{**copied, "lot": lot} for lot in own[1:]]])
        return commands

    async def _lots(self, write: Write, company: Company, product: int | None, numbers: tuple[str, ...]) -> list[int]:
        """Return the lots of pieces by their serial numbers; new ones are made."""
        if not numbers:
            return []
        if LOT not in company.models:
            raise _refused("This Tryton server has no module stock_lot: pieces have no serial numbers there.")
        domain = [["product", "=", product], ["number", "in", list(numbers)]]
        rows = await self._api.rows(LOT, domain, ("number",), company.context)
        known = {str(row.get("number")): key(row.get("id")) or 0 for row in rows}
        lacking = [one for one in numbers if one not in known]
        if lacking:
            lots = [{"number": one, "product": product} for one in lacking]
            made = await self._api.write(write.kind, f"{LOT}.create", lots, context=company.context)
            known |= dict(zip(lacking, made, strict=True))
        return [known[one] for one in numbers]


def _refused(problem: str, field: str = "lines") -> RejectedError:
    return RejectedError(f"{problem} Nothing was booked.", field_errors=(field,))
