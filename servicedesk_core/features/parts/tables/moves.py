"""What was taken from stock and given back: the writes say so, and what became of them."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import ColumnElement, select

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.domain.writing import AT_VENDOR, UNFINISHED
from servicedesk_core.errors import WriteError
from servicedesk_core.features.parts.model import TakenRow
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite, at_place, of_parts
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.queries.taken import PURSUED, RETURN, TAKE
from servicedesk_core.store.schema import outbox, part_costs
from servicedesk_core.store.upserting import insert_into


def aggregate_of(level: str) -> str:
    """Return what moves at one place are written in order by: two who take the last one do not do so at once."""
    return f"{StockLevel.stream}:{level}"


def take_of(tx: Tx, number: int, scope: Scope | None = None) -> StoredWrite | None:
    """Return the write of a number if it takes a part, or has taken one, and a scope lets it through."""
    found = of_parts(tx, TAKE, PURSUED, outbox.c.id == number, *_in_scope(tx, scope))
    return found[0] if found else None


def being_taken(tx: Tx, connection: str, level: str, *, without: int | None = None) -> Decimal:
    """Return how many are taken from a place by writes that are not finished.

    Args:
        tx: Any transaction.
        connection: The stock.
        level: Its id of the place.
        without: Number of a write that does not count.
    """
    found = at_place(tx, TAKE, UNFINISHED, connection, [aggregate_of(level)])
    return sum((quantity_of(one) for one in found if one.id != without), Decimal(0))


def given_back(tx: Tx, take: StoredWrite, *, without: int | None = None) -> Decimal:
    """Return how many of what was taken are back, or on their way.

    Args:
        tx: Any transaction.
        take: The write that took them.
        without: Number of a write that does not count.
    """
    found = at_place(tx, RETURN, PURSUED, take.connection, [take.aggregate])
    return sum((quantity_of(one) for one in found if one.id != without and _back_of(one) == take.ref), Decimal(0))


def taken_as(tx: Tx, connection: str, move_ref: str) -> StoredWrite | None:
    """Return the write that made a move at a stock."""
    found = of_parts(tx, TAKE, AT_VENDOR, outbox.c.connection == connection, outbox.c.ref == move_ref)
    return found[0] if found else None


def taken(tx: Tx, *, costs: bool, scope: Scope | None = None) -> Iterator[TakenRow]:
    """Yield what was taken from stock, and what is to be, the oldest first.

    Args:
        tx: Any transaction.
        costs: Whether costs may be seen.
        scope: Only for tickets that it lets through.
    """
    own = _in_scope(tx, scope)
    back: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for write in of_parts(tx, RETURN, AT_VENDOR, *own):
        back[write.connection, _back_of(write)] += quantity_of(write)
    kept = _costs(tx) if costs else {}
    for write in of_parts(tx, TAKE, PURSUED, *own):
        values, quantity = write.values, quantity_of(write)
        given = back.get((write.connection, write.ref), Decimal(0)) if write.ref else Decimal(0)
        cost, currency = kept.get(write.id, (None, None))
        yield TakenRow(
            write=write.id,
            ticket=values.get("ticket_number") or values.get("ticket_id") or "",
            ticket_connection=values.get("ticket_connection"),
            ticket_ref=values.get("ticket_id"),
            name=values.get("part_name") or write.parent or "",
            serial_number=values.get("serial_number"),
            quantity=quantity,
            returned=given,
            cost=None if cost is None else in_cents(cost * (quantity - given), currency),
            currency=currency,
            connection=write.connection,
            state=write.state,
            by=write.proposed_by,
            at=write.proposed_at,
        )


def too_many(left: Decimal) -> WriteError:
    """Return the error that fewer are left to be given back than somebody wants to.

    Args:
        left: How many are left.
    """
    return WriteError(f"{left:f} of them are left to be given back.", hint="Some are back, or on their way.")


def quantity_of(write: StoredWrite) -> Decimal:
    """Return how many a write moves."""
    return Decimal(str(write.values.get("quantity") or 0))


def keep_cost(tx: Tx, write: int, part: Part) -> None:
    """Keep what a part cost when it was taken; a part without a known cost keeps none.

    Args:
        tx: A write transaction.
        write: Number of the write that takes it.
        part: The part.
    """
    if part.unit_cost is not None and part.currency is not None:
        row = {"write_id": write, "unit_cost": part.unit_cost, "currency": part.currency}
        tx.execute(insert_into(tx, part_costs).values(row).on_conflict_do_nothing())


def _in_scope(tx: Tx, scope: Scope | None) -> tuple[ColumnElement[bool], ...]:
    return () if scope is None else (own_writes(tx, Sight(tx, scope)),)


def _back_of(write: StoredWrite) -> str | None:
    found: str | None = write.values.get("move_ref")
    return found


def _costs(tx: Tx) -> dict[int, tuple[Decimal, str]]:
    rows = tx.execute(select(part_costs.c.write_id, part_costs.c.unit_cost, part_costs.c.currency))
    return {number: (cost, currency) for number, cost, currency in rows}
