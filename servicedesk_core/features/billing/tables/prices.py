"""What an hour of work is sold at."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, null, select

from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS


@dataclass(frozen=True, slots=True)
class Sold:
    """What an hour is sold at, in a currency; ``None`` = the MSP's own."""

    hour: Decimal
    currency: str | None


class HourPrices:
    """What an hour in a role is sold at: on a contract, or where none says another price.

    Args:
        tx: Any transaction.
        in_own: Whether in the MSP's own currency where the PSA converted it; else in the client's.
    """

    def __init__(self, tx: Tx, *, in_own: bool = True) -> None:
        roles, rates = RECORDS["roles"].c, RECORDS["contract_rates"].c
        usual = select(roles.source_id, roles.external_id, roles.hourly_price).where(roles.hourly_price.is_not(None))
        self._of = {(row[0], "", row[1]): Sold(from_micro(row[2]), None) for row in tx.execute(usual)}
        price = func.coalesce(*(rates.own_hourly_price, rates.hourly_price)[:: 1 if in_own else -1]).label("price")
        is_own = rates.own_hourly_price.is_not(None) if in_own else rates.hourly_price.is_(None)
        currency = case((is_own, null()), else_=rates.currency).label("currency")
        agreed = select(rates.source_id, rates.contract_ref, rates.role_ref, price, currency)
        agreed = agreed.where(rates.gone_at.is_(None), rates.contract_ref.is_not(None), rates.role_ref.is_not(None))
        for row in tx.execute(agreed.where(price.is_not(None)).order_by(rates.local_id)):
            self._of[row.source_id, row.contract_ref, row.role_ref] = Sold(from_micro(row.price), row.currency)

    def of(self, source_id: int, contract: str, role: str) -> Sold | None:
        """Return what an hour is sold at; ``None`` = nothing says it. An empty contract is none."""
        return self._of.get((source_id, contract, role)) or self._of.get((source_id, "", role))
