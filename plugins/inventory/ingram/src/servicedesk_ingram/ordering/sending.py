"""Placing an order once, cancelling one, and looking for what became of either."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from servicedesk_core.domain.parts import OrderRequest, OrderStatus, PurchaseOrderLine, order_number
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError, WriteConflictError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Found,
    Inconclusive,
    Known,
    ProvenAbsent,
    SourceRecord,
    Write,
    WriteReceipt,
    looked_for,
)
from servicedesk_core.http import together
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.ordering.answers import placed
from servicedesk_ingram.ordering.meaning import order_of, status_of
from servicedesk_ingram.ordering.requests import body_of, problems
from servicedesk_ingram.settings import IngramSettings
from servicedesk_ingram.values import key, number, rows, text

_AS_IT_IS = "="
"""Before a key that is a customer's number itself, and not the id of a write of ours."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Orders of one account.

    Attributes:
        api: The vendor's interface.
        settings: Of the connection.
        clock: The time.
    """

    api: Api
    settings: IngramSettings
    clock: Clock

    async def place(self, write: Write) -> WriteReceipt:
        """Place an order, once, under our own number.

        Raises:
            RejectedError: It was not sent, or nothing of it was taken.
            OutcomeUnknownError: It may have been placed.
            ConnectorError: As the HTTP kit says.
        """
        if wrong := [problem.reason for problem in problems(write)]:
            raise RejectedError("Not sent: Ingram Micro would refuse this order.", field_errors=tuple(wrong))
        request = OrderRequest.of(write.values)
        done = placed(await self.api.order(body_of(write, self.settings.ship_to_id)), request)
        if done.orders:
            several = ", ".join(done.orders)
            split = (f"Ingram Micro made {len(done.orders)} orders of it: {several}.",) if len(done.orders) > 1 else ()
            refused_lines = {"lines": " ".join(done.refused)} if done.refused else {}
            return WriteReceipt(done.orders[0], warnings=(*split, *done.late), refused=refused_lines)
        if done.is_refused:
            message = "Ingram Micro takes no line of this order; nothing was ordered."
            raise RejectedError(message, field_errors=done.refused)
        message = "Ingram Micro took the order, and its answer does not name it."
        raise OutcomeUnknownError(message, hint="It is searched for by our own number before anything is repeated.")

    async def cancel(self, write: Write) -> WriteReceipt:
        """Cancel an order; the vendor does so while the order is on hold.

        Raises:
            NotFoundError: There is no such order.
            WriteConflictError: It stands elsewhere now than whoever wanted it cancelled saw.
            RejectedError: It is not on hold any more.
            ConnectorError: As the HTTP kit says.
        """
        ref, seen = str(write.target), write.base.get("status")
        status = status_of(text((await self.api.order_details(ref)).get("orderStatus")))
        if seen is not None and status is not None and status != seen:
            message = f"The order is {status} now, and was {seen} when it was to be cancelled; nothing was sent."
            raise WriteConflictError(message, theirs={"status": status.value})
        if status is not OrderStatus.CANCELLED:
            await self.api.cancel_order(ref)
        return WriteReceipt(ref)

    async def find(self, write: Write) -> FindResult:
        """Look for an order by our own number, and for what its lost answer said."""
        own: list[str] = []

        async def search(wanted: str, parent: str | None) -> list[str]:
            del parent
            is_known = wanted.startswith(_AS_IT_IS)
            ours = wanted.removeprefix(_AS_IT_IS) if is_known else order_number(wanted)
            refs = await self._numbered(ours)
            if wanted != write.id:
                return refs
            own[:] = [ref for ref in refs if ref not in write.taken_refs]
            # What was split is one order of ours; what was ordered twice is for a person.
            return own[:1] if len(own) > 1 and await self._is_split(write, own) else own

        async def canary() -> Known | None:
            async for row in self.api.orders():
                if (ref := key(row.get("ingramOrderNumber"))) and (theirs := text(row.get("customerOrderNumber"))):
                    return Known(f"{_AS_IT_IS}{theirs}", ref)
            return None

        now, settle_s = self.clock.now(), self.settings.settle_s
        found = await looked_for(write, search, now=now, settle_s=settle_s, canary=canary)
        return await self._as_ordered(write, own) if isinstance(found, Found) else found

    async def _as_ordered(self, write: Write, refs: list[str]) -> FindResult:
        """Return an order that was found, with what it shows of its lines; so soon one may not show all of them."""
        try:
            details = await together(*(self.api.order_details(ref) for ref in refs))
        except (NotFoundError, RejectedError):  # the vendor does not show every kind of order
            return Found(refs[0])
        shown = [line for one in details for line in order_of({"details": one}).also]
        left_out = OrderRequest.of(write.values).left_out(line for line in shown if isinstance(line, PurchaseOrderLine))
        ready = (write.attempted_at or self.clock.now()) + timedelta(seconds=self.settings.settle_s)
        if left_out and self.clock.now() < ready:
            return Inconclusive("The order does not show all of its lines yet.", (refs[0],), ask_again_at=ready)
        return Found(refs[0], SourceRecord(refs[0], {"details": dict(details[0])}), left_out)

    async def find_cancelled(self, write: Write) -> FindResult:
        """Read the order and see whether it is cancelled."""
        ref = str(write.target)
        try:
            details = await self.api.order_details(ref)
        except NotFoundError:
            return Inconclusive("Ingram Micro does not show the order any more.")
        if status_of(text(details.get("orderStatus"))) is OrderStatus.CANCELLED:
            return Found(ref)
        ready = (write.attempted_at or self.clock.now()) + timedelta(seconds=self.settings.settle_s)
        if self.clock.now() < ready:
            return Inconclusive("The order does not show it yet.", ask_again_at=ready)
        return ProvenAbsent("the order is there, and is not cancelled")

    async def _numbered(self, ours: str) -> list[str]:
        """Return the vendor's numbers of what was ordered under one of ours."""
        return sorted(
            {
                ref
                async for row in self.api.orders(customerOrderNumber=ours)
                if text(row.get("customerOrderNumber")) == ours and (ref := key(row.get("ingramOrderNumber")))
            }
        )

    async def _is_split(self, write: Write, refs: list[str]) -> bool:
        """Whether several orders together hold no more than was ordered once."""
        wanted = {line.number: line.quantity for line in OrderRequest.of(write.values).lines}
        ordered: defaultdict[int, Decimal] = defaultdict(Decimal)
        for details in await together(*(self.api.order_details(ref) for ref in refs)):
            for line in rows(details.get("lines")):
                told, quantity = key(line.get("customerLineNumber")) or "", number(line.get("quantityOrdered"))
                if not told.isdecimal() or quantity is None:
                    return False
                ordered[int(told)] += quantity
        return bool(ordered) and all(count <= wanted.get(line, 0) for line, count in ordered.items())
