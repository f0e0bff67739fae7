"""Claims in lists."""

from datetime import date
from typing import Final

from sqlalchemy import Connection, func, select

from servicedesk_core.features.claims.model import ClaimFilter, ClaimRow
from servicedesk_core.features.claims.tables.filtering import OPEN_RETURNS, conditions, joined
from servicedesk_core.features.claims.tables.stored import shown_state
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, claim_returns, claims, outbox

_T, _C, _OF = RECORDS["tickets"].c, RECORDS["companies"].c, claims.c
_STATE: Final = 10
"""Where the state stands in a row; behind the row's own columns stands the state of the write."""
_DUE = (
    select(func.min(claim_returns.c.due_on))
    .where(claim_returns.c.claim == _OF.id, claim_returns.c.state.in_(OPEN_RETURNS))
    .scalar_subquery()
)
_QUERY = select(
    *(_OF.id, _OF.claim_id, _OF.maker, _OF.connection, _OF.by_hand, _OF.ref),
    func.coalesce(func.nullif(_T.number, ""), _OF.ticket_ref),
    *(_OF.company_ref, _C.name, _OF.serial_number, _OF.state, _OF.vendor_status, _OF.state_since, _OF.created_at),
    *(_OF.submitted_at, _OF.polled_at, _OF.filing_due_on, _DUE, _OF.denial_count, _OF.poll_problem),
    outbox.c.state,
).select_from(joined())


def rows(
    tx: Connection,
    chosen: ClaimFilter,
    today: date,
    *,
    scope: Scope | None = None,
    before: int = 0,
    limit: int | None = None,
) -> tuple[ClaimRow, ...]:
    """Return claims, the newest first.

    Args:
        tx: A transaction.
        chosen: Which.
        today: The date where the desk is.
        scope: Only what it lets through.
        before: Only those with a smaller number; 0 = all.
        limit: At most so many.
    """
    query = _QUERY.where(*conditions(tx, chosen, today, scope))
    if before:
        query = query.where(_OF.id < before)
    return tuple(
        ClaimRow(*row[:_STATE], shown_state(row[_STATE], row[-1]), *row[_STATE + 1 : -1])
        for row in tx.execute(query.order_by(_OF.id.desc()).limit(limit))
    )


def row_of(tx: Connection, number: int) -> ClaimRow:
    """Return one claim as lists show it, by the desk's own number."""
    return rows(tx, ClaimFilter(ids=(number,), everything=True), date.min)[0]
