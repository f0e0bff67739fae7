"""Lists of tickets by filter, page by page."""

from datetime import datetime
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, func, select

from servicedesk_core.faces import Page
from servicedesk_core.features.tickets.model import TicketFilter, TicketRow
from servicedesk_core.features.tickets.tables.filtering import conditions
from servicedesk_core.features.tickets.tables.rows import rows_of, rows_query
from servicedesk_core.features.tickets.tables.sorting import COLUMNS
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c

NEWEST_FIRST: Final = "-created_at,-local_id"
OLDEST_FIRST: Final = "created_at,local_id"


def ticket_page(
    tx: Connection,
    chosen: TicketFilter | None = None,
    *,
    by: str = NEWEST_FIRST,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 50,
    scope: Scope | None = None,
    at: datetime | None = None,
) -> Page[TicketRow]:
    """Return a page of tickets.

    Args:
        tx: Any transaction.
        chosen: Which ones; those that are open unless it says otherwise.
        by: The order of what ``sort`` leaves equal.
        sort: Columns to order by, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.
        scope: Only what it lets through.
        at: See :func:`servicedesk_core.features.tickets.tables.filtering.conditions`.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
        NotFoundLocallyError: There is no such connection.
    """
    ids = select(_T.local_id).where(*conditions(tx, chosen or TicketFilter(), scope, at=at))
    found, more = page_of(tx, rows_query(), COLUMNS, tuple, ids=ids, by=by, sort=sort, after=after, limit=limit)
    return Page(rows_of(tx, found), more)


def oldest(tx: Connection, chosen: TicketFilter, limit: int, scope: Scope | None = None) -> tuple[int, ...]:
    """Return the desk's own numbers of at most so many tickets, the oldest first; raises like :func:`ticket_page`."""
    query = select(_T.local_id).where(*conditions(tx, chosen, scope))
    found, _ = page_of(tx, query, COLUMNS, itemgetter(0), by=OLDEST_FIRST, sort=None, after=None, limit=limit)
    return found


def count(
    tx: Connection, chosen: TicketFilter | None = None, *, scope: Scope | None = None, at: datetime | None = None
) -> int:
    """Return how many tickets a filter, and a scope if there is one, let through."""
    wanted = conditions(tx, chosen or TicketFilter(), scope, at=at)
    query = select(func.count()).select_from(RECORDS["tickets"]).where(*wanted)
    return tx.execute(query).scalar_one()


def count_by_technician(
    tx: Connection, chosen: TicketFilter | None = None, *, scope: Scope | None = None, at: datetime | None = None
) -> tuple[int, ...]:
    """Return how many tickets each technician has of those that a filter, and a scope if there is one, let through."""
    wanted = (*conditions(tx, chosen or TicketFilter(), scope, at=at), _T.assignee_ref.is_not(None))
    query = select(func.count()).where(*wanted).group_by(_T.source_id, _T.assignee_ref)
    return tuple(tx.execute(query).scalars())
