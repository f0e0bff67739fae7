"""Whose documents are trusted."""

from servicedesk_core.faces import After, Capability, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.sending.queries import UNSCOPED
from servicedesk_core.features.billing.trusts.model import TrustRow
from servicedesk_core.features.billing.trusts.tables import trusts
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Names


class TrustQueries(Namespace[Manner]):
    """Whose documents are trusted."""

    @query(
        "billing.trusts",
        about="Clients whose documents are trusted.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Nobody's documents are trusted: each is sent by itself.",
    )
    def trusts(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[TrustRow]:
        """List the clients whose documents go into a ledger together, and as final ones.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        names, known = Names(tx), {one.name: one.id for one in sources.all(tx)}
        held = trusts(tx)
        for one in held:
            names.want(known[one.psa], "companies", one.company_ref)
        found = tuple(
            TrustRow(
                names.of(known[one.psa], "companies", one.company_ref) or one.company_ref, one.psa, one.company_ref,
                one.ledger, one.reason, one.trusted_by, one.trusted_at,
            )
            for one in held
        )  # fmt: skip
        return piece(Page(found), TrustRow, by="client,ledger", sort=sort, after=after, limit=limit)
