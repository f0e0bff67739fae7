"""Which months are locked."""

from servicedesk_core.faces import After, Capability, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.periods.model import LockedMonth
from servicedesk_core.features.billing.periods.tables import locked
from servicedesk_core.store import Tx

UNSCOPED = "a month is locked for all clients together"


class PeriodQueries(Namespace[Manner]):
    """Which months are locked."""

    @query(
        "billing.locks",
        about="Months that take no new documents, the newest first.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="No month is locked.",
    )
    def locks(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[LockedMonth]:
        """List the months that take no new documents: by whom, when and why.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = (LockedMonth(str(month), one.at, one.author, one.reason) for month, one in locked(tx).items())
        return piece(Page(tuple(found)), LockedMonth, by="-month", sort=sort, after=after, limit=limit)
