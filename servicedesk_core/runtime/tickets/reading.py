"""Tickets in the store, for programs and for the command line."""

from servicedesk_core.runtime.tickets.naming import check_names
from servicedesk_core.store import Store
from servicedesk_core.store.queries import tickets
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.queries.tickets import TicketDetail, TicketFilter, TicketPage


class Tickets:
    """The tickets of a desk."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list(
        self,
        chosen: TicketFilter | None = None,
        *,
        after: str | None = None,
        limit: int = 50,
        oldest_first: bool = False,
        scope: Scope | None = None,
    ) -> TicketPage:
        """Return tickets page by page, the newest first unless told otherwise.

        Args:
            chosen: Which; ``None`` = all that the vendor still has.
            after: ``next`` of the page before.
            limit: At most so many, up to 1,000.
            oldest_first: Turn the order round.
            scope: Only what it lets through.

        Raises:
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        return await self._store.read(
            lambda tx: tickets.list(tx, chosen, after=after, limit=limit, oldest_first=oldest_first, scope=scope)
        )

    async def count(self, chosen: TicketFilter | None = None, *, scope: Scope | None = None) -> int:
        """Return how many tickets a filter, and a scope if there is one, let through."""
        return await self._store.read(lambda tx: tickets.count(tx, chosen, scope=scope))

    async def check(self, chosen: TicketFilter) -> None:
        """Make sure that what a filter names is there, so that a slip of the pen does not look like an empty list.

        It is for the people of the desk: the nearest name may be that of any client.

        Args:
            chosen: The filter.

        Raises:
            NotFoundLocallyError: No connection has a queue, technician or client of that name; with the nearest one.
        """
        await self._store.read(lambda tx: check_names(tx, chosen))

    async def get(self, ticket: str, *, connection: str | None = None, scope: Scope | None = None) -> TicketDetail:
        """Return one ticket with everything that hangs on it, private notes too.

        Args:
            ticket: The vendor's id, or the number.
            connection: Where it is; ``None`` = anywhere.
            scope: The ticket must be in it; references that lead out of it are left out.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
        """
        return await self._store.read(lambda tx: tickets.get(tx, connection, ticket, scope=scope))
