"""What orders and receipts are held against: other orders, what is to come, and what one person may spend."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.parts import OrderRequest, ReceiptRequest
from servicedesk_core.domain.writing import AT_VENDOR, BLOCKING, UNFINISHED, Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.parts.ordering import receiving, tables
from servicedesk_core.ports import Clock
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite, of_parts
from servicedesk_core.store.schema import outbox


class OrderGuard:
    """Implements :class:`servicedesk_core.outbox.guards.Guard` for orders."""

    def warnings(self, tx: Tx, intent: Intent, *, without: int | None) -> Iterator[str]:
        """Yield which orders on their way are of the same part for the same ticket, or for the shelf too."""
        if intent.kind != tables.PLACE:
            return
        wanted = {(line.part_number, line.ticket) for line in OrderRequest.of(intent.values).lines}
        for write in of_parts(tx, tables.PLACE, UNFINISHED):
            if write.id != without and write.connection == intent.connection:
                for line in OrderRequest.of(write.values).lines:
                    if (line.part_number, line.ticket) in wanted:
                        whom = "the shelf" if line.ticket is None else line.ticket.number
                        yield f"Write {write.id} orders {line.part_number} for {whom} too."

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


def another_person(settings: DeskSettings, clock: Clock) -> Callable[[Tx, StoredWrite], str | None]:
    """Return what says why an order takes another person than who proposed it.

    Args:
        settings: The configuration, which has the limits.
        clock: The time: a day is one of the desk's time zone.
    """
    limits, zone = settings.orders, ZoneInfo(settings.desk.timezone)

    def reason(tx: Tx, write: StoredWrite) -> str | None:
        if write.kind != tables.PLACE or limits.highest is None:
            return None
        cost = tables.placed_of(tx, write).total()
        if cost is None:
            return "What it costs is not known."
        total, currency = cost
        if currency != limits.currency:
            return f"It costs {currency}, and [orders] has its limits in {limits.currency}."
        if limits.per_order is not None and total > limits.per_order:
            return f"It is above {limits.per_order:f} {currency}: per_order of [orders]."
        if limits.per_day is not None:
            today = datetime.combine(clock.now().astimezone(zone).date(), time(), zone)
            if total + _approved_since(tx, today, currency, without=write.id) > limits.per_day:
                return f"With what was approved today it is above {limits.per_day:f} {currency}: per_day of [orders]."
        return None

    return reason


def _approved_since(tx: Tx, since: datetime, currency: str, *, without: int) -> Decimal:
    """Return what the goods of the orders cost that were approved since an instant, as far as that is known."""
    approved = outbox.c.state.in_(BLOCKING | AT_VENDOR) & (outbox.c.decided_at >= since)
    totals = (one.total() for one in tables.placed(tx, approved, outbox.c.id != without))
    return sum((total[0] for total in totals if total is not None and total[1] == currency), Decimal(0))
