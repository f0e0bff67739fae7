"""Closed months: what they were counted by, and what came out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert, select

from servicedesk_core.features.profit.kinds import ProfitPolicy
from servicedesk_core.features.profit.ledger import NAMES, Cell, Ledger, Sums
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables.books import Basis
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import profit_cells, profit_months


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month.

    Attributes:
        at: When it was closed.
        author: By whom.
        reason: Why.
        basis: By what it was counted.
    """

    at: datetime
    author: str
    reason: str
    basis: Basis


def closed(tx: Tx, months: Iterable[Month] | None = None) -> dict[Month, Closed]:
    """Return those of some months that are closed, or all that are."""
    c = profit_months.c
    query = select(c.month, c.at, c.author, c.reason, c.policy, c.rates).order_by(c.month)
    if months is not None:
        query = query.where(c.month.in_([str(month) for month in months]))
    return {
        Month.parse(month): Closed(at, author, reason, Basis(ProfitPolicy.model_validate(policy), _rates(month, rates)))
        for month, at, author, reason, policy, rates in tx.execute(query)
    }


def cells_of(tx: Tx, month: Month) -> dict[Cell, Sums]:
    """Return the cells of a closed month."""
    c = profit_cells.c
    at, of = [c[name] for name in Cell._fields], [c[name] for name in NAMES]
    query = select(*at, *of).where(c.month == str(month)).order_by(*at)
    return {Cell(*row[: len(at)]): Sums(*row[len(at) :]) for row in tx.execute(query)}


def keep(tx: Tx, month: Month, book: Ledger, *, at: datetime, author: str, reason: str) -> int:
    """Keep a month as its book says, and return how many cells that are."""
    cells = book.cells()
    rates = {currency: str(rate) for (currency, of), rate in book.rates.items() if of == str(month)}
    values = {"at": at, "author": author, "reason": reason, "rates": rates}
    policy = book.policy.model_dump(mode="json")
    tx.execute(insert(profit_months).values(month=str(month), policy=policy, **values))
    if cells:
        tx.execute(insert(profit_cells), [cell._asdict() | asdict(sums) for cell, sums in cells.items()])
    return len(cells)


def _rates(month: str, rates: Mapping[str, str]) -> dict[tuple[str, str], Decimal]:
    return {(currency, month): Decimal(rate) for currency, rate in rates.items()}
