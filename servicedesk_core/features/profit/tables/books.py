"""The books of a period: everything that was earned and spent in it, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from servicedesk_core.features.profit.kinds import ProfitPolicy
from servicedesk_core.features.profit.ledger import Ledger
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables.documents import book_documents
from servicedesk_core.features.profit.tables.labour import book_work
from servicedesk_core.features.profit.tables.parts import book_parts
from servicedesk_core.features.profit.tables.places import Places
from servicedesk_core.features.profit.tables.rates import Rates, exchange_rates, policies
from servicedesk_core.features.profit.tables.revenue import book_revenue
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx


@dataclass(frozen=True, slots=True)
class Basis:
    """By what a month is counted.

    Attributes:
        policy: How.
        rates: What a unit of a currency is worth, by currency and month.
    """

    policy: ProfitPolicy
    rates: Mapping[tuple[str, str], Decimal]


def books(tx: Tx, months: Sequence[Month], zone: tzinfo, frozen: Mapping[Month, Basis]) -> dict[Month, Ledger]:
    """Return the ledger of each month of a period, in memory that does not depend on how many records there are.

    Args:
        tx: Any transaction.
        months: The months, one after the other.
        zone: The desk's zone.
        frozen: By what those months are counted that were closed; the others by what was decided for them.

    Raises:
        SettingsError: Nobody decided how a month is counted.
        DefinitionsError: A definition does not fit this program.
    """
    decided = policies(tx, [month for month in months if month not in frozen], zone)
    now = exchange_rates(tx)
    of = {month: frozen.get(month) or Basis(decided[month], now) for month in months}
    made = {month: Ledger(one.policy, one.rates) for month, one in of.items()}
    rates = Rates(tx, zone)
    slots, places = Slots(months, rates.changes, zone), Places(tx, made)
    book_work(tx, slots, places, rates)
    book_revenue(tx, slots, places)
    book_documents(tx, slots, places, zone)
    book_parts(tx, places, zone)
    return made
