"""What parts cost that tickets took from stock: the cost of each once, whatever the PSA says of its charge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, select

from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.features.profit.ledger import UNALLOCATED
from servicedesk_core.features.profit.model import UncostedRow
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables.places import Places
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.queries import taken
from servicedesk_core.store.queries.taken import Taken, done_at, quantity_of
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table


@dataclass(frozen=True, slots=True)
class Moved:
    """A part that a ticket took, or gave back, on a day.

    Attributes:
        part: The part.
        quantity: How many; below 0 = given back.
        day: The day on which that was done, where the desk is.
    """

    part: Taken
    quantity: Decimal
    day: date


def book_parts(tx: Tx, places: Places, zone: tzinfo) -> None:
    """Book what the parts of a period cost, less what was given back in it.

    Args:
        tx: Any transaction.
        places: Contracts and projects, and the books of the months.
        zone: The desk's zone.
    """
    found = [one for one in moved(tx, zone) if Month.of(one.day) in places.books]
    tickets = _tickets(tx, found)
    for one in found:
        month, values = Month.of(one.day), one.part.write.values
        source_id, ticket = tickets.get((values.get("ticket_connection"), values.get("ticket_id")), (0, None))
        kind = getattr(ticket, "kind", None)
        cell = places.cell(
            month,
            source_id,
            company=getattr(ticket, "company_ref", None),
            contract=getattr(ticket, "contract_ref", None),
            project=getattr(ticket, "project_ref", None),
            kind=UNALLOCATED if ticket is None else str(kind or ""),
        )
        if not places.is_left(month, cell):
            cost = None if one.part.unit_cost is None else one.part.unit_cost * one.quantity
            places.books[month].spent(cell, cost, currency=one.part.currency if cost is not None else None)


def moved(tx: Tx, zone: tzinfo) -> Iterator[Moved]:
    """Yield what tickets took and gave back, as far as no charge of the PSA says what it cost.

    Args:
        tx: Any transaction.
        zone: The desk's zone.
    """
    for part in taken.taken(tx):
        said_elsewhere = any(one.state in AT_VENDOR for one in part.charges) or not part.held
        if part.is_taken and not (part.unit_cost is None and said_elsewhere):
            yield Moved(part, part.quantity, done_at(part.write).astimezone(zone).date())
            for back in part.returns:
                if back.state in AT_VENDOR and part.unit_cost is not None:
                    yield Moved(part, -quantity_of(back), done_at(back).astimezone(zone).date())


def uncosted_parts(tx: Tx, first: date, end: date, zone: tzinfo) -> Iterator[UncostedRow]:
    """Yield the parts whose cost nobody knows, the oldest first.

    Args:
        tx: Any transaction.
        first: First day of the period.
        end: The day after its last one.
        zone: The desk's zone.
    """
    for one in moved(tx, zone):
        if one.part.unit_cost is None and first <= one.day < end:
            write = one.part.write
            yield UncostedRow(
                connection=write.connection,
                ref=str(write.id),
                day=one.day,
                ticket_number=write.values.get("ticket_number"),
                technician=None,
                role=None,
                name=write.values.get("part_name"),
                worked_s=None,
                why="the stock did not say what the part cost",
            )


class CostedByUs:
    """The charges for parts whose cost the desk kept when they were taken, to be joined with the charges."""

    def __init__(self) -> None:
        ours = taken.charges_with_own_cost().subquery("ours")
        query = select(source_table.c.id.label("source_id"), ours.c.ref)
        self._found = query.join(ours, ours.c.connection == source_table.c.name).distinct().subquery("costed")

    @property
    def found(self) -> tuple[FromClause, ColumnElement[bool]]:
        """What charges are joined with, and by what."""
        of, found = RECORDS["charges"].c, self._found.c
        return self._found, and_(found.source_id == of.source_id, found.ref == of.external_id)

    @property
    def is_one(self) -> ColumnElement[bool]:
        """Whether a charge that is joined so is one of them."""
        return self._found.c.ref.is_not(None)


def _tickets(tx: Tx, found: list[Moved]) -> dict[tuple[str | None, str | None], tuple[int, Any]]:
    wanted: dict[str, set[str]] = {}
    for one in found:
        connection, ref = one.part.write.values.get("ticket_connection"), one.part.write.values.get("ticket_id")
        if connection and ref:
            wanted.setdefault(connection, set()).add(ref)
    known: dict[tuple[str | None, str | None], tuple[int, Any]] = {}
    for connection, refs in wanted.items():
        source_id = sources.get(tx, connection).id
        tickets = records.load(tx, source_id, "tickets", sorted(refs))
        known |= {(connection, ref): (source_id, tickets.get(ref)) for ref in refs}
    return known
