"""What is on order."""

from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, Table, piece, query
from servicedesk_core.features.parts.ordering.model import OrderRow
from servicedesk_core.features.parts.ordering.rows import orders as order_rows
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


class OrderQueries(Namespace[Manner]):
    """What is on order."""

    desk: ConfiguredDesk

    @query(
        "parts.orders",
        about="What is on order, line by line.",
        needs=Capability.PARTS_READ,
        empty="Nothing of the kind is on order: servicedesk parts order TICKET PART --from CONNECTION.",
    )
    def orders(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only for this ticket, by number or the vendor's id.")] = None,
        still_open: Annotated[bool, Help("Only of which something is still to come.", name="open")] = False,
        late: Annotated[bool, Help("Only what should have been here.")] = False,
        connection: Annotated[str | None, Help("Only over this connection.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[OrderRow]:
        """List the lines of orders, the newest first: ours, and those that somebody placed at a source otherwise.

        Who sees only some clients sees what was ordered for their tickets.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        today = self.desk.clock.now().astimezone(ZoneInfo(self.desk.timezone)).date()
        found = (
            row
            for row in order_rows(tx, today, money=self.desk.may(Capability.MONEY), scope=scope)
            if (ticket is None or ticket in {row.ticket, row.ticket_ref})
            and (row.state.is_open or not still_open)
            and (row.is_late or not late)
            and connection in {None, row.connection}
        )
        return piece(Page(tuple(found)), OrderRow, by="-ordered_at,order,line", sort=sort, after=after, limit=limit)

    on_order = Table("On order", orders, {"still_open": True})
