"""Claims in lists."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Text, case, func, select, type_coerce

from servicedesk_core.faces import Page
from servicedesk_core.features.claims.model import ClaimFilter, ClaimRow
from servicedesk_core.features.claims.tables.filtering import OPEN_RETURNS, conditions, joined
from servicedesk_core.features.claims.tables.stored import UNDERWAY, shown_state
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.ownership import own_claims
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, claim_returns, claims, outbox, sources

_T, _C, _OF = RECORDS["tickets"].c, RECORDS["companies"].c, claims.c
_STATE: Final = 10
"""Where the state stands in a row."""
_WRITE: Final = len(fields(ClaimRow))
"""Where the state of the write stands: behind the row's own columns."""
_DUE = (
    select(func.min(claim_returns.c.due_on))
    .where(claim_returns.c.claim == _OF.id, claim_returns.c.state.in_(OPEN_RETURNS))
    .scalar_subquery()
)
_QUERY = select(
    *(_OF.id, _OF.claim_id, _OF.manufacturer, _OF.connection, _OF.by_hand, _OF.ref),
    func.coalesce(func.nullif(_T.number, ""), _OF.ticket_ref),
    *(_OF.company_ref, _C.name, _OF.serial_number, _OF.state, _OF.vendor_status, _OF.state_since, _OF.created_at),
    *(_OF.submitted_at, _OF.polled_at, _OF.filing_due_on, _DUE, _OF.denial_count, _OF.poll_problem),
    sources.c.name,
    outbox.c.state,
).select_from(joined())


COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **dict(zip((field.name for field in fields(ClaimRow)), _QUERY.selected_columns, strict=False)),
    "claim": _OF.claim_id,
    "state": case(
        {write.value: state.value for write, state in UNDERWAY.items()},
        value=type_coerce(outbox.c.state, Text),
        else_=type_coerce(_OF.state, Text),
    ),
}
"""What lists can be ordered by, by the names of their columns."""


def page(
    tx: Connection,
    chosen: ClaimFilter,
    today: date,
    *,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 100,
    scope: Scope | None = None,
) -> Page[ClaimRow]:
    """Return a page of claims, the newest first.

    Args:
        tx: A transaction.
        chosen: Which.
        today: The date where the desk is.
        sort: Columns to order by first, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.
        scope: Only what it lets through.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    query = _QUERY.where(*conditions(tx, chosen, today, scope))
    return Page(*page_of(tx, query, COLUMNS, _row, by="-id", sort=sort, after=after, limit=limit))


def rows(tx: Connection, chosen: ClaimFilter, today: date, *, scope: Scope | None = None) -> tuple[ClaimRow, ...]:
    """Return claims as :func:`page` does, all of them."""
    query = _QUERY.where(*conditions(tx, chosen, today, scope)).order_by(_OF.id.desc())
    return tuple(map(_row, tx.execute(query)))


def connections(tx: Connection, scope: Scope) -> frozenset[str]:
    """Return the connections that claims in a scope go over."""
    own = select(_OF.connection).where(own_claims(Sight(tx, scope)), _OF.connection.is_not(None)).distinct()
    return frozenset(tx.execute(own).scalars())


def row_of(tx: Connection, number: int) -> ClaimRow:
    """Return one claim as lists show it, by the desk's own number."""
    return rows(tx, ClaimFilter(ids=(number,), everything=True), date.min)[0]


def _row(row: Sequence[Any]) -> ClaimRow:
    own = list(row[:_WRITE])
    own[_STATE] = shown_state(row[_STATE], row[_WRITE])
    return ClaimRow(*own)
