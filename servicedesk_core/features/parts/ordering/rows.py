"""Orders as lists show them: what the sources show, joined with the writes that ordered it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, select, true

from servicedesk_core.domain.currencies import in_cents, unit_price
from servicedesk_core.domain.parts import PurchaseOrder, PurchaseOrderLine, RequestedLine
from servicedesk_core.features.parts.ordering.model import OrderRow, OrderState
from servicedesk_core.features.parts.ordering.rules import OF_WRITES, is_late, names, state_of
from servicedesk_core.features.parts.ordering.tables import NOTHING, Arrivals, Placed, arrivals, live, placed
from servicedesk_core.store import Tx, runs, sources
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.queries.taken import claims_of
from servicedesk_core.store.schema import RECORDS

_SHOWN_WITHIN: Final = timedelta(hours=1)
"""So long a source may take until its list shows an order."""

_EVERY: Final[ColumnElement[bool]] = true()


def orders(tx: Tx, today: date, *, money: bool, scope: Scope | None = None) -> list[OrderRow]:
    """Return the lines of all orders: those that sources show, and those of ours that they do not show yet.

    Args:
        tx: Any transaction.
        today: The present day.
        money: Whether costs may be seen.
        scope: Only those for tickets that it lets through.
    """
    found = list(_all(tx, placed(tx), today, money=money))
    if scope is None:
        return found
    tickets = RECORDS["tickets"].c
    own = select(tickets.external_id).where(
        tickets.external_id.in_({row.ticket_ref for row in found if row.ticket_ref}),
        Sight(tx, scope).require("tickets"),
    )
    seen = set(tx.execute(own).scalars())
    return [row for row in found if row.ticket_connection == scope.connection and row.ticket_ref in seen]


def rows_of(tx: Tx, mine: Sequence[Placed], today: date, *, money: bool) -> Iterator[OrderRow]:
    """Yield the lines of some orders of ours.

    Args:
        tx: Any transaction.
        mine: The orders, few of them.
        today: The present day.
        money: Whether costs may be seen.
    """
    o, lines = RECORDS[PurchaseOrder.stream].c, RECORDS[PurchaseOrderLine.stream].c
    named = o.reference.in_({one.number for one in mine}) | o.external_id.in_({one.write.ref for one in mine} - {None})
    of_them = lines.order_ref.in_(select(o.external_id).where(named, o.source_id == lines.source_id))
    return _all(tx, mine, today, money=money, orders=named, lines=of_them)


def _all(
    tx: Tx,
    mine: Sequence[Placed],
    today: date,
    *,
    money: bool,
    orders: ColumnElement[bool] = _EVERY,
    lines: ColumnElement[bool] = _EVERY,
) -> Iterator[OrderRow]:
    ours: defaultdict[tuple[str, str], list[Placed]] = defaultdict(list)
    by_ref: dict[tuple[str, str], Placed] = {}
    for one in mine:
        ours[one.write.connection, one.number].append(one)
        if one.write.ref is not None:
            by_ref[one.write.connection, one.write.ref] = one
    of_order: defaultdict[tuple[str, str], list[PurchaseOrderLine]] = defaultdict(list)
    for name, line in live(tx, PurchaseOrderLine, lines):
        of_order[name, line.order_ref].append(line)
    came = arrivals(tx)
    shown: defaultdict[int, set[int]] = defaultdict(set)
    still_open: set[int] = set()
    read_at = {one.name: runs.last_success(tx, one.id).get(PurchaseOrder.stream) for one in sources.all(tx)}
    linked = {number: claim.claim_id for number, claim in claims_of(tx, [one.write.id for one in mine]).items()}
    rows = _Rows(today, linked, money=money)
    for name, order in live(tx, PurchaseOrder, orders):
        by_number = ours.get((name, order.reference or ""), ())
        own = by_number[0] if by_number else by_ref.get((name, order.external_id))
        for line in of_order[name, order.external_id]:
            wanted = own.request.wanted(line) if own is not None else None
            if own is not None and wanted is not None:
                shown[own.write.id].add(wanted.number)
            yield rows.shown(name, order, line, own, wanted, came.get((name, line.external_id), Arrivals()))
        if own is not None:
            shown[own.write.id] |= set()
            if order.status is None or order.status.is_open:
                still_open.add(own.write.id)
    for one in mine:
        for wanted in one.request.lines:
            if wanted.number not in shown.get(one.write.id, ()):
                is_at_source = one.write.id in shown
                may_come = one.write.id in still_open and not _is_read_since(one, read_at)
                yield rows.unshown(one, wanted, is_at_source=is_at_source, may_come=may_come)


def _is_read_since(own: Placed, read_at: Mapping[str, datetime | None]) -> bool:
    """Return whether all orders of a source were read after it had the time to show this one."""
    ended, read = own.write.finished_at, read_at.get(own.write.connection)
    return ended is not None and read is not None and read >= ended + _SHOWN_WITHIN


class _Rows:
    """Makes rows of lines."""

    def __init__(self, today: date, claims: Mapping[int, str], *, money: bool) -> None:
        self._today = today
        self._claims = claims
        self._money = money

    def shown(  # noqa: PLR0917  # what a row is made of
        self,
        connection: str,
        order: PurchaseOrder,
        line: PurchaseOrderLine,
        own: Placed | None,
        wanted: RequestedLine | None,
        came: Arrivals,
    ) -> OrderRow:
        quantity = line.quantity or NOTHING
        received = max(line.received or NOTHING, came.quantity)
        state = state_of(line.status or order.status, quantity, received)
        if order.status is not None and not order.status.is_open and state.is_open:
            state = state_of(order.status, quantity, received)
        problem = line.reason
        if wanted is not None and line.quantity is not None and line.quantity != wanted.quantity:
            problem = "; ".join(filter(None, (problem, f"{wanted.quantity:f} were wanted")))
        cost = (line.unit_cost, line.currency) if line.unit_cost is not None else self._approved(own, wanted)
        return self._row(
            order=order.number or order.reference or order.external_id,
            reference=order.reference or (own.number if own else None),
            line=line.number,
            name=line.name or (wanted.name if wanted else "") or line.part_number or "?",
            part_number=line.part_number,
            manufacturer_part_number=line.manufacturer_part_number or (wanted and wanted.manufacturer_part_number),
            connection=connection,
            supplier=order.supplier,
            wanted=wanted,
            quantity=quantity,
            received=received,
            state=state,
            expected_on=line.expected_on or order.expected_on,
            cost=cost,
            serial_numbers=line.serial_numbers or came.serial_numbers,
            tracking=line.tracking,
            problem=problem,
            ordered_at=order.ordered_at or order.created_at or (own.write.proposed_at if own else None),
            own=own,
            order_ref=order.external_id,
            line_ref=line.external_id,
        )

    def unshown(self, own: Placed, wanted: RequestedLine, *, is_at_source: bool, may_come: bool) -> OrderRow:
        """Return the row of a line that no source shows: its order is not there, or the source left the line out.

        Args:
            own: The order.
            wanted: The line.
            is_at_source: Whether the source shows the order, or one of those that it made of it.
            may_come: Whether one that it shows is open, and another one may not have been read yet.
        """
        state, problem = OF_WRITES[own.write.state], own.write.error
        if is_at_source:
            problem = own.write.unapplied.get("lines")
            state = OrderState.REJECTED
            if may_come and not names(problem or "", wanted):
                state = OrderState.IN_DOUBT
                doubt = "The source shows the order, and not this line; it may have made another order of it."
                problem = " ".join(filter(None, (doubt, problem)))
            elif not problem:
                problem = "The source has the order, and not this line."
        return self._row(
            order=own.number,
            reference=own.number,
            line=str(wanted.number),
            name=wanted.name or wanted.part_number,
            part_number=wanted.part_number,
            manufacturer_part_number=wanted.manufacturer_part_number,
            connection=own.write.connection,
            supplier=own.request.supplier,
            wanted=wanted,
            quantity=wanted.quantity,
            received=NOTHING,
            state=state,
            expected_on=None,
            cost=self._approved(own, wanted),
            serial_numbers=(),
            tracking=(),
            problem=problem,
            ordered_at=own.write.proposed_at,
            own=own,
            order_ref=own.write.ref,
            line_ref=None,
        )

    @staticmethod
    def _approved(own: Placed | None, wanted: RequestedLine | None) -> tuple[Decimal | None, str | None]:
        cost = own.costs.get(wanted.number) if own is not None and wanted is not None else None
        return (None, None) if cost is None else (cost.unit, cost.currency)

    def _row(
        self,
        *,
        wanted: RequestedLine | None,
        quantity: Decimal,
        received: Decimal,
        state: OrderState,
        expected_on: date | None,
        cost: tuple[Decimal | None, str | None],
        own: Placed | None,
        ordered_at: datetime | None,
        **more: Any,
    ) -> OrderRow:
        unit, currency = cost if self._money else (None, None)
        ticket = wanted.ticket if wanted is not None else None
        return OrderRow(
            ticket=None if ticket is None else ticket.number,
            ticket_connection=None if ticket is None else ticket.connection,
            ticket_ref=None if ticket is None else ticket.ref,
            claim=self._claims.get(own.write.id) if own else None,
            quantity=quantity,
            received=received,
            outstanding=max(quantity - received, NOTHING) if state.is_open else NOTHING,
            state=state,
            expected_on=expected_on,
            is_late=is_late(expected_on, state, self._today),
            unit_cost=None if unit is None else unit_price(unit, currency),
            cost=None if unit is None else in_cents(unit * quantity, currency),
            currency=currency,
            ordered_at=ordered_at,
            by=own.write.proposed_by if own else None,
            write=own.write.id if own else None,
            **more,
        )
