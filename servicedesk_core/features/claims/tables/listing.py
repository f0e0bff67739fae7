"""Claims in lists."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.claims.tables.filtering import OPEN_RETURNS, ClaimFilter, conditions, joined
from servicedesk_core.features.claims.tables.stored import shown_state
from servicedesk_core.store.schema import RECORDS, claim_returns, claims, outbox

_T, _C = RECORDS["tickets"].c, RECORDS["companies"].c


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list.

    Attributes:
        id: The desk's own number.
        claim_id: Our id of the claim.
        maker: The manufacturer.
        connection: Connection to it.
        by_hand: Whether a person sends it.
        serial_number: The device.
        ticket_number: The ticket.
        company_ref: The vendor's id of the client.
        company: Its name.
        state: Where it stands.
        vendor_status: The manufacturer's word.
        ref: The manufacturer's id.
        state_since: Since when it stands there.
        created_at: When it was drafted.
        submitted_at: When the manufacturer had it.
        polled_at: When it was last asked after.
        poll_problem: Why the last look brought nothing.
        filing_due_on: Last day on which it may arrive.
        return_due_on: Earliest day by which a part must be back.
        denial_count: How often it was denied.
    """

    id: int
    claim_id: str
    maker: str
    connection: str | None
    by_hand: bool
    serial_number: str
    ticket_number: str | None
    company_ref: str | None
    company: str | None
    state: ClaimState
    vendor_status: str | None
    ref: str | None
    state_since: datetime
    created_at: datetime
    submitted_at: datetime | None
    polled_at: datetime | None
    poll_problem: str | None
    filing_due_on: date | None
    return_due_on: date | None
    denial_count: int


def rows(tx: Connection, chosen: ClaimFilter, *, limit: int | None = None) -> tuple[ClaimRow, ...]:
    """Return claims, the newest first.

    Args:
        tx: A transaction.
        chosen: Which.
        limit: At most so many.
    """
    due = (
        select(func.min(claim_returns.c.due_on))
        .where(claim_returns.c.claim == claims.c.id, claim_returns.c.state.in_(OPEN_RETURNS))
        .scalar_subquery()
    )
    c = claims.c
    own = (
        *(c.id, c.claim_id, c.maker, c.connection, c.by_hand, c.serial_number, c.company_ref, c.vendor_status, c.ref),
        *(c.state_since, c.created_at, c.submitted_at, c.polled_at, c.poll_problem, c.filing_due_on, c.denial_count),
    )
    query = (
        select(
            *own,
            c.state,
            outbox.c.state.label("write_state"),
            func.coalesce(func.nullif(_T.number, ""), c.ticket_ref).label("ticket_number"),
            _C.name.label("company"),
            due.label("return_due_on"),
        )
        .select_from(joined())
        .where(*conditions(tx, chosen))
        .order_by(c.id.desc())
    )
    return tuple(_row(**row) for row in tx.execute(query.limit(limit)).mappings())


def _row(*, state: ClaimState, write_state: WriteState | None, **shown: Any) -> ClaimRow:
    return ClaimRow(state=shown_state(state, write_state), **shown)
