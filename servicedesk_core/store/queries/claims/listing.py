"""Claims in lists."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.store.claims.model import shown_state
from servicedesk_core.store.queries.claims.filtering import OPEN_RETURNS, ClaimFilter, conditions, joined
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
    query = (
        select(
            claims,
            due.label("return_due_on"),
            outbox.c.state.label("write_state"),
            _T.number.label("ticket_number"),
            _C.name.label("company"),
        )
        .select_from(joined())
        .where(*conditions(tx, chosen))
        .order_by(claims.c.id.desc())
    )
    return tuple(
        ClaimRow(
            id=row["id"],
            claim_id=row["claim_id"],
            maker=row["maker"],
            connection=row["connection"],
            by_hand=row["by_hand"],
            serial_number=row["serial_number"],
            ticket_number=row["ticket_number"] or row["ticket_ref"],
            company_ref=row["company_ref"],
            company=row["company"],
            state=shown_state(row["state"], row["write_state"]),
            vendor_status=row["vendor_status"],
            ref=row["ref"],
            state_since=row["state_since"],
            created_at=row["created_at"],
            submitted_at=row["submitted_at"],
            polled_at=row["polled_at"],
            poll_problem=row["poll_problem"],
            filing_due_on=row["filing_due_on"],
            return_due_on=row["return_due_on"],
            denial_count=row["denial_count"],
        )
        for row in tx.execute(query.limit(limit)).mappings()
    )
