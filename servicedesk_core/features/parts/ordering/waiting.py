"""Parts that tickets wait for and nobody delivers: what was ordered for them, and was not taken."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.parts import PartQuery, TicketLink, plain_number
from servicedesk_core.features.parts.ordering.model import OrderRow, OrderState, ReorderRow
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS, sources

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A part that was ordered for a ticket that waits for it, and that its source does not deliver.

    Attributes:
        row: The line that was not taken.
        ticket: The ticket.
    """

    row: OrderRow
    ticket: TicketLink

    @property
    def lacking(self) -> Decimal:
        """See :attr:`Lacking.lacking`."""
        return self.row.quantity

    @property
    def query(self) -> PartQuery | None:
        """See :attr:`Lacking.query`: others know the maker's number alone."""
        number = self.row.manufacturer_part_number
        return PartQuery(part_number=number, quantity=self.lacking) if number else None

    @property
    def refused_by(self) -> str:
        """See :attr:`Lacking.refused_by`."""
        return self.row.connection

    def shown(self) -> ReorderRow:
        """See :meth:`Lacking.shown`."""
        return ReorderRow(
            name=self.row.name,
            ticket=self.ticket.number,
            stock=None,
            ref=None,
            available=None,
            minimum=None,
            taken=_NOTHING,
            on_order=_NOTHING,
            lacking=self.lacking,
        )


def undelivered(tx: Tx) -> Iterator[Undelivered]:
    """Yield what tickets wait for that was ordered, was not taken, and was not ordered anew since."""
    of_ticket: defaultdict[tuple[str, str], list[OrderRow]] = defaultdict(list)
    for row in orders(tx, date.min, money=False):
        if row.ticket_connection and row.ticket_ref and row.write is not None:
            of_ticket[row.ticket_connection, row.ticket_ref].append(row)
    for key in sorted(of_ticket.keys() & _waiting(tx)):
        for row in of_ticket[key]:
            later = (one for one in of_ticket[key] if (one.write or 0) > (row.write or 0))
            if row.state is OrderState.REJECTED and not any(_numbers(one) & _numbers(row) for one in later):
                yield Undelivered(row, TicketLink(connection=key[0], ref=key[1], number=row.ticket or key[1]))


def _numbers(row: OrderRow) -> set[str]:
    return {plain_number(row.part_number), plain_number(row.manufacturer_part_number)} - {""}


def _waiting(tx: Tx) -> set[tuple[str, str]]:
    t = RECORDS["tickets"].c
    query = (
        select(sources.c.name, t.external_id)
        .join(sources, sources.c.id == t.source_id)
        .where(t.is_open, t.gone_at.is_(None), t.status_category == StatusCategory.WAITING_PARTS.value)
    )
    return {(name, ref) for name, ref in tx.execute(query)}
