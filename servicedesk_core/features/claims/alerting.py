"""What is wrong with claims now, for the alert channels: told once when it begins and once when it is over.

A claim in doubt is a write in doubt, and told as such.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection as Tx
from sqlalchemy import func, select

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState
from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.claims.tables.filtering import OPEN_RETURNS, is_overdue
from servicedesk_core.features.claims.tables.following import NOT_KNOWN
from servicedesk_core.store.schema import claim_events, claim_returns, claims

_C = claims.c
_OVER = (ClaimState.CANCELLED.value, ClaimState.REJECTED.value)


def conditions(watch: Watch) -> list[Condition]:
    """Return everything about claims that somebody should look at."""
    tx, today = watch.tx, watch.today
    notice = timedelta(days=watch.desk.settings.claims.return_notice_days)
    soon = _due_soon(tx, today, today + notice)
    return [*_waiting_for_us(tx), *soon, *_overdue(tx, today), *_not_understood(tx), *_not_known(tx)]


def _waiting_for_us(tx: Tx) -> Iterator[Condition]:
    waiting = (ClaimState.DENIED.value, ClaimState.INFO_REQUIRED.value)
    query = select(_C.claim_id, _C.manufacturer, _C.state, _C.denial_count).where(_C.is_open, _C.state.in_(waiting))
    for claim_id, manufacturer, state, count in tx.execute(query.where(_C.sent_as.is_(None)).order_by(_C.id)):
        if state == ClaimState.DENIED:
            times = f", {count} times by now" if count > 1 else ""
            problem = f"Claim {claim_id} was denied by {manufacturer}{times}."
            hint = f"servicedesk claims show {claim_id} says why; correct it and resubmit it, or cancel it."
            yield Condition(f"claim:{claim_id}/denied/{count}", "denied", problem, hint)
        else:
            problem = f"{manufacturer} asks for more about claim {claim_id}."
            hint = f"servicedesk claims show {claim_id}, then answer with claims note or claims attach --send."
            yield Condition(f"claim:{claim_id}/asked", "asked", problem, hint)


def _due_soon(tx: Tx, today: date, until: date) -> Iterator[Condition]:
    """Tell of parts that must be back within the notice, with what is charged else."""
    r = claim_returns.c
    query = (
        select(_C.claim_id, _C.manufacturer, r.number, r.due_on, r.charge, r.currency)
        .join(claim_returns, r.claim == _C.id)
        .where(r.state.in_(OPEN_RETURNS), r.due_on >= today, r.due_on <= until, _C.state.not_in(_OVER))
        .order_by(_C.id, r.number)
    )
    for claim_id, manufacturer, number, due_on, charge, currency in tx.execute(query):
        yield Condition(
            f"claim:{claim_id}/part/{number}/due",
            "due",
            f"A defective part of claim {claim_id} must be back at {manufacturer} by {due_on}"
            f"{_else(charge, currency)}.",
            f"Send it back; when it is there: servicedesk claims record {claim_id} --returned",
        )


def _else(charge: Decimal | None, currency: str | None) -> str:
    if charge is None:
        return ""
    return f", else {' '.join(filter(None, (f'{in_cents(charge, currency)}', currency)))} are charged"


def _overdue(tx: Tx, today: date) -> Iterator[Condition]:
    r = claim_returns.c
    query = (
        select(_C.claim_id, _C.manufacturer, r.number, r.due_on, r.charge, r.currency)
        .join(claim_returns, claim_returns.c.claim == _C.id)
        .where(is_overdue(today), _C.state.not_in(_OVER))
        .order_by(_C.id, claim_returns.c.number)
    )
    for claim_id, manufacturer, number, due_on, charge, currency in tx.execute(query):
        due = f"was due back at {manufacturer} on {due_on}" if due_on else f"should be back at {manufacturer}"
        due += _else(charge, currency)
        yield Condition(
            f"claim:{claim_id}/part/{number}",
            "overdue",
            f"A defective part of claim {claim_id} {due}.",
            f"Send it back before it is charged; when it is back: servicedesk claims record {claim_id} --returned",
        )


def _not_understood(tx: Tx) -> Iterator[Condition]:
    """Tell of the newest word of the manufacturer where it means nothing here, or leads back."""
    e = claim_events.c
    kinds = (ClaimEventKind.UNKNOWN_STATUS.value, ClaimEventKind.WENT_BACK.value)
    steps = (*kinds, ClaimEventKind.STATE.value, ClaimEventKind.VENDOR_STATUS.value, ClaimEventKind.RECORDED.value)
    newest = select(func.max(e.id)).where(e.claim == _C.id, e.kind.in_(steps)).correlate(claims).scalar_subquery()
    query = (
        select(_C.claim_id, _C.manufacturer, _C.vendor_status, e.kind)
        .join(claim_events, e.id == newest)
        .where(_C.is_open, _C.submitted_at.is_not(None), e.kind.in_(kinds))
        .order_by(_C.id)
    )
    for claim_id, manufacturer, word, kind in tx.execute(query):
        said = f' "{word}"' if word else " something"
        what = "leads back" if kind == ClaimEventKind.WENT_BACK else "means nothing here"
        yield Condition(
            f"claim:{claim_id}/word",
            "not_understood",
            f"{manufacturer} says{said} of claim {claim_id}, which {what}; the claim stays as it was.",
            f"Look at the manufacturer, then say where it stands: servicedesk claims record {claim_id} --status …",
        )


def _not_known(tx: Tx) -> Iterator[Condition]:
    query = select(_C.claim_id, _C.manufacturer, _C.ref).where(_C.is_open, _C.poll_problem == NOT_KNOWN).order_by(_C.id)
    for claim_id, manufacturer, ref in tx.execute(query):
        yield Condition(
            f"claim:{claim_id}/unknown",
            "not_found",
            f"{manufacturer} does not know claim {claim_id} by its id {ref}.",
            f"Look for it at the manufacturer: servicedesk claims show {claim_id}",
        )
