"""How the shelf, and what was taken from it, are read from the store."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.parts.model import StockRow, TakenRow
from servicedesk_core.store import Tx
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.schema import RECORDS, outbox, part_costs, sources
from servicedesk_core.store.upserting import insert_into

TAKE: Final = "stock_moves.take"
RETURN: Final = "stock_moves.return"
"""Kinds of the writes that move parts."""

DROPPED: Final = (WriteState.REJECTED, WriteState.DISCARDED)
"""States of writes that moved nothing and never will."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part with what lies where.

    Attributes:
        connection: Connection whose stock that is.
        part: The part.
        levels: Its places.
    """

    connection: str
    part: Part
    levels: tuple[StockLevel, ...]

    @property
    def available(self) -> Decimal | None:
        """How many can be taken, at all places together; ``None`` where no place says."""
        told = [level.available for level in self.levels if level.available is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def lacking(self) -> Decimal:
        """How many are missing to the minimum; none where either is not known."""
        if self.part.minimum is None or self.available is None:
            return Decimal(0)
        return max(self.part.minimum - self.available, Decimal(0))

    @property
    def value(self) -> Decimal | None:
        """What all that can be taken cost."""
        if self.part.unit_cost is None or self.available is None:
            return None
        return self.part.unit_cost * self.available


def shelves(tx: Tx, connection: str | None = None) -> Iterator[Shelf]:
    """Yield every part that a stock has, by connection and id.

    Args:
        tx: Any transaction.
        connection: Only of this one.
    """
    levels: defaultdict[tuple[str, str], list[StockLevel]] = defaultdict(list)
    for name, level in _live(tx, StockLevel, connection):
        levels[name, level.part_ref].append(level)
    for name, part in _live(tx, Part, connection):
        yield Shelf(name, part, tuple(levels[name, part.external_id]))


def _live(tx: Tx, entity: Any, connection: str | None) -> Iterator[tuple[str, Any]]:
    table, codec = RECORDS[entity.stream], codec_of(entity)
    columns = [table.c[name] for name in codec.names]
    query = select(sources.c.name, table.c.external_id, *columns).join(sources, sources.c.id == table.c.source_id)
    query = query.where(table.c.gone_at.is_(None)).order_by(sources.c.name, table.c.external_id)
    if connection is not None:
        query = query.where(sources.c.name == connection)
    for name, ref, *values in tx.execute(query):
        yield name, codec.decode(ref, values)


def stock_row(shelf: Shelf, *, costs: bool) -> StockRow:
    """Return a part as lists show it.

    Args:
        shelf: The part.
        costs: Whether costs may be seen.
    """
    part = shelf.part
    return StockRow(
        name=part.name,
        manufacturer=maker_name(part.manufacturer) or None,
        manufacturer_part_number=part.manufacturer_part_number,
        number=part.number,
        upc=part.upc,
        kind=part.kind,
        connection=shelf.connection,
        ref=part.external_id,
        available=shelf.available,
        on_order=_sum(level.on_order for level in shelf.levels),
        minimum=part.minimum,
        lacking=shelf.lacking,
        places=tuple(_places(shelf.levels)),
        serial_numbers=tuple(level.serial_number for level in shelf.levels if level.serial_number),
        unit_cost=part.unit_cost if costs else None,
        value=shelf.value if costs else None,
        currency=part.currency if costs else None,
        is_discontinued=part.is_active is False,
        replaced_by=part.replaced_by,
    )


def _sum(numbers: Iterator[Decimal | None]) -> Decimal | None:
    told = [one for one in numbers if one is not None]
    return sum(told, Decimal(0)) if told else None


def _places(levels: Sequence[StockLevel]) -> Iterator[str]:
    by_place: dict[str, list[StockLevel]] = {}
    for level in levels:
        by_place.setdefault(level.place or "", []).append(level)
    for place, there in by_place.items():
        count = _sum(level.available for level in there)
        if count is None or count:
            yield " ".join(filter(None, (place, None if count is None else f"{count:f}")))


def moves(tx: Tx, kind: str) -> list[StoredWrite]:
    """Return the writes that took parts, or gave them back, the oldest first, without those that came to nothing."""
    query = WRITES.select().where(outbox.c.kind == kind, outbox.c.state.not_in(DROPPED))
    return WRITES.all(tx, query.order_by(outbox.c.id))


def returned(tx: Tx, states: Container[WriteState]) -> dict[tuple[str, str], Decimal]:
    """Return how many were given back, by the connection and the id of the move that took them.

    Args:
        tx: Any transaction.
        states: Where the writes that give back stand.
    """
    back: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for write in moves(tx, RETURN):
        if write.state in states:
            back[write.connection, write.values.get("move_ref") or ""] += Decimal(write.values.get("quantity") or 0)
    return back


def taken(tx: Tx, *, costs: bool) -> Iterator[TakenRow]:
    """Yield what was taken from stock, the oldest first: the writes say so, and what became of them.

    Args:
        tx: Any transaction.
        costs: Whether costs may be seen.
    """
    back = returned(tx, (WriteState.CONFIRMED,))
    kept = _costs(tx) if costs else {}
    for write in moves(tx, TAKE):
        values = write.values
        quantity = Decimal(values.get("quantity") or 0)
        given_back = back.get((write.connection, write.ref or ""), Decimal(0))
        cost, currency = kept.get(write.id, (None, None))
        yield TakenRow(
            write=write.id,
            ticket=values.get("ticket_number") or values.get("ticket_id") or "",
            ticket_connection=values.get("ticket_connection"),
            ticket_ref=values.get("ticket_id"),
            name=values.get("part_name") or write.parent or "",
            serial_number=values.get("serial_number"),
            quantity=quantity,
            returned=given_back,
            cost=None if cost is None else cost * (quantity - given_back),
            currency=currency,
            connection=write.connection,
            state=write.state,
            by=write.proposed_by,
            at=write.proposed_at,
        )


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


def _costs(tx: Tx) -> dict[int, tuple[Decimal, str]]:
    rows = tx.execute(select(part_costs.c.write_id, part_costs.c.unit_cost, part_costs.c.currency))
    return {number: (cost, currency) for number, cost, currency in rows}
