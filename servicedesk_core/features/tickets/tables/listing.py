"""Lists of tickets by filter, page by page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_

from servicedesk_core.errors import CursorError
from servicedesk_core.faces import Page
from servicedesk_core.features.tickets.model import TicketFilter, TicketRow
from servicedesk_core.features.tickets.tables.filtering import conditions, in_scope
from servicedesk_core.features.tickets.tables.rows import rows_of, rows_query
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_MOST = 1000


def ticket_page(
    tx: Connection,
    chosen: TicketFilter | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
    oldest_first: bool = False,
    scope: Scope | None = None,
) -> Page[TicketRow]:
    """Return tickets by creation, the newest first unless asked otherwise.

    Args:
        tx: Any transaction.
        chosen: Which ones; those that are open unless it says otherwise.
        after: ``next`` of the page before, in the same order.
        limit: At most so many, up to 1,000.
        oldest_first: The oldest first.
        scope: Only what it lets through.

    Raises:
        CursorError: ``after`` is not a position of this list.
        NotFoundLocallyError: There is no such connection.
    """
    chosen = chosen or TicketFilter()
    limit = max(1, min(limit, _MOST))
    created, local_id = _position(after)
    wanted = [*conditions(tx, chosen), *in_scope(tx, scope)]
    found: list[Any] = []
    if after is None or created is not None:  # two queries, so that both databases can walk the index
        order = (_T.created_at, _T.local_id) if oldest_first else (_T.created_at.desc(), _T.local_id.desc())
        dated = [*wanted, _T.created_at.is_not(None)]
        if created is not None:
            at, place = (_T.created_at, _T.local_id), (created, local_id)
            dated.append(tuple_(*at) > place if oldest_first else tuple_(*at) < place)
        found += _first(tx, dated, order, limit + 1)
        local_id = None
    if len(found) <= limit:
        undated = [*wanted, _T.created_at.is_(None)]
        if local_id is not None:
            undated.append(_T.local_id < local_id)
        found += _first(tx, undated, (_T.local_id.desc(),), limit + 1 - len(found))
    rows = rows_of(tx, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return Page(rows, None if last is None else f"{last.created_at or ''}:{last.local_id}")


def _first(tx: Connection, wanted: Sequence[Any], order: Sequence[Any], limit: int) -> Sequence[Row[Any]]:
    """Return the first rows in an order: found in an index alone, so that no row that is passed over is read."""
    ids = select(_T.local_id).where(*wanted).order_by(*order).limit(limit)
    return tx.execute(rows_query().where(_T.local_id.in_(ids)).order_by(*order)).all()


def count(tx: Connection, chosen: TicketFilter | None = None, *, scope: Scope | None = None) -> int:
    """Return how many tickets a filter, and a scope if there is one, let through."""
    wanted = (*conditions(tx, chosen or TicketFilter()), *in_scope(tx, scope))
    query = select(func.count()).select_from(RECORDS["tickets"]).where(*wanted)
    return tx.execute(query).scalar_one()


def count_by_technician(
    tx: Connection, chosen: TicketFilter | None = None, *, scope: Scope | None = None
) -> tuple[int, ...]:
    """Return how many tickets each technician has of those that a filter, and a scope if there is one, let through."""
    wanted = (*conditions(tx, chosen or TicketFilter()), *in_scope(tx, scope), _T.assignee_ref.is_not(None))
    query = select(func.count()).where(*wanted).group_by(_T.source_id, _T.assignee_ref)
    return tuple(tx.execute(query).scalars())


def _position(after: str | None) -> tuple[int | None, int | None]:
    if after is None:
        return None, None
    created, _, local_id = after.partition(":")
    try:
        return int(created) if created else None, int(local_id)
    except ValueError:
        message = "The position in the list is not understood."
        raise CursorError(message, hint="Start again at the first page.") from None
