"""What became of documents."""

from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.model import DocumentRow, DocumentState
from servicedesk_core.features.billing.sending.rows import rows
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.checking import named

UNSCOPED: Final = "what a client is billed is for no client's eyes"
"""Why what is about documents has no scope."""

_PERIOD = Annotated[str | None, Help("Only what bills this month.", metavar="YYYY-MM")]


class SendingQueries(Namespace[Manner]):
    """What became of documents."""

    desk: ConfiguredDesk

    @query(
        "billing.status",
        about="Documents, and what became of them.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="No document was sent: servicedesk billing preview shows what could be.",
    )
    def status(
        self,
        tx: Tx,
        *,
        number: Annotated[str | None, Help("Only the one with this number.")] = None,
        period: _PERIOD = None,
        company: Annotated[str | None, Help("Only of this client, by name or how it begins, or id.")] = None,
        state: Annotated[DocumentState | None, Help("Only what stands there.")] = None,
        everything: Annotated[bool, Help("Also what was paid, refused, dropped or voided.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[DocumentRow]:
        """List documents: what was sent, where it stands in the ledger, and what is still to be paid.

        What is paid is left out, as is what stands for nothing any more, unless it is asked for.

        Raises:
            SettingsError: There is no such column to sort by.
            NotFoundLocallyError: There is no such client.
            CursorError: ``after`` is not a position of this list.
        """
        clients = None if company is None else named_companies(tx, company)
        every = everything or number is not None or state is not None
        found = tuple(
            row
            for row in rows(tx, tables.all_documents(tx), money=True)
            if number in {None, row.number}
            and period in {None, row.period}
            and (clients is None or (row.connection, row.client_ref) in clients)
            and state in {None, row.state}
            and (every or not (row.state.is_over or row.state is DocumentState.PAID))
        )
        return piece(Page(found), DocumentRow, by="-made_at,-number", sort=sort, after=after, limit=limit)


def named_companies(tx: Tx, company: str) -> set[tuple[str, str]]:
    """Return the clients that somebody names, by connection and id.

    Raises:
        NotFoundLocallyError: There is none.
    """
    names = {one.id: one.name for one in sources.all(tx)}
    return {(names[source], ref) for source, ref in named(tx, company=company)}
