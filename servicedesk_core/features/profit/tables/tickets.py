"""What work and goods cost, ticket by ticket of one client: exactly, so that sums of it are rounded once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, FromClause, and_, case, func, select

from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.rules import labour_cost
from servicedesk_core.features.profit.tables import closing
from servicedesk_core.features.profit.tables.books import Basis
from servicedesk_core.features.profit.tables.labour import contract_of
from servicedesk_core.features.profit.tables.parts import CostedByUs, moved
from servicedesk_core.features.profit.tables.rates import Rates, exchange_rates, policies
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.adding import added_up
from servicedesk_core.store.schema import RECORDS

_ONE: Final = Decimal(1)


@dataclass(slots=True)
class Spent:
    """What a ticket cost.

    Attributes:
        worked_s: The work.
        cost: What work and goods cost, as far as it is known, in the currency of the desk.
        uncosted: How many pieces of work or goods have no cost that is known.
    """

    worked_s: int = 0
    cost: Fraction = Fraction(0)
    uncosted: int = 0


def spent_on_tickets(tx: Tx, source_id: int, company: str, months: Sequence[Month], zone: tzinfo) -> dict[str, Spent]:
    """Return what the tickets of a client cost in months, by the vendor's id; before what manufacturers gave back.

    Args:
        tx: Any transaction.
        source_id: The source of the client.
        company: The vendor's id of the client.
        months: The months, one after the other.
        zone: The desk's zone.

    Raises:
        SettingsError: Nobody decided how a month is counted.
        DefinitionsError: A definition does not fit this program.
    """
    return _Spending(tx, source_id, company, months, zone).found()


class _Spending:
    """What the tickets of a client cost; see :func:`spent_on_tickets`."""

    def __init__(self, tx: Tx, source_id: int, company: str, months: Sequence[Month], zone: tzinfo) -> None:
        self._tx, self._source_id, self._company, self._zone = tx, source_id, company, zone
        frozen = closing.closed(tx, months)
        decided = policies(tx, [month for month in months if month not in frozen], zone)
        now = exchange_rates(tx)
        self._bases = {
            month: frozen[month].basis if month in frozen else Basis(decided[month], now) for month in months
        }
        self._rates = Rates(tx, zone)
        self._slots = Slots(months, self._rates.changes, zone)
        self._found: dict[str, Spent] = defaultdict(Spent)

    def found(self) -> dict[str, Spent]:
        """Return what each ticket cost, by the vendor's id."""
        self._book_work()
        self._book_charges()
        self._book_parts()
        return dict(self._found)

    def _of_client(self, stream: str) -> tuple[FromClause, tuple[ColumnElement[bool], ...]]:
        """Return a stream's table with the tickets of its records, and that these are the client's."""
        of, tickets = RECORDS[stream].c, RECORDS["tickets"].c
        on = and_(tickets.source_id == of.source_id, tickets.external_id == of.ticket_ref)
        where = of.source_id == self._source_id, tickets.company_ref == self._company, of.gone_at.is_(None)
        return RECORDS[stream].join(RECORDS["tickets"], on), where

    def _book_work(self) -> None:
        of, slots = RECORDS["time_entries"].c, self._slots
        joined, where = self._of_client("time_entries")
        facts = select(
            of.ticket_ref, contract_of().label("contract"), of.technician_ref, of.role_ref, of.billing_code_ref,
            slots.number(of.work_date, of.start_at), func.coalesce(of.worked_s, 0).label("worked_s"),
        ).select_from(joined).where(*where, slots.within(of.work_date, of.start_at))  # fmt: skip
        for row in self._tx.execute(added_up(facts, "worked_s")):
            one, worked_s, source_id = self._found[row.ticket_ref], int(row.worked_s), self._source_id
            one.worked_s += worked_s
            technician, role, code = row.technician_ref or "", row.role_ref or "", row.billing_code_ref or ""
            rate = self._rates.of(source_id, technician, role, slots.days[row.slot], row.contract or "")
            worth = None if rate is None else self._worth(slots.month(row.slot), rate.currency)
            if rate is None or worth is None:
                one.uncosted += row.facts
            else:
                one.cost += labour_cost(worked_s, rate.hour, rate.multipliers.get((source_id, code), _ONE), worth)

    def _book_charges(self) -> None:
        of, ours = RECORDS["charges"].c, CostedByUs()
        joined, where = self._of_client("charges")
        facts = (
            select(of.ticket_ref, case((of.cost.is_(None), 1), else_=0).label("lacks_cost"), of.cost)
            .select_from(joined.outerjoin(*ours.found))
            .where(*where, ~ours.is_one, self._slots.within(of.bought_on, of.created_at))
        )
        for row in self._tx.execute(added_up(facts, "cost")):
            one = self._found[row.ticket_ref]
            if row.lacks_cost:
                one.uncosted += row.facts
            else:
                one.cost += Fraction(from_micro(int(row.cost)))

    def _book_parts(self) -> None:
        """Book what parts from stock cost that its tickets took, less what they gave back."""
        c = RECORDS["tickets"].c
        connection = next(one.name for one in sources.all(self._tx) if one.id == self._source_id)
        of_client = select(c.external_id).where(c.source_id == self._source_id, c.company_ref == self._company)
        taken = [
            (one, one.part.write.values["ticket_id"])
            for one in moved(self._tx, self._zone)
            if Month.of(one.day) in self._bases and one.part.write.values.get("ticket_connection") == connection
        ]
        own = set(self._tx.execute(of_client).scalars()) if taken else set()
        for one, ticket in taken:
            part, spent = one.part, self._found[ticket] if ticket in own else Spent()
            worth = None if part.unit_cost is None else self._worth(Month.of(one.day), part.currency)
            if part.unit_cost is None or worth is None:
                spent.uncosted += 1
            else:
                spent.cost += Fraction(part.unit_cost * one.quantity * worth)

    def _worth(self, month: Month, currency: str | None) -> Decimal | None:
        """Return what a unit of a currency is worth in that of the desk; ``None`` = nobody said it."""
        basis = self._bases[month]
        own = currency in {None, basis.policy.currency}
        return _ONE if own else basis.rates.get((currency or "", str(month)))
