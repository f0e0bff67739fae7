"""Sending an order: directly before it the offer is looked at again, and what it costs is given to its connector."""

from servicedesk_core.domain.parts import OrderRequest, PartQuery
from servicedesk_core.errors import RejectedError
from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.features.parts.ordering.rules import moved
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.writing import FindResult
from servicedesk_core.outbox.record_sender import RecordSender
from servicedesk_core.outbox.senders import Sent, Shown
from servicedesk_core.store.outbox import StoredWrite


class OrderSender(RecordSender):
    """Carries orders like every record, and what was approved of their price with them."""

    def carries(self, kind: str) -> bool:
        """See :meth:`Sender.carries`."""
        return kind == tables.PLACE

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """See :meth:`Sender.check`: asks the source what it offers now, and refuses what moved since it was approved.

        Raises:
            RejectedError: A part is not offered any more, costs more than was approved, or another currency.
            ConnectorError: The source could not be asked; nothing is sent now.
        """
        shown = await super().check(calls, write)
        if not calls.implements("find_parts"):
            return shown
        known = await self.copier.store.read(lambda tx: tables.costs(tx, [write.id]).get(write.id, {}))
        for line in OrderRequest.of(write.values).lines:
            offers = await calls.find_parts(PartQuery(part_number=line.part_number, quantity=line.quantity))
            if why := moved(line.part_number, known.get(line.number), offers):
                raise RejectedError(
                    f"Line {line.number}, {line.name or line.part_number}: {why}. Nothing was ordered.",
                    field_errors=("lines",),
                    hint="servicedesk parts find shows what is offered now; order it anew.",
                    connection=calls.connection,
                )
        return shown

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`."""
        return await super().send(calls, await self._priced(write))

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """See :meth:`Sender.find`."""
        return await super().find(calls, await self._priced(write), taken)

    async def _priced(self, write: StoredWrite) -> StoredWrite:
        return await self.copier.store.read(lambda tx: tables.with_costs(tx, write))
