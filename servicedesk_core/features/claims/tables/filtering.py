"""Which claims a list or a number is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from servicedesk_core.arguments import strict
from servicedesk_core.domain.warranty import ClaimState, ReturnState
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.ownership import own_claims
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, claim_returns, claims, outbox

_T, _C = RECORDS["tickets"].c, RECORDS["companies"].c

OPEN_RETURNS = (ReturnState.DUE, ReturnState.IN_TRANSIT, ReturnState.PARTLY_RECEIVED, ReturnState.OVERDUE)
"""Parts that the manufacturer still waits for."""


@strict
@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims; what is ``None`` or empty does not restrict.

    Attributes:
        ids: Only these, by the desk's own numbers.
        only_open: Only those of which something is still expected.
        states: Where they stand.
        maker: The manufacturer, in any spelling.
        connection: Connection to the manufacturer.
        company: Client, by id or name.
        ticket: Ticket, by id or number.
        created_since: Drafted at or after.
        created_before: Drafted before.
        overdue_on: Only those with a part that was due back before this day.
        scope: Only what it lets through; see :func:`servicedesk_core.store.queries.ownership.own_claims`.
    """

    ids: tuple[int, ...] = ()
    only_open: bool = False
    states: tuple[ClaimState, ...] = ()
    maker: str | None = None
    connection: str | None = None
    company: str | None = None
    ticket: str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    overdue_on: date | None = None
    scope: Scope | None = None


def joined() -> FromClause:
    """Return the claims with the writes that send them, their tickets and their clients."""
    return (
        claims.outerjoin(outbox, outbox.c.id == claims.c.sent_as)
        .outerjoin(
            RECORDS["tickets"], (_T.source_id == claims.c.ticket_source_id) & (_T.external_id == claims.c.ticket_ref)
        )
        .outerjoin(
            RECORDS["companies"],
            (_C.source_id == claims.c.ticket_source_id) & (_C.external_id == claims.c.company_ref),
        )
    )


def conditions(tx: Connection, chosen: ClaimFilter) -> list[ColumnElement[bool]]:
    """Return what is true of the rows of :func:`joined` that a filter lets through."""
    found: list[ColumnElement[bool]] = []
    if chosen.scope is not None:
        found.append(own_claims(Sight(tx, chosen.scope)))
    if chosen.ids:
        found.append(claims.c.id.in_(chosen.ids))
    if chosen.only_open:
        found.append(claims.c.is_open)
    if chosen.states:
        found.append(_in_states(chosen.states))
    if chosen.maker is not None:
        names = {chosen.maker.lower(), maker_name(chosen.maker).lower()}
        found.append(func.lower(claims.c.maker).in_(sorted(names)))
    if chosen.connection is not None:
        found.append(claims.c.connection == chosen.connection)
    if chosen.company is not None:
        found.append(refers(tx, claims.c.ticket_source_id, claims.c.company_ref, "companies", chosen.company))
    if chosen.ticket is not None:
        found.append(or_(claims.c.ticket_ref == chosen.ticket, _T.number == chosen.ticket))
    if chosen.created_since is not None:
        found.append(claims.c.created_at >= chosen.created_since)
    if chosen.created_before is not None:
        found.append(claims.c.created_at < chosen.created_before)
    if chosen.overdue_on is not None:
        late = select(claim_returns.c.claim).where(claim_returns.c.claim == claims.c.id, is_overdue(chosen.overdue_on))
        found.append(late.exists())
    return found


def is_overdue(today: date) -> ColumnElement[bool]:
    """Return what is true of the rows of defective parts that should have been back by a day; that day is in time."""
    late = and_(claim_returns.c.state.in_(OPEN_RETURNS), claim_returns.c.due_on < today)
    return or_(claim_returns.c.state == ReturnState.OVERDUE, late)


def _in_states(states: Sequence[ClaimState]) -> ColumnElement[bool]:
    """Return the condition for where claims are shown to stand, with what their writes say."""
    underway = ("proposed", "queued", "sending")
    write = outbox.c.state
    told = or_(write.is_(None), write.not_in((*underway, "in_doubt")))
    parts = [and_(claims.c.state.in_(states), told)]
    if ClaimState.SUBMITTING in states:
        parts.append(write.in_(underway))
    if ClaimState.IN_DOUBT in states:
        parts.append(write == "in_doubt")
    return or_(*parts)
