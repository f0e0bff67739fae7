"""Major incidents: which there are, one with all that belongs to it, what may belong to one, and what came of it."""

from typing import Annotated

from sqlalchemy import ColumnElement, true

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.incidents.model import Incident, IncidentDetail, Suggested, TicketState
from servicedesk_core.features.incidents.reporting import IncidentReport, events, reported
from servicedesk_core.features.incidents.tables import OPEN, Whole, incident, own_companies, stands_under, under, wholes
from servicedesk_core.features.tickets import found, rows_by_id
from servicedesk_core.features.triage import related
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope

NUMBER = Annotated[int, Help("Number of the incident.", names="incidents.show")]
_PAGES = "servicedesk_core.features.incidents.pages"
_SEEDS = 10
"""Tickets under an incident whose like is looked for, the newest."""


class IncidentQueries(Namespace[Manner]):
    """Major incidents."""

    desk: ProposingDesk

    @query(
        "incidents.list",
        about="Major incidents, those whose clients are to hear next, first.",
        empty="There is no major incident. servicedesk incidents declare; --all shows those that are closed.",
        needs=Capability.INTERNAL,
    )
    def list(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only that of this ticket, by number or id.")] = None,
        connection: Annotated[str | None, Help("Where that is, if several have it.")] = None,
        everything: Annotated[bool, Help("Also those that are closed.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Incident]:
        """List major incidents. Who sees a part of the desk sees those over tickets of theirs, and no other client.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where: ColumnElement[bool] = OPEN
        if ticket is not None:
            where = under(found(tx, ticket, connection, scope).row.local_id)
        elif everything:
            where = true()
        rows = tuple(one.row(self.desk.clock.now()) for one in wholes(tx, where, scope))
        return piece(Page(rows), Incident, by="due_at,number", sort=sort, after=after, limit=limit)

    @query(
        "incidents.show",
        about="A major incident with its tickets, and what happened.",
        needs=Capability.INTERNAL,
        page=f"{_PAGES}:detail",
    )
    def show(self, tx: Tx, number: NUMBER, *, scope: Scope | None = None) -> IncidentDetail:
        """Show a major incident: where each ticket stands, and what happened in order.

        Raises:
            NotFoundLocallyError: There is no such incident, or no ticket under it is in the scope.
        """
        one = incident(tx, number, scope)
        return IncidentDetail(one.row(self.desk.clock.now()), one.tickets, events(one))

    @query(
        "incidents.candidates",
        about="Open tickets that may belong to a major incident, with what they have in common.",
        empty="No other open ticket looks like it.",
        needs=Capability.INTERNAL,
    )
    def candidates(
        self,
        tx: Tx,
        number: NUMBER,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Suggested]:
        """List open tickets that came at once with those under an incident, or are likely the same, as triage sees it.

        Raises:
            NotFoundLocallyError: There is no such incident.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = suggestions(tx, incident(tx, number, scope), scope)
        return piece(Page(rows), Suggested, by="created_at,ticket", sort=sort, after=after, limit=limit)

    @query(
        "incidents.report",
        about="What came of a major incident: how soon clients were told, how often in time, what it did to promises.",
        needs=Capability.INTERNAL,
        page=f"{_PAGES}:report",
        html=f"{_PAGES}:html",
    )
    def report(
        self,
        tx: Tx,
        number: NUMBER,
        *,
        client: Annotated[
            str | None, Help("As this client may read it, by name or id: no other one is in it, and nobody of ours.")
        ] = None,
        scope: Scope | None = None,
    ) -> IncidentReport:
        """Show what came of a major incident: for ourselves, or for one of its clients.

        Times count from the first ticket that was there.

        Raises:
            NotFoundLocallyError: There is no such incident, or no ticket of such a client was under it.
        """
        return reported(tx, incident(tx, number, scope), self.desk, client)


def suggestions(tx: Tx, one: Whole, scope: Scope | None) -> tuple[Suggested, ...]:
    """Return open tickets that may belong to an incident and stand under none.

    Args:
        tx: Any transaction.
        one: The incident.
        scope: Only those that it lets through.
    """
    why: dict[int, str] = {}
    seeds = [each.local_id for each in one.standing if each.state is TicketState.OPEN][-_SEEDS:]
    for seed in seeds or ([] if one.parent_id is None else [one.parent_id]):
        for local_id, said in related(tx, seed, scope):
            why.setdefault(local_id, said)
    own = {one.parent_id, *(each.local_id for each in one.tickets)}
    taken, rows = stands_under(tx, [*why]), rows_by_id(tx, [*why])
    names = {row.connection for row in rows.values()}
    ours = {(name, ref) for name in names for ref in own_companies(tx, sources.id_of(tx, name))}
    return tuple(
        Suggested(row.ticket, row.connection, row.title, row.company, row.created_at, why[local_id])
        for local_id, row in rows.items()
        if row.is_open
        and local_id not in own
        and local_id not in taken
        and (row.connection, row.company_ref) not in ours
    )
