"""What orders and receipts are held against in the transaction that stores them: other orders, and what is to come."""

from collections.abc import Iterator

from servicedesk_core.domain.parts import OrderRequest, ReceiptRequest
from servicedesk_core.domain.writing import UNFINISHED, Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.parts.ordering import receiving, tables
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


class OrderGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for orders."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield which orders on their way are of the same part for the same ticket."""
        if intent.kind != tables.PLACE:
            return
        wanted = {(line.part_number, line.ticket): line for line in OrderRequest.of(intent.values).lines if line.ticket}
        for write in tables.writes(tx, tables.PLACE, UNFINISHED):
            if write.id != without and write.connection == intent.connection:
                for line in OrderRequest.of(write.values).lines:
                    if line.ticket is not None and (line.part_number, line.ticket) in wanted:
                        yield f"Write {write.id} orders {line.part_number} for {line.ticket.number} too."

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Do nothing: whatever a source offers can be ordered."""


class ReceiptGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for what comes of orders."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield nothing."""
        del tx, intent, without
        yield from ()

    def stored(self, tx: Tx, write: StoredWrite) -> None:
        """Make sure that no more is booked than is to come.

        Raises:
            WriteError: Somebody else booked some of it.
        """
        coming = receiving.to_come(tx, write.connection, write.parent or "")
        booking = receiving.being_booked(tx)
        for line in ReceiptRequest.of(write.values).lines:
            key = write.connection, line.line
            if line.line in coming and booking.get(key, line.quantity) > coming[line.line]:
                raise WriteError("Not so many are still to come.", hint="Somebody else is booking some of them.")


ORDERS, RECEIPTS = OrderGuard(), ReceiptGuard()
