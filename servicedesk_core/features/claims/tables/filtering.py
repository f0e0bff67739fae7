"""Which claims a list or a number is about."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from servicedesk_core.domain.warranty import ClaimState, ReturnState
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial
from servicedesk_core.features.claims.model import ClaimFilter, Turn
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.ownership import own_claims
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, claim_returns, claims, outbox, sources

_T, _C = RECORDS["tickets"].c, RECORDS["companies"].c

OPEN_RETURNS = (ReturnState.DUE, ReturnState.IN_TRANSIT, ReturnState.PARTLY_RECEIVED, ReturnState.OVERDUE)
"""Parts that the manufacturer still waits for."""

_S = ClaimState
_OURS = (
    _S.DRAFT, _S.VALIDATED, _S.SUBMITTING, _S.IN_DOUBT, _S.INFO_REQUIRED, _S.DENIED, _S.AWAITING_RETURN,
)  # fmt: skip
TURNS: Final = {
    Turn.US: _OURS,
    Turn.MAKER: tuple(state for state in ClaimState if state not in _OURS and not state.is_final),
}
"""In which states claims wait for whom."""


def turn_of(state: ClaimState) -> Turn | None:
    """Return for whom a claim waits that is shown to stand somewhere; ``None`` = it is over."""
    return next((turn for turn, states in TURNS.items() if state in states), None)


def joined() -> FromClause:
    """Return the claims with the writes that send them, their tickets and their clients."""
    return (
        claims.outerjoin(outbox, outbox.c.id == claims.c.sent_as)
        .outerjoin(sources, sources.c.id == claims.c.ticket_source_id)
        .outerjoin(
            RECORDS["tickets"], (_T.source_id == claims.c.ticket_source_id) & (_T.external_id == claims.c.ticket_ref)
        )
        .outerjoin(
            RECORDS["companies"],
            (_C.source_id == claims.c.ticket_source_id) & (_C.external_id == claims.c.company_ref),
        )
    )


def conditions(
    tx: Connection, chosen: ClaimFilter, today: date, scope: Scope | None = None
) -> list[ColumnElement[bool]]:
    """Return what is true of the rows of :func:`joined` that a filter, and a scope if there is one, let through.

    Args:
        tx: Any transaction.
        chosen: The filter.
        today: The date where the desk is; parts are overdue by it.
        scope: Only what it lets through; see :func:`servicedesk_core.store.queries.ownership.own_claims`.
    """
    found: list[ColumnElement[bool]] = [] if scope is None else [own_claims(Sight(tx, scope))]
    if chosen.ids:
        found.append(claims.c.id.in_(chosen.ids))
    if chosen.serials:
        found.append(func.upper(claims.c.serial_number).in_([normalise_serial(one) for one in chosen.serials]))
    if chosen.only_open:
        found.append(claims.c.is_open)
    if chosen.states:
        found.append(_in_states(chosen.states))
    if chosen.turn is not None:
        found += [claims.c.is_open, _in_states(TURNS[chosen.turn])]
    if chosen.manufacturer:
        found.append(or_(*map(_is_of, chosen.manufacturer)))
    named = ((claims.c.connection, chosen.connection), (sources.c.name, chosen.ticket_connection))
    found += [column == word for column, word in named if word is not None]
    if chosen.company:
        source, client = claims.c.ticket_source_id, claims.c.company_ref
        of_client = refers(tx, source, client, "companies", chosen.company, begins=True, scope=scope)
        found.append(of_client)
    if chosen.ticket is not None:
        found.append(or_(claims.c.ticket_ref == chosen.ticket, _T.number == chosen.ticket))
    if chosen.created_since is not None:
        found.append(claims.c.created_at >= chosen.created_since)
    if chosen.created_before is not None:
        found.append(claims.c.created_at < chosen.created_before)
    if chosen.overdue:
        late = select(claim_returns.c.claim).where(claim_returns.c.claim == claims.c.id, is_overdue(today))
        found.append(late.exists())
    return found


def is_overdue(today: date) -> ColumnElement[bool]:
    """Return what is true of the rows of defective parts that should have been back by a day; that day is in time."""
    late = and_(claim_returns.c.state.in_(OPEN_RETURNS), claim_returns.c.due_on < today)
    return or_(claim_returns.c.state == ReturnState.OVERDUE, late)


def _is_of(maker: str) -> ColumnElement[bool]:
    word, stored = maker.lower(), func.lower(claims.c.manufacturer)
    return or_(stored == maker_name(word).lower(), stored.startswith(word, autoescape=True))


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
