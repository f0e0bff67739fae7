"""What is on the shelf, and what was taken from it."""

from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import (
    After,
    Capability,
    Figures,
    Help,
    Limit,
    Manner,
    Namespace,
    Page,
    Sort,
    Table,
    dashboard,
    piece,
    query,
)
from servicedesk_core.features.parts import tables
from servicedesk_core.features.parts.kpis import KPIS
from servicedesk_core.features.parts.model import StockRow, TakenRow
from servicedesk_core.store import Tx

OURS: Final = "the shelf is the desk's own and belongs to no client"


class PartsQueries(Namespace[Manner]):
    """What is on the shelf, and what was taken from it."""

    desk: ConfiguredDesk

    @query(
        "parts.stock",
        about="What is on the shelf.",
        needs=Capability.PARTS_READ,
        unscoped=OURS,
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
    ) -> Page[StockRow]:
        """List what the stocks have, as of their last sync, those first that lack most.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        words, costs = search.casefold().split(), self.desk.may(Capability.MONEY)
        found = (
            tables.stock_row(shelf, costs=costs)
            for shelf in tables.shelves(tx, connection)
            if (shelf.lacking or not below_minimum) and all(word in _text(shelf) for word in words)
        )
        return piece(
            Page(tuple(found)), StockRow, by="-lacking,name,connection,ref", sort=sort, after=after, limit=limit
        )

    @query(
        "parts.taken",
        about="What was taken from stock.",
        needs=Capability.PARTS_READ,
        unscoped=OURS,
        empty="Nothing was taken yet: servicedesk parts take TICKET PART.",
    )
    def taken(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only for this ticket, by number or the vendor's id.")] = None,
        held: Annotated[bool, Help("Only what was not given back.", name="held")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[TakenRow]:
        """List what was taken from stock for tickets, the newest first, with what it cost.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = (
            row
            for row in tables.taken(tx, costs=self.desk.may(Capability.MONEY))
            if (ticket is None or ticket in (row.ticket, row.ticket_ref))
            and not (held and row.returned >= row.quantity)
        )
        return piece(Page(tuple(found)), TakenRow, by="-write", sort=sort, after=after, limit=limit)

    report = dashboard(
        "parts.report",
        "Parts",
        (
            Figures("Now", KPIS),
            Table("Below the minimum", stock, {"below_minimum": True}),
            Table("Taken and not given back", taken, {"held": True}),
        ),
        about="Show what is missing on the shelf, what lies there, and what tickets have taken.",
    )


def _text(shelf: tables.Shelf) -> str:
    part = shelf.part
    numbers = (part.name, part.manufacturer, part.manufacturer_part_number, part.number, part.upc, part.external_id)
    serials = (level.serial_number for level in shelf.levels)
    return " ".join(filter(None, (*numbers, *serials))).casefold()
