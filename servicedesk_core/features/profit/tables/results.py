"""What came out in a period: closed months as they were closed, the others as they stand, and what came later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.profit.ledger import Cell, Ledger, Sums, differences
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables import closing
from servicedesk_core.features.profit.tables.books import books
from servicedesk_core.store import Tx


@dataclass(frozen=True, slots=True)
class Results:
    """What came out in a period.

    Attributes:
        books: The ledger of each month, as it stands now.
        closed: Its months that are closed.
        cells: What was earned and spent.
        late: What came after its month was closed.
        currency: The currency of all amounts.
    """

    books: Mapping[Month, Ledger]
    closed: Mapping[Month, closing.Closed]
    cells: Mapping[Cell, Sums]
    late: Mapping[Cell, Sums]
    currency: str


def results(tx: Tx, months: Sequence[Month], zone: tzinfo) -> Results:
    """Return what came out in months, one after the other.

    Args:
        tx: Any transaction.
        months: The months.
        zone: The desk's zone.

    Raises:
        SettingsError: Nobody decided how a month is counted, or they are in different currencies.
        DefinitionsError: A definition does not fit this program.
    """
    frozen = closing.closed(tx, months)
    made = books(tx, months, zone, {month: one.basis for month, one in frozen.items()})
    currencies = {book.policy.currency for book in made.values()}
    if len(currencies) > 1:
        message = f"Months from {months[0]} to {months[-1]} are in {' and '.join(sorted(currencies))}."
        raise SettingsError(message, hint="Ask for them one by one.")
    cells: dict[Cell, Sums] = {}
    late: dict[Cell, Sums] = {}
    for month, book in made.items():
        now = book.cells()
        then = closing.cells_of(tx, month) if month in frozen else now
        cells |= then
        late |= dict(differences(now, then))
    [currency] = currencies
    return Results(made, frozen, cells, late, currency)
