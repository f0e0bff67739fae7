"""Tickets: lists by filter, page by page, and one ticket with everything that hangs on it."""

from dataclasses import replace
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import After, Capability, Desk, Help, Limit, Manner, Page, Sort, method, query
from servicedesk_core.features.tickets.kpis import WATCHED, CountOf
from servicedesk_core.features.tickets.model import TicketChoice, TicketDetail, TicketFilter, TicketRow
from servicedesk_core.features.tickets.tables import listing, sorting
from servicedesk_core.features.tickets.tables.naming import check_filter
from servicedesk_core.features.tickets.words import TicketWords
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded

C = TypeVar("C", bound=TicketChoice)

_ME: Final = "me"
"""The word for the technician that whoever acts is."""


class TicketQueries(TicketWords[Manner]):
    """Tickets in the store."""

    @query(
        "tickets.list",
        about="Tickets.",
        version=2,
        sorts=sorting.COLUMNS,
        empty="The store has no such ticket. Those that are done are shown with --all; servicedesk status says how "
        "complete the store is.",
    )
    def list(
        self,
        tx: Tx,
        chosen: TicketFilter | None = None,
        *,
        watch: Annotated[
            str | None, Help("One of the lists of the desk report.", choices=tuple(kpi.name for kpi in WATCHED))
        ] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[TicketRow]:
        """List open tickets, the newest first; the lists of the desk report begin with the oldest.

        Raises:
            SettingsError: There is no such list of the desk report, or no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection; or, in an empty list, no queue, technician, client or
                region of a name in the filter; or nobody said which technician "me" is.
        """
        wanted, now = mine(self.desk, chosen or TicketFilter()), self.desk.clock.now()
        if watch is not None:
            wanted = _watched(watch).filter(now, wanted)
        by = listing.NEWEST_FIRST if watch is None else listing.OLDEST_FIRST
        found = listing.ticket_page(tx, wanted, by=by, sort=sort, after=after, limit=limit, scope=scope, at=now)
        if not found.items:
            check_filter(tx, wanted, scope, at=now)
        return found

    @query(
        "tickets.show",
        about="One ticket with what hangs on it.",
        page="servicedesk_core.features.tickets.pages:ticket",
    )
    def get(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> TicketDetail:
        """Show one ticket with its notes, time and history. Who may read what is internal is shown that too.

        Returns:
            The ticket; with a scope without references that lead out of it.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
        """
        from servicedesk_core.features.tickets.tables.around import with_whom_and_what  # noqa: PLC0415  # lists need no cover
        from servicedesk_core.features.tickets.tables.detail import ticket_of  # noqa: PLC0415

        day = self.desk.clock.now().astimezone(ZoneInfo(self.desk.timezone)).date()
        found = with_whom_and_what(tx, ticket_of(tx, connection, ticket, scope=scope), day)
        return found if self.desk.may(Capability.INTERNAL) else found.for_clients()

    @method(Capability.READ)
    async def count(self, chosen: TicketFilter | None = None, *, scope: Scope | None = None) -> int:
        """Return how many tickets a filter, and a scope if there is one, let through."""
        wanted, now = mine(self.desk, chosen or TicketFilter()), self.desk.clock.now()
        return await self.desk.store.read(lambda tx: listing.count(tx, wanted, scope=scope, at=now))


def technician_meant(desk: Desk, connection: str, word: str | None) -> str | None:
    """Return what people call a technician of a connection, with "me" as the vendor's id of whoever acts.

    Raises:
        NotFoundLocallyError: Nobody said which technician that is, or it is one of another connection.
    """
    if word is None or folded(word) != _ME:
        return word
    theirs, ref = _me(desk)
    if theirs != connection:
        message = f'"me" is a technician of {theirs}, and this is about {connection}.'
        raise NotFoundLocallyError(message, hint="Name the technician.")
    return ref


def mine(desk: Desk, chosen: C) -> C:
    """Return a filter with "me" as the vendor's id of whoever acts.

    Raises:
        NotFoundLocallyError: Nobody said which technician that is.
    """
    if _ME not in map(folded, chosen.assignee):
        return chosen
    connection, ref = _me(desk)
    held_by = tuple(ref if folded(word) == _ME else word for word in chosen.assignee)
    return replace(chosen, assignee=held_by, connection=chosen.connection or connection)


def _me(desk: Desk) -> tuple[str, str]:
    if desk.technician is None:
        message = f'"me" is no technician: the configuration does not say which one {desk.actor.name} is.'
        raise NotFoundLocallyError(message, hint='Add technician = "ID", the id at the vendor, to [people.NAME] there.')
    return desk.technician


def _watched(name: str) -> CountOf:
    for kpi in WATCHED:
        if kpi.name == name:
            return kpi.measure
    raise SettingsError(
        f'"{name}" is no list of the desk report.', hint=f"There are: {', '.join(k.name for k in WATCHED)}."
    )
