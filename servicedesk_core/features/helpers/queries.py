"""Who helps with a ticket, and where help is wanted."""

from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.helpers.model import CallState, HelpCall, Helper
from servicedesk_core.features.helpers.tables import call_of, calls, helpers_of, seen, shown
from servicedesk_core.features.tickets import found
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import help_calls

WHERE = Annotated[str | None, Help("Where it is, if several have it.")]


class HelperQueries(Namespace[Manner]):
    """Who helps with tickets, and where help is wanted."""

    desk: ProposingDesk

    @query(
        "helpers.list",
        about="Who helps with a ticket.",
        needs=Capability.INTERNAL,
        empty="Nobody helps with it, as of the last sync.",
    )
    def list(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: WHERE = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Helper]:
        """List who works on a ticket beside its technician. What is written here shows at once.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        row = found(tx, ticket, connection, scope).row
        rows = tuple(helpers_of(tx, sources.id_of(tx, row.connection), row.external_id))
        return piece(Page(rows), Helper, by="technician", sort=sort, after=after, limit=limit)

    @query(
        "helpers.calls",
        about="Where help is wanted, what ends first before the others.",
        needs=Capability.INTERNAL,
        empty="Nobody wants help now. servicedesk helpers ask TICKET does.",
    )
    def calls(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only with this ticket.", names="tickets.show")] = None,
        connection: WHERE = None,
        everything: Annotated[bool, Help("Also those that have ended.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[HelpCall]:
        """List calls for help. One ends when somebody takes it up, when it is withdrawn, with its time or its ticket.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where = seen(tx, scope)
        if ticket is not None:
            where.append(help_calls.c.ticket_id == found(tx, ticket, connection, scope).row.local_id)
        known = calls(tx, self.desk.clock.now(), *where)
        rows = shown(tx, [one for one in known if everything or one.state is CallState.OPEN])
        return piece(Page(rows), HelpCall, by="until,number", sort=sort, after=after, limit=limit)

    @query("helpers.call", about="One call for help.", needs=Capability.INTERNAL)
    def call(
        self,
        tx: Tx,
        number: Annotated[int, Help("Its number.", names="helpers.call")],
        *,
        scope: Scope | None = None,
    ) -> HelpCall:
        """Show a call for help, with who was asked.

        Raises:
            NotFoundLocallyError: There is none that may be seen.
        """
        return shown(tx, [call_of(tx, number, self.desk.clock.now(), scope)])[0]
