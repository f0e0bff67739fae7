"""How orders are kept and read: the writes that order, what was approved of their price, and what has come."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from sqlalchemy import ColumnElement, select

from servicedesk_core.domain import Entity
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.parts import OrderRequest, order_number
from servicedesk_core.features.parts.ordering.rules import OF_WRITES, Cost
from servicedesk_core.store import Tx
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.outbox import StoredWrite, of_parts
from servicedesk_core.store.queries.taken import claims_of
from servicedesk_core.store.schema import RECORDS, order_arrivals, order_costs, outbox, part_claims, sources
from servicedesk_core.store.upserting import insert_into

E = TypeVar("E", bound=Entity)

PLACE: Final = "purchase_orders.place"
CANCEL: Final = "purchase_orders.cancel"
RECEIVE: Final = "goods_receipts.create"
"""Kinds of the writes of orders."""

PURSUED: Final = tuple(OF_WRITES)
"""States of writes that order something, or may yet."""

NOTHING: Final = Decimal(0)
_NO_COSTS: Final[Mapping[int, Cost]] = {}


@dataclass(frozen=True, slots=True)
class Placed:
    """An order of ours.

    Attributes:
        write: The write.
        number: Our number of it.
        request: What it asks for.
        costs: What was approved, by the number of the line.
    """

    write: StoredWrite
    number: str
    request: OrderRequest
    costs: Mapping[int, Cost]

    def total(self) -> tuple[Decimal, str] | None:
        """Return what its goods cost as they were approved; ``None`` where that is not known in one currency."""
        costs = [(self.costs.get(line.number), line.quantity) for line in self.request.lines]
        known = [(cost, quantity) for cost, quantity in costs if cost is not None]
        currencies = {cost.currency for cost, _ in known}
        if len(known) < len(costs) or len(currencies) != 1:
            return None
        currency = currencies.pop()
        return sum((in_cents(cost.unit * quantity, currency) for cost, quantity in known), NOTHING), currency


def placed_of(tx: Tx, write: StoredWrite) -> Placed:
    """Return what a write orders."""
    return Placed(
        write, order_number(write.key), OrderRequest.of(write.values), costs(tx, [write.id]).get(write.id, {})
    )


def placed(tx: Tx, *only: ColumnElement[bool]) -> list[Placed]:
    """Return our orders, the oldest first, without those that were refused or dropped before anything was ordered.

    Args:
        tx: Any transaction.
        only: What must be true of the rows of the outbox.
    """
    found = of_parts(tx, PLACE, PURSUED, *only)
    known = costs(tx, [one.id for one in found] if only else None)
    return [
        Placed(write, order_number(write.key), OrderRequest.of(write.values), known.get(write.id, _NO_COSTS))
        for write in found
    ]


def ordered_for_claims(tx: Tx, connection: str, ticket: str) -> Iterator[tuple[int, str]]:
    """Yield the orders of parts for a ticket that are for a claim: number of the write, our id of the claim.

    Args:
        tx: Any transaction.
        connection: Connection of the ticket.
        ticket: Its id there.
    """
    linked = select(part_claims.c.write_id)
    found = of_parts(tx, PLACE, PURSUED, outbox.c.id.in_(linked))
    mine = [
        one
        for one in found
        for line in OrderRequest.of(one.values).lines[:1]
        if line.ticket is not None and (line.ticket.connection, line.ticket.ref) == (connection, ticket)
    ]
    claims = claims_of(tx, [one.id for one in mine])
    yield from ((one.id, claims[one.id].claim_id) for one in mine)


def live(tx: Tx, entity: type[E], *only: ColumnElement[bool]) -> Iterator[tuple[str, E]]:
    """Yield the live records of a stream with the name of their connection.

    Args:
        tx: Any transaction.
        entity: The stream.
        only: What must be true of their rows.
    """
    table, codec = RECORDS[entity.stream], codec_of(entity)
    columns = [table.c[name] for name in codec.names]
    query = select(sources.c.name, table.c.external_id, *columns).join(sources, sources.c.id == table.c.source_id)
    query = query.where(table.c.gone_at.is_(None), *only).order_by(sources.c.name, table.c.external_id)
    for name, ref, *values in tx.execute(query):
        yield name, cast("E", codec.decode(ref, values))


def keep_costs(tx: Tx, write: int, approved: Mapping[int, Cost]) -> None:
    """Keep what is approved of the lines of an order.

    Args:
        tx: A write transaction.
        write: Number of the write.
        approved: By the number of the line.
    """
    for line, cost in approved.items():
        row = {"write_id": write, "line": line, "unit_cost": cost.unit, "highest_unit_cost": cost.highest}
        tx.execute(insert_into(tx, order_costs).values(**row, currency=cost.currency).on_conflict_do_nothing())


def costs(tx: Tx, of: Collection[int] | None = None) -> dict[int, dict[int, Cost]]:
    """Return what was approved, by the number of the write and that of the line.

    Args:
        tx: Any transaction.
        of: Numbers of the writes; ``None`` = of all.
    """
    query = select(order_costs)
    if of is not None:
        query = query.where(order_costs.c.write_id.in_(of))
    found: defaultdict[int, dict[int, Cost]] = defaultdict(dict)
    for row in tx.execute(query):
        found[row.write_id][row.line] = Cost(row.unit_cost, row.highest_unit_cost, row.currency)
    return dict(found)


def with_costs(tx: Tx, write: StoredWrite) -> StoredWrite:
    """Return a write with what its lines cost, as its connector gets it."""
    known = costs(tx, [write.id]).get(write.id, _NO_COSTS)

    def priced(line: dict[str, Any]) -> dict[str, Any]:
        cost = known.get(line["number"])
        return line if cost is None else line | {"unit_cost": str(cost.unit), "currency": cost.currency}

    return replace(write, values=write.values | {"lines": [priced(line) for line in write.values["lines"]]})


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came of a line, by our own word.

    Attributes:
        quantity: How many.
        serial_numbers: Of these.
    """

    quantity: Decimal = NOTHING
    serial_numbers: tuple[str, ...] = ()


def arrivals(tx: Tx) -> dict[tuple[str, str], Arrivals]:
    """Return what came by our own word, by connection and id of the line."""
    found: dict[tuple[str, str], Arrivals] = {}
    for row in tx.execute(select(order_arrivals).order_by(order_arrivals.c.arrival_id)):
        before = found.get((row.connection, row.line_ref), Arrivals())
        found[row.connection, row.line_ref] = Arrivals(
            before.quantity + row.quantity, (*before.serial_numbers, *row.serial_numbers)
        )
    return found
