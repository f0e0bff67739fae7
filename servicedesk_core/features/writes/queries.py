"""What is in the outbox."""

from typing import Annotated, Final

from sqlalchemy import Connection as Tx
from sqlalchemy import and_

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.outbox.views import WriteDetail, WriteView, detail_of, views_of
from servicedesk_core.store import outbox
from servicedesk_core.store.queries.checking import check_names
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.ownership import own_writes, to_ticket
from servicedesk_core.store.queries.scope import Scope, Sight

_TO_LOOK_AT: Final = (
    WriteState.PROPOSED,
    WriteState.QUEUED,
    WriteState.SENDING,
    WriteState.IN_DOUBT,
    WriteState.REJECTED,
    WriteState.PARTLY_APPLIED,
)


class WriteQueries(Namespace[Manner]):
    """The writes of a desk."""

    desk: ConfiguredDesk

    @query(
        "writes.list",
        about="Writes of the outbox, the newest first.",
        needs=Capability.WRITES_READ,
        version=2,
        sorts=outbox.COLUMNS,
        empty="No such write. Those that are done are listed with --all; servicedesk tickets note and its like "
        "propose one.",
    )
    def list(
        self,
        tx: Tx,
        *,
        states: Annotated[tuple[WriteState, ...], Help("Only in this state. May be repeated.", name="state")] = (),
        everything: Annotated[bool, Help("Also those that are done.", name="all")] = False,
        connection: Annotated[str | None, Help("Only over this connection.")] = None,
        ticket: Annotated[str | None, Help("Only to this ticket, by number or id.")] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[WriteView]:
        """List writes, the newest first. By default those that are not finished, and those that were refused.

        Returns:
            Writes by number, downwards; with a scope only those about its tickets, devices and claims, without
            references that lead out of it.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such connection; or there is no such ticket.
        """
        sight = None if scope is None else Sight(tx, scope)
        own = None if sight is None else own_writes(tx, sight)
        about = None if ticket is None else to_ticket(ticket_meant(tx, ticket, connection, scope))
        found, more = outbox.page(
            tx,
            states=() if everything and not states else states or _TO_LOOK_AT,
            connection=connection,
            only=about if own is None else own if about is None else and_(own, about),
            sort=sort,
            after=after,
            limit=limit,
        )
        if not found:
            there = self.desk.settings.connections if own is None else outbox.connections(tx, own)
            check_names(tx, scope, connection=connection, configured=there)
        return Page(views_of(tx, found, sight, costs=self.desk.may(Capability.MONEY)), more)

    @query(
        "writes.show",
        about="One write with its history.",
        needs=Capability.WRITES_READ,
        page="servicedesk_core.features.writes.pages:detail",
    )
    def show(
        self,
        tx: Tx,
        number: Annotated[int, Help('Its number in "writes list".', names="writes.show")],
        *,
        scope: Scope | None = None,
    ) -> WriteDetail:
        """Show one write with both versions and everything that happened to it.

        Raises:
            NotFoundLocallyError: There is none, or the scope does not let it through.
        """
        costs = self.desk.may(Capability.MONEY)
        return detail_of(tx, number, scope, costs=costs)
