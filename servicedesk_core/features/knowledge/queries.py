"""Articles that there are, that fit a ticket, and that nobody ever used."""

from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.knowledge.model import ArticleRow, Fitting
from servicedesk_core.features.knowledge.tables import articles, fitting
from servicedesk_core.features.tickets import WHERE, WHICH, found
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_EMPTY = (
    "No article was read. Configure a connection with the connector markdown_folder, then: servicedesk knowledge read."
)


class KnowledgeQueries(Namespace[Manner]):
    """Articles of knowledge bases."""

    @query(
        "knowledge.list",
        about="Articles, with how often each helped.",
        needs=Capability.INTERNAL,
        unscoped="articles belong to no client",
        empty=_EMPTY,
    )
    def list(
        self,
        tx: Tx,
        *,
        unused: Annotated[bool, Help("Only those that never helped with a ticket.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[ArticleRow]:
        """List the articles of all knowledge bases, as they were read last.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = Page(articles(tx, unused=unused))
        return piece(rows, ArticleRow, by="-tickets,title,connection,ref", sort=sort, after=after, limit=limit)

    @query(
        "knowledge.match",
        about="Articles that fit a ticket, and those that helped with it.",
        needs=Capability.INTERNAL,
        empty="No article fits this ticket.",
    )
    def match(
        self,
        tx: Tx,
        ticket: WHICH,
        *,
        connection: WHERE = None,
        sort: Sort = None,
        limit: Limit = 10,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Fitting]:
        """List articles that share words of title or tags with a ticket's title and issue, the best first.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        one = found(tx, ticket, connection, scope)
        rows = Page(fitting(tx, one.row.local_id))
        return piece(rows, Fitting, by="-helped,-score,ref,connection", sort=sort, after=after, limit=limit)
