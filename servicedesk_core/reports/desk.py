"""The desk page: what is open, whose it is, how old it is, and how far the data can be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from servicedesk_core.features.desk_page.queries import DeskNumbers, desk_numbers
from servicedesk_core.features.tickets.kpis import MANY_TICKETS, WATCHED
from servicedesk_core.features.tickets.model import TicketFilter, TicketRow
from servicedesk_core.features.tickets.tables import listing
from servicedesk_core.store.queries.scope import Scope

TICKETS_ON_PAGE = 2_000
"""Ticket rows below the figures; the figures count all of them, whatever the page shows."""

TICKETS_IN_LIST = 50
"""Ticket rows of each list."""


@dataclass(frozen=True, slots=True)
class WatchList:
    """Tickets that somebody should look at.

    Attributes:
        id: Stable name.
        title: For people.
        definition: What exactly is counted.
        chosen: The filter that lists exactly these tickets.
        count: How many.
        tickets: The first of them, the oldest first.
        command: The command that lists all of them.
    """

    id: str
    title: str
    definition: str
    chosen: TicketFilter
    count: int
    tickets: tuple[TicketRow, ...]
    command: str


@dataclass(frozen=True, slots=True)
class DeskReport:
    """The desk page.

    Attributes:
        desk: Name of the desk.
        timezone: IANA zone that dates are shown in.
        numbers: What is counted, with the completeness and age of the data.
        watch: The lists.
        tickets: Open tickets, the oldest first, at most :data:`TICKETS_ON_PAGE`.
    """

    desk: str
    timezone: str
    numbers: DeskNumbers
    watch: tuple[WatchList, ...]
    tickets: tuple[TicketRow, ...]

    @property
    def overloaded(self) -> str:
        """What is said of technicians with too many open tickets."""
        return f"Technicians with more than {MANY_TICKETS} open tickets"

    @property
    def quarantined(self) -> int:
        """Records that could not be understood and are missing from every number."""
        return sum(stream.quarantined for stream in self.numbers.completeness)

    @property
    def unmapped(self) -> int:
        """Open tickets whose status the configuration gives no meaning; they are counted as open."""
        return sum(f.count for f in self.numbers.by_status if f.tickets is not None and f.tickets.unmapped_status)


def build(
    tx: Connection,
    *,
    desk: str,
    timezone: str,
    now: datetime,
    connection: str | None = None,
    scope: Scope | None = None,
) -> DeskReport:
    """Build the desk page from the store.

    Args:
        tx: Any transaction; one transaction gives numbers and lists of one instant.
        desk: Name of the desk.
        timezone: IANA zone for dates.
        now: The instant that ages and dues are measured against.
        connection: Only this connection.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    numbers = desk_numbers(tx, now, connection, scope=scope)
    return DeskReport(
        desk=desk,
        timezone=timezone,
        numbers=numbers,
        watch=tuple(_watch(tx, numbers, scope)),
        tickets=_oldest(tx, TicketFilter(connection=connection), TICKETS_ON_PAGE, scope),
    )


def _watch(tx: Connection, numbers: DeskNumbers, scope: Scope | None) -> Iterator[WatchList]:
    for kpi in WATCHED:
        figure = numbers.watched[kpi.name]
        chosen = figure.tickets or TicketFilter()
        rows = _oldest(tx, chosen, TICKETS_IN_LIST, scope)
        command = f"servicedesk tickets list --watch {kpi.name}"
        yield WatchList(kpi.name, kpi.title, kpi.about, chosen, figure.count, rows, command)


def _oldest(tx: Connection, chosen: TicketFilter, limit: int, scope: Scope | None) -> tuple[TicketRow, ...]:
    rows: tuple[TicketRow, ...] = ()
    after: str | None = None
    while len(rows) < limit:
        most = min(1_000, limit - len(rows))
        page = listing.list(tx, chosen, after=after, limit=most, oldest_first=True, scope=scope)
        rows += page.items
        after = page.next
        if after is None:
            break
    return rows
