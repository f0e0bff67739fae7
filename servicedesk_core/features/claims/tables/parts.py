"""Parts that were taken or ordered for a claim."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, select

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.parts import OrderRequest
from servicedesk_core.features.claims.model import ClaimOrder, ClaimPart
from servicedesk_core.store.outbox import of_parts
from servicedesk_core.store.queries import taken
from servicedesk_core.store.schema import order_costs, outbox, part_claims


def parts_of(tx: Connection, claim: int, *, costs: bool) -> tuple[tuple[ClaimPart, ...], tuple[ClaimOrder, ...]]:
    """Return the parts that were taken for a claim, and the lines of orders for it, the oldest first.

    Args:
        tx: Any transaction.
        claim: The desk's number of the claim.
        costs: Whether costs may be seen.
    """
    numbers = tx.execute(select(part_claims.c.write_id).where(part_claims.c.claim == claim)).scalars().all()
    if not numbers:
        return (), ()
    linked = outbox.c.id.in_(numbers)
    return tuple(_taken(tx, linked, costs=costs)), tuple(_ordered(tx, linked, costs=costs))


def _taken(tx: Connection, linked: ColumnElement[bool], *, costs: bool) -> Iterator[ClaimPart]:
    for part in taken.taken(tx, linked):
        values = part.write.values
        yield ClaimPart(
            write=part.write.id,
            ticket=values.get("ticket_number") or values.get("ticket_id") or "",
            name=values.get("part_name") or part.write.parent or "",
            quantity=part.held,
            cost=part.cost if costs else None,
            currency=part.currency if costs else None,
            charged=part.charged,
        )


def _ordered(tx: Connection, linked: ColumnElement[bool], *, costs: bool) -> Iterator[ClaimOrder]:
    for write in of_parts(tx, "purchase_orders.place", taken.PURSUED, linked):
        approved = tx.execute(select(order_costs).where(order_costs.c.write_id == write.id)) if costs else ()
        known = {row.line: (row.unit_cost, row.currency) for row in approved}
        for line in OrderRequest.of(write.values).lines:
            unit, currency = known.get(line.number, (None, None))
            yield ClaimOrder(
                write=write.id,
                ticket=line.ticket.number if line.ticket else None,
                name=line.name or line.part_number,
                quantity=line.quantity,
                cost=None if unit is None else in_cents(unit * line.quantity, currency),
                currency=currency,
                state=write.state,
            )
