"""What orders and receipts are held against: other orders, what is to come, and what one person may spend."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.domain.parts import OrderRequest, ReceiptRequest
from servicedesk_core.domain.writing import AT_VENDOR, BLOCKING, UNFINISHED, Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.parts.ordering import receiving, tables
from servicedesk_core.people import names_in
from servicedesk_core.ports import Clock
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite, of_parts
from servicedesk_core.store.schema import outbox

_USER: Final = "user:"


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


@dataclass(frozen=True, slots=True)
class _Limits:
    """What may be ordered without another person.

    Attributes:
        per_order: The most of one order.
        per_day: The most of a day.
        where: Where that is said.
        of: Whose orders of the day count; ``None`` = everybody's.
    """

    per_order: Decimal | None
    per_day: Decimal | None
    where: str
    of: str | None = None


def another_person(
    settings: DeskSettings, clock: Clock, people_in: Callable[[Tx], Mapping[str, Colleague]]
) -> Callable[[Tx, StoredWrite], str | None]:
    """Return what says why an order takes another person than who proposed it.

    Args:
        settings: The configuration, which has the limits.
        clock: The time: a day is one of the desk's time zone.
        people_in: Reads the list of people, which have limits of their own.
    """
    currency, zone = settings.orders.currency, ZoneInfo(settings.desk.timezone)
    of_desk = _Limits(settings.orders.per_order, settings.orders.per_day, "[orders]")

    def reason(tx: Tx, write: StoredWrite) -> str | None:
        if write.kind != tables.PLACE:
            return None
        people = people_in(tx)
        named = sorted(name.removeprefix(_USER) for name in names_in(write.proposed_by))
        of_people = [_of(name, people[name]) for name in named if name in people]
        limits = [one for one in (of_desk, *of_people) if (one.per_order, one.per_day) != (None, None)]
        if not limits:
            return None
        cost = tables.placed_of(tx, write).total()
        if cost is None:
            return "What it costs is not known."
        total, paid_in = cost
        if paid_in != currency:
            return f"It costs {paid_in}, and [orders] has its limits in {currency}."
        today = datetime.combine(clock.now().astimezone(zone).date(), time(), zone)
        return next(filter(None, (_above(tx, one, total, paid_in, today, write) for one in limits)), None)

    return reason


def _of(name: str, person: Colleague) -> _Limits:
    of_both = person.order_limit, person.order_limit_per_day
    return _Limits(*of_both, f"the order limits of [people.{name}]", _USER + name)


def _above(  # noqa: PLR0917  # an order, and what it is held against
    tx: Tx, limits: _Limits, total: Decimal, currency: str, today: datetime, write: StoredWrite
) -> str | None:
    if limits.per_order is not None and total > limits.per_order:
        return f"It is above {limits.per_order:f} {currency}: {_per('order', limits)}."
    if limits.per_day is None:
        return None
    if total + _approved_since(tx, today, currency, limits.of, without=write.id) > limits.per_day:
        return f"With what was approved today it is above {limits.per_day:f} {currency}: {_per('day', limits)}."
    return None


def _per(what: str, limits: _Limits) -> str:
    return f"per_{what} of {limits.where}" if limits.of is None else limits.where


def _approved_since(tx: Tx, since: datetime, currency: str, of: str | None, *, without: int) -> Decimal:
    """Return what the goods of the orders cost that were approved since an instant, as far as that is known."""
    approved = outbox.c.state.in_(BLOCKING | AT_VENDOR) & (outbox.c.decided_at >= since)
    found = tables.placed(tx, approved, outbox.c.id != without)
    totals = (one.total() for one in found if of is None or of in names_in(one.write.proposed_by))
    return sum((total[0] for total in totals if total is not None and total[1] == currency), Decimal(0))
