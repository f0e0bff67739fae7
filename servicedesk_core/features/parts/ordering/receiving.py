"""What has come of an order: which lines are meant, and where it is booked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from servicedesk_core.domain.parts import ReceiptRequest, ReceivedLine
from servicedesk_core.domain.writing import UNFINISHED, Intent
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.features.parts.ordering.model import ArrivedLine, OrderRow
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.outbox import StoredWrite, of_parts
from servicedesk_core.store.schema import order_arrivals

_SOME = 5
_NOTHING: Mapping[tuple[str, str], Decimal] = {}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one line.

    Attributes:
        row: The line.
        quantity: How many came.
        serial_numbers: Of these.
    """

    row: OrderRow
    quantity: Decimal
    serial_numbers: tuple[str, ...]

    def shown(self) -> ArrivedLine:
        """Return it as it is shown."""
        left = max(self.row.outstanding - self.quantity, Decimal(0))
        return ArrivedLine(self.row.order, self.row.line, self.row.name, self.quantity, left, self.row.ticket)


def lines_meant(rows: Sequence[OrderRow], order: str) -> list[OrderRow]:
    """Return the lines of the one order that is meant.

    Args:
        rows: All lines of all orders.
        order: The source's number or id of the order, or our own.

    Raises:
        NotFoundLocallyError: There is no such order, or several.
    """
    meant = [row for row in rows if order in {row.order, row.reference, row.order_ref}]
    if not meant:
        raise NotFoundLocallyError(f'There is no order "{order}".', hint="servicedesk parts orders --open lists them.")
    if len({(row.connection, row.order_ref) for row in meant if row.order_ref}) > 1:
        several = ", ".join(sorted({f"{row.order_ref} at {row.connection}" for row in meant if row.order_ref})[:_SOME])
        raise NotFoundLocallyError(f'"{order}" is several orders.', hint=f"Name one by the source's id: {several}.")
    return meant


def arrivals_of(
    rows: Sequence[OrderRow],
    order: str,
    *,
    line: str | None = None,
    quantity: int | None = None,
    serials: tuple[str, ...] = (),
    booking: Mapping[tuple[str, str], Decimal] = _NOTHING,
) -> list[Arrival]:
    """Return what came of an order: all that is still to come of it, or so many of one line.

    Args:
        rows: All lines of all orders.
        order: The source's number or id of the order, or our own.
        line: Only of this line.
        quantity: How many; ``None`` = all that are still to come, or as many as there are serial numbers.
        serials: Serial numbers of what came.
        booking: How many are just being booked, by connection and id of the line.

    Raises:
        NotFoundLocallyError: There is no such order or line, or several.
        WriteError: Nothing of it is to come, more than that is said, or it is not clear which line is meant.
    """
    meant = lines_meant(rows, order)
    if line is not None:
        meant = [row for row in meant if line in {row.line, row.line_ref}]
        if not meant:
            raise NotFoundLocallyError(f'The order has no line "{line}".', hint="servicedesk parts orders lists them.")
    left = [
        replace(row, outstanding=row.outstanding - booking.get((row.connection, row.line_ref or ""), Decimal(0)))
        for row in meant
    ]
    coming = [row for row in left if row.outstanding > 0 and row.line_ref is not None]
    if not coming:
        why = "; ".join(sorted({f"line {row.line or '?'} is {row.state.replace('_', ' ')}" for row in meant}))
        raise WriteError(
            f"Nothing of {order} can be received: {why}.", hint="`servicedesk sync` brings the news of it."
        )
    if quantity is None and not serials:
        return [Arrival(row, row.outstanding, ()) for row in coming]
    if len(coming) > 1:
        told = ", ".join(f"{row.line or row.line_ref} ({row.name})" for row in coming[:_SOME])
        raise WriteError(f"{order} has several lines that are still to come.", hint=f"Say which with --line: {told}.")
    count = Decimal(len(serials) if quantity is None else quantity)
    if serials and count != len(serials):
        raise WriteError(f"{count:f} pieces do not have {len(serials)} serial numbers.", hint="Name one for each.")
    if count > coming[0].outstanding:
        raise WriteError(
            f"Only {coming[0].outstanding:f} of {coming[0].name} are still to come.", hint="Look at the order again."
        )
    return [Arrival(coming[0], count, serials)]


