"""Purchase orders: made, filled and issued; what broke off in the middle is taken up again and never begun anew.

Our own number stands in the supplier's reference, because the server's own has a pattern. An order counts as placed
when it was issued: one that is still pending was not, and sending it again goes on with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import OrderRequest, RequestedLine, order_number
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Found,
    Inconclusive,
    Known,
    ProvenAbsent,
    Write,
    WriteReceipt,
    looked_for,
)
from servicedesk_inventree.api.client import Api, Row
from servicedesk_inventree.capabilities import CANCEL, capabilities
from servicedesk_inventree.meaning.orders import CANCELLED, PENDING
from servicedesk_inventree.meaning.values import amount, key, text
from servicedesk_inventree.settings import InvenTreeSettings

_ORDERS, _LINES = "order/po/", "order/po-line/"
_CANARIES: Final = 20
_NUMBERED: Final = re.compile(r"\{ref:0?(\d*)d?\}")


@dataclass(frozen=True, slots=True)
class _Source:
    """A line with the supplier's part that it orders.

    Attributes:
        line: The line.
        row: The supplier's part.
        pack: How many pieces a pack of it holds.
    """

    line: RequestedLine
    row: Row
    pack: Decimal


class Orders:
    """Places orders, cancels them, and finds them again.

    Args:
        api: The server's interface.
        clock: The time.
        settings: Of the connection.
    """

    def __init__(self, api: Api, clock: Clock, settings: InvenTreeSettings) -> None:
        self._api = api
        self._clock = clock
        self._settings = settings

    async def send(self, write: Write) -> WriteReceipt:
        """Place an order, or cancel one.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing is ordered.
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        if write.kind == CANCEL:
            await self._api.act(f"{_ORDERS}{write.target}/cancel/", {})
            return WriteReceipt(str(write.target))
        try:
            request = OrderRequest.of(write.values)
        except ValueError as error:
            raise _refused(f"The order cannot be read ({type(error).__name__}).") from None
        number = order_number(write.id)
        supplier, sources = await self._sources(request)
        begun = [one for one in await self._ours(number) if _is_placed(one) or one.get("status") != CANCELLED]
        order = begun[0] if begun else await self._create(number, supplier, request)
        if len(begun) > 1 or not (_is_placed(order) or order.get("status", PENDING) == PENDING):
            raise _refused(
                f"{', '.join(text(one.get('reference')) or '?' for one in begun)} in InvenTree has the number of this "
                "order already, and stays as it is.",
                hint="Issue it there, or cancel it there and try again.",
            )
        if not _is_placed(order):
            await self._fill(order, number, sources)
        return WriteReceipt(str(order["pk"]))

    async def find(self, write: Write) -> FindResult:
        """Look for an order whose fate is unknown.

        Raises:
            ConnectorError: The server could not be asked.
        """
        if write.kind == CANCEL:
            order = await self._api.one(f"{_ORDERS}{write.target}/")
            if order.get("status") == CANCELLED:
                return Found(str(write.target))
            ready = (write.attempted_at or self._clock.now()) + timedelta(seconds=self._settings.settle_s)
            if self._clock.now() < ready:
                return Inconclusive("The order does not show it yet.", ask_again_at=ready)
            return ProvenAbsent("the order is not cancelled")

        async def search(looked: str, parent: str | None) -> list[str]:
            del parent
            ours = await self._ours(order_number(looked))
            # A draft of ours was not placed, and shows all the same that the search works.
            return [str(one["pk"]) for one in ours if looked != write.id or _is_placed(one)]

        settle_s = self._settings.settle_s
        return await looked_for(write, search, now=self._clock.now(), settle_s=settle_s, canary=self._any)

    async def _ours(self, number: str) -> list[Row]:
        rows = await self._api.rows(_ORDERS, {"search": number})
        return [row for row in rows if text(row.get("supplier_reference")) == number and key(row.get("pk"))]

    async def _any(self) -> Known | None:
        """Return an order that carries a number of ours."""
        rows, _ = await self._api.page(_ORDERS, limit=_CANARIES, query={"search": "SD-"})
        for row in rows:
            number = text(row.get("supplier_reference")) if isinstance(row, Mapping) else None
            if number is not None and order_number(number) == number:
                return Known(number, str(row.get("pk")))
        return None

    async def _sources(self, request: OrderRequest) -> tuple[int, list[_Source]]:
        """Return the supplier of an order, and of each line that supplier's part."""
        sold = [await self._sold(line) for line in request.lines]
        names = [{text((row.get("supplier_detail") or {}).get("name")) or "?" for row in rows} for rows in sold]
        everybodys = set.intersection(*names)
        wanted = {name for name in everybodys if request.supplier is None or _same(name, request.supplier)}
        if len(wanted) != 1:
            offered = ", ".join(sorted(everybodys)) or "nobody"
            what = "Several suppliers sell it" if wanted else "No such supplier sells all of it"
            raise _refused(f"{what} in InvenTree: {offered}.", "supplier", hint="Say whose with --supplier.")
        name = wanted.pop()
        sources = []
        for line, rows in zip(request.lines, sold, strict=True):
            row = next(row for row in rows if (text((row.get("supplier_detail") or {}).get("name")) or "?") == name)
            pack = amount(row.get("pack_quantity_native")) or Decimal(1)
            if line.quantity % pack:
                raise _refused(f"{line.part_number} comes in packs of {pack:f}.", "lines", hint="Order whole packs.")
            sources.append(_Source(line, row, pack))
        return int(sources[0].row["supplier"]), sources

    async def _sold(self, line: RequestedLine) -> list[Row]:
        """Return the suppliers' parts of a part, by our own number of it or its key."""
        parts = await self._api.rows("part/", {"IPN": line.part_number})
        refs = [key(row.get("pk")) for row in parts if text(row.get("IPN")) == line.part_number]
        if line.part_number.isdigit():  # a part without a number of its own is offered by its key
            named = await self._keyed(line.part_number)
            refs += [line.part_number] if named is not None and not (refs and text(named.get("IPN"))) else []
        if len(refs) != 1:
            raise _refused(f"InvenTree has no single part {line.part_number}.", "lines")
        query = {"part": str(refs[0]), "active": "true", "supplier_detail": "true"}
        rows = await self._api.rows("company/part/", query)
        found = [row for row in rows if isinstance(row.get("supplier"), int) and key(row.get("pk"))]
        if not found:
            hint = "Add a supplier's part to it in InvenTree."
            raise _refused(f"No supplier sells {line.part_number} in InvenTree.", "lines", hint=hint)
        return found

    async def _keyed(self, ref: str) -> Row | None:
        try:
            return await self._api.one(f"part/{ref}/")
        except NotFoundError:
            return None

    async def _create(self, number: str, supplier: int, request: OrderRequest) -> Row:
        tickets = dict.fromkeys(line.ticket.number for line in request.lines if line.ticket is not None)
        about = " ".join(filter(None, (", ".join(tickets), " ".join((request.note or "").split()))))
        body = {
            "supplier": supplier,
            "reference": await self._reference(),
            "supplier_reference": number,
            "description": about[:250],
        }
        order = await self._api.act(_ORDERS, body)
        if key(order.get("pk")) is None:
            raise OutcomeUnknownError(
                "InvenTree took the order, and its answer does not name it.",
                hint="It is looked for by our own number before anything is repeated.",
            )
        return order

    async def _reference(self) -> str:
        """Return the next number of the server's pattern."""
        pattern = self._settings.order_reference
        before, width, after = _split(pattern)
        rows, _ = await self._api.page(_ORDERS, limit=1, query={"ordering": "-reference"})
        last = text(rows[0].get("reference")) if rows and isinstance(rows[0], Mapping) else None
        found = re.fullmatch(re.escape(before) + r"(\d+)" + re.escape(after), last or "")
        if last is not None and found is None:
            raise _refused(
                f'The newest order in InvenTree is "{last}", which does not have the pattern {pattern}.',
                hint="Set order_reference of the connection to the server's pattern for purchase orders.",
            )
        return f"{before}{int(found[1]) + 1 if found else 1:0{width}d}{after}"

    async def _fill(self, order: Row, number: str, sources: Sequence[_Source]) -> None:
        """Add the lines that an order lacks, and issue it.

        Raises:
            RejectedError: The server refused a part of it, which stays a draft.
        """
        there = {text(row.get("reference")) for row in await self._api.rows(_LINES, {"order": str(order["pk"])})}
        try:
            for one in sources:
                if (name := f"{number}/{one.line.number}") not in there:
                    await self._api.act(_LINES, _line(order, name, one))
            await self._api.act(f"{_ORDERS}{order['pk']}/issue/", {})
        except RejectedError as error:
            draft = text(order.get("reference")) or order["pk"]
            error.hint = (
                f"{draft} stays a draft in InvenTree: cancel it there, or mend it and try again to go on with it."
            )
            raise


def _line(order: Row, name: str, source: _Source) -> dict[str, Any]:
    line = source.line
    body: dict[str, Any] = {
        "order": order["pk"],
        "part": source.row["pk"],
        "quantity": float(line.quantity / source.pack),  # the interface takes it as a double, and it is whole packs
        "reference": name,
        "notes": f"for {line.ticket.number}" if line.ticket is not None else "",
        "merge_items": False,
    }
    if line.unit_cost is None:
        return body | {"auto_pricing": True}
    return body | {"purchase_price": f"{line.unit_cost * source.pack:f}", "purchase_price_currency": line.currency}


def _is_placed(order: Row) -> bool:
    """Return whether an order was issued, whatever became of it since."""
    return order.get("status") != PENDING and order.get("issue_date") is not None


def _split(pattern: str) -> tuple[str, int, str]:
    found = _NUMBERED.search(pattern)
    if found is None:
        raise _refused(f"order_reference is {pattern}, which has no place for a number, such as {{ref:04d}}.")
    return pattern[: found.start()], int(found[1] or 1), pattern[found.end() :]


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _refused(problem: str, field: str = "lines", hint: str | None = None) -> RejectedError:
    return RejectedError(f"{problem} Nothing was ordered.", field_errors=(field,), hint=hint)
