"""What clients were promised, and who has heard from nobody."""

from typing import Annotated, Final

from sqlalchemy import ColumnElement

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.contact.model import ClientPromise, PromiseState, Silence, Unheard
from servicedesk_core.features.contact.tables import OPEN, promises_of, silences
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, found, mine, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, optional_instant
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import client_promises

_P: Final = client_promises.c


class ContactQueries(Namespace[Manner]):
    """What clients were promised, and who has heard from nobody."""

    desk: ConfiguredDesk

    @query(
        "contact.promises",
        about="What clients were promised by a time, what is due first, first.",
        empty="Nothing is promised. servicedesk tickets promise does; --all shows what was kept or broken.",
        needs=Capability.INTERNAL,
    )
    def promises(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only about this ticket, by number or id.")] = None,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        state: Annotated[PromiseState | None, Help("Only those that are so.")] = None,
        everything: Annotated[bool, Help("Also those that are over.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ClientPromise]:
        """List what clients were promised: what nobody has kept yet, whether its time has come or not.

        A promise is kept when somebody writes to the client after it was made and by its time, fifteen minutes
        more or less, or says "contact keep"; it is broken when its time passes without.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where: list[ColumnElement[bool]] = [] if everything or state is not None else [*OPEN]
        if ticket is not None:
            where.append(_P.ticket_id == found(tx, ticket, connection, scope).row.local_id)
        rows = tuple(
            one
            for one in promises_of(tx, self.desk.clock.now(), where, scope)
            if state in {None, one.state} and (everything or state is not None or one.contact_at is None)
        )
        return piece(Page(rows), ClientPromise, by="due_at,number", sort=sort, after=after, limit=limit)

    @query(
        "contact.unheard",
        about="Open tickets whose client has heard from no person within the limit of their priority.",
        sorts=("local_id", "priority", "heard_at", "limit_at"),
        empty="Every client has heard from somebody in time, as far as [client_contact] of the definitions says.",
        needs=Capability.INTERNAL,
    )
    def unheard(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Unheard]:
        """List the open tickets whose client has heard from nobody for too long, the longest first.

        A client hears by a note that a person of the desk writes for them, and by a promise that somebody says is kept.
        What machines tell, in queues that a team watches, is not among them.

        Raises:
            NotFoundLocallyError: There is no such connection.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, among = self.desk.clock.now(), TicketFilter.of(mine(self.desk, chosen or TicketChoice()))
        late = tuple(silences(tx, now, conditions(tx, among, scope, at=now)))
        page = piece(Page(late), Silence, by="limit_at,local_id", sort=sort, after=after, limit=limit)
        rows = rows_by_id(tx, [one.local_id for one in page.items])
        shown = tuple(
            Unheard(
                local_id=row.local_id,
                connection=row.connection,
                ticket=row.ticket,
                title=row.title,
                company=row.company,
                assignee=row.assignee,
                priority=row.priority,
                heard_at=optional_instant(one.heard_at),
                limit_at=from_us(one.limit_at),
            )
            for one in page.items
            for row in (rows[one.local_id],)
        )
        return Page(shown, page.next)