def being_booked(tx: Tx) -> dict[tuple[str, str], Decimal]:
    """Return how many are being booked by writes that are not finished, by connection and id of the line."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for write in of_parts(tx, tables.RECEIVE, UNFINISHED):
        for line in ReceiptRequest.of(write.values).lines:
            found[write.connection, line.line] += line.quantity
    return dict(found)


def to_come(tx: Tx, connection: str, order: str) -> dict[str, Decimal]:
    """Return how many of each line of an order are still to come, by the source's id of the line."""
    rows = orders(tx, date.min, money=False)
    return {
        row.line_ref: row.outstanding
        for row in rows
        if (row.connection, row.order_ref) == (connection, order) and row.line_ref is not None
    }


def booked_by(rows: Sequence[OrderRow], write: StoredWrite) -> list[Arrival]:
    """Return what a write books.

    Args:
        rows: All lines of all orders.
        write: The write.
    """
    by_ref = {row.line_ref: row for row in rows if row.connection == write.connection}
    lines = ReceiptRequest.of(write.values).lines
    return [Arrival(by_ref[line.line], line.quantity, line.serial_numbers) for line in lines if line.line in by_ref]


def receipt(
    arrivals: Sequence[Arrival], *, place: str | None, note: str | None, reason: str, request_id: str | None
) -> Intent:
    """Return the write that books at its source what came of an order."""
    first = arrivals[0].row
    lines = tuple(
        ReceivedLine(line=one.row.line_ref or "", quantity=one.quantity, serial_numbers=one.serial_numbers)
        for one in arrivals
    )
    values = ReceiptRequest(lines=lines, place=place, note=note).model_dump(mode="json", exclude_none=True)
    order = first.order_ref or ""
    label = f"{sum(one.quantity for one in arrivals):f} of {first.order}"
    # What comes of one order is booked in order, so that two who book the same do not do so at once.
    return Intent(
        first.connection,
        tables.RECEIVE,
        f"purchase_orders:{order}",
        label,
        values,
        parent=order,
        visibility="internal",
        reason=reason,
        request_id=request_id,
    )


def book(tx: Tx, arrivals: Sequence[Arrival], *, by: str, now: datetime, request_id: str | None) -> None:
    """Book here what came of an order whose source keeps no stock.

    Args:
        tx: A write transaction.
        arrivals: What came.
        by: Who books it.
        now: When.
        request_id: The caller's own id of the booking: a second one changes nothing.

    Raises:
        WriteError: Somebody else booked some of it since it was looked at.
    """
    audit.take_turn(tx)
    if is_booked(tx, request_id):
        return
    coming = to_come(tx, arrivals[0].row.connection, arrivals[0].row.order_ref or "")
    if any(one.quantity > coming.get(one.row.line_ref or "", Decimal(0)) for one in arrivals):
        raise WriteError("Not so many are still to come.", hint="Somebody else booked some of them.")
    for number, one in enumerate(arrivals):
        row = {
            "connection": one.row.connection,
            "line_ref": one.row.line_ref,
            "quantity": one.quantity,
            "serial_numbers": one.serial_numbers,
            "arrived_at": now,
            "booked_by": by,
            "request_id": request_id and f"{request_id}/{number}",
        }
        tx.execute(order_arrivals.insert().values(row))
        audit.append(
            tx,
            at=now,
            actor=by,
            action="orders.received",
            entity=f"order:{one.row.connection}:{one.row.order_ref}",
            after={"line": one.row.line_ref, "quantity": f"{one.quantity:f}"},
        )


def is_booked(tx: Tx, request_id: str | None) -> bool:
    """Return whether a booking of a caller's own id was made before."""
    if request_id is None:
        return False
    query = select(order_arrivals.c.arrival_id).where(order_arrivals.c.request_id == f"{request_id}/0")
    return tx.execute(query).first() is not None
