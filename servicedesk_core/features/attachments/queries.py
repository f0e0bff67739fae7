"""Which files a ticket has."""

from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.attachments import tables
from servicedesk_core.features.attachments.model import AttachmentRow
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


class AttachmentQueries(Namespace[Manner]):
    """Files on tickets, their notes and their time: what is known of them."""

    @query("attachments.list", about="The files of a ticket.", empty="The ticket has no files, as of the last sync.")
    def list(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[AttachmentRow]:
        """List the files of a ticket, those on its notes and time included, the oldest first.

        Who may not read what is internal gets those that clients may see.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        internal = self.desk.may(Capability.INTERNAL)
        found = tables.of_ticket(tx, ticket, connection, scope, internal=internal)
        return piece(Page(found), AttachmentRow, by="created_at", sort=sort, after=after, limit=limit)
