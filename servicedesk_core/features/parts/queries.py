"""What is on the shelf, and what was taken from it."""

from datetime import timedelta
from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import (
    After,
    Capability,
    Figures,
    Help,
    Limit,
    Manner,
    Page,
    Sort,
    Table,
    dashboard,
    piece,
    query,
)
from servicedesk_core.features.parts.charging import tables as charges
from servicedesk_core.features.parts.charging.model import CostOf, PartsCost, UnchargedRow
from servicedesk_core.features.parts.kpis import KPIS
from servicedesk_core.features.parts.model import StockRow, TakenRow
from servicedesk_core.features.parts.ordering.queries import OrderQueries
from servicedesk_core.features.parts.tables import moves, shelf
from servicedesk_core.features.parts.tables.rows import stock_row
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.scope import Scope

_FROM: Final = Help("Only from the stock of this connection.")


class PartsQueries(OrderQueries[Manner]):
    """What is on the shelf, what was taken from it, and what is on order."""

    desk: ConfiguredDesk

    @query(
        "parts.stock",
        about="What is on the shelf.",
        needs=Capability.PARTS_READ,
        sorts=shelf.SORTS,
        empty="There is nothing of the kind: no stock is connected, or none of its parts fits.",
    )
    def stock(
        self,
        tx: Tx,
        *,
        search: Annotated[str, Help("Only parts with these words in name, maker or one of their numbers.")] = "",
        below_minimum: Annotated[bool, Help("Only those of which there are fewer than there shall be.")] = False,
        connection: Annotated[str | None, Help("Only the stock of this connection.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[StockRow]:
        """List what the stocks have, as of their last sync, those first that lack most.

        The shelf is the desk's own: whoever may see it sees all of it, also who sees only some clients.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        del scope
        costs = self.desk.may(Capability.MONEY)
        found, more = shelf.page(
            tx,
            search=search,
            below_minimum=below_minimum,
            connection=connection,
            costs=costs,
            sort=sort,
            after=after,
            limit=limit,
        )
        return Page(tuple(stock_row(one, costs=costs) for one in found), more)

    @query(
        "parts.taken",
        about="What was taken from stock.",
        needs=Capability.PARTS_READ,
        empty="Nothing was taken yet: servicedesk parts take TICKET PART.",
    )
    def taken(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only for this ticket, by number or the vendor's id.")] = None,
        held: Annotated[bool, Help("Only what tickets have now: what was taken and not given back.")] = False,
        connection: Annotated[str | None, _FROM] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[TakenRow]:
        """List what was taken from stock for tickets, the newest first, with what it cost.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such ticket.
        """
        rows = moves.taken(tx, costs=self.desk.may(Capability.MONEY), scope=scope)
        found = [row for row in rows if ticket is None or ticket in (row.ticket, row.ticket_ref)]
        if ticket is not None and not found:
            ticket_meant(tx, ticket, None, scope)
        found = [row for row in found if (row.is_held or not held) and connection in {None, row.connection}]
        return piece(Page(tuple(found)), TakenRow, by="-write", sort=sort, after=after, limit=limit)

    @query(
        "parts.uncharged",
        about="Parts that are not charged as they should be.",
        needs=Capability.PARTS_READ,
        empty="Every part that was taken is charged, was given back, or is for a claim.",
    )
    def uncharged(
        self,
        tx: Tx,
        *,
        days: Annotated[
            int | None,
            Help("Only what was taken at least so many days ago [default: uncharged_after_days].", between=(0, 3650)),
        ] = None,
        connection: Annotated[str | None, _FROM] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[UnchargedRow]:
        """List parts that the client owes and is not charged for, and those that are charged without being owed.

        What is for an open claim, or one that the manufacturer honours, is not owed. What is charged without being
        owed is told at once.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        age = timedelta(days=self.desk.settings.parts.uncharged_after_days if days is None else days)
        may, before = self.desk.may(Capability.MONEY), self.desk.clock.now() - age
        found = charges.uncharged(tx, before, scope, costs=may, connection=connection)
        return piece(Page(tuple(found)), UnchargedRow, by="write", sort=sort, after=after, limit=limit)

    @query(
        "parts.costs",
        about="What the parts cost that tickets have.",
        needs=Capability.MONEY,
        empty="No ticket has a part from stock.",
    )
    def costs(
        self,
        tx: Tx,
        *,
        by: Annotated[CostOf, Help("Of what: tickets, or clients.")] = CostOf.TICKET,
        connection: Annotated[str | None, _FROM] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[PartsCost]:
        """List what the parts cost that tickets, or clients, have: taken from stock and not given back.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = charges.costs(tx, by, scope, connection)
        return piece(
            Page(tuple(found)), PartsCost, by="name,connection,ref,currency", sort=sort, after=after, limit=limit
        )

    report = dashboard(
        "parts.report",
        "Parts",
        (
            Figures("Now", KPIS),
            Table("Below the minimum", stock, {"below_minimum": True}),
            OrderQueries.on_order,
            Table("Not charged", uncharged),
            Table("Taken and not given back", taken, {"held": True}),
        ),
        about="Show what is missing on the shelf, what lies there, what is on order, and what tickets have taken.",
    )
