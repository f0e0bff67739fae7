"""Where our documents and the ledger's part."""

from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.reconciling.model import PartedRow, Parting
from servicedesk_core.features.billing.reconciling.tables import partings
from servicedesk_core.features.billing.sending.queries import UNSCOPED
from servicedesk_core.store import Tx


class ReconcilingQueries(Namespace[Manner]):
    """Where our documents and the ledger's part."""

    @query(
        "billing.reconcile",
        about="Where our documents and the ledger's part.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Nothing parts ours and the ledger's, from our first document on.",
    )
    def reconcile(
        self,
        tx: Tx,
        *,
        period: Annotated[str | None, Help("Only documents of this month.", metavar="YYYY-MM")] = None,
        parting: Annotated[Parting | None, Help("Only what parts in this way.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[PartedRow]:
        """List documents that only one side has, that differ, or that were changed or deleted, each with what to do.

        It compares what the last sync has read, from the first document on that was sent from here.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = tuple(row for row in partings(tx, period) if parting in {None, row.parting})
        return piece(Page(found), PartedRow, by="number,parting", sort=sort, after=after, limit=limit)
