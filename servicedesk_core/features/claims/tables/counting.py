"""Claims in numbers: where they stand and how old they are, how much was approved, what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, select, type_coerce

from servicedesk_core.domain.warranty import ClaimState, CreditKind, CreditState
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.features.claims.tables.filtering import conditions, is_overdue, joined
from servicedesk_core.features.claims.tables.projecting import AGREED
from servicedesk_core.features.claims.tables.stored import shown_state
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import claim_credits, claim_returns, claims, outbox

AGES_DAYS = (7, 30, 90)
"""Ages of open claims are counted up to each of these, and beyond the last."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many claims stand in a state, by age.

    Attributes:
        state: The state.
        count: How many.
        by_age: How many are up to 7, 30 and 90 days old, and older.
    """

    state: ClaimState
    count: int
    by_age: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Recovered:
    """Money of one month, manufacturer and currency; amounts in different currencies are never added up.

    Attributes:
        month: ``YYYY-MM``, of the day on which the manufacturer agreed.
        manufacturer: The manufacturer.
        currency: ISO 4217 code.
        approved: What it agreed to, fees taken off.
        issued: What of it was issued, fees taken off.
        fees: What it charged.
        claims: How many claims.
    """

    month: str
    manufacturer: str
    currency: str
    approved: Decimal
    issued: Decimal
    fees: Decimal
    claims: int


@dataclass(frozen=True, slots=True)
class ClaimNumbers:
    """The numbers of the warranty report.

    Attributes:
        states: Claims by state and age, in the order of a claim's life; only states that occur.
        submitted: Claims that a manufacturer has or had.
        approved: Of these, how many were approved, also in part.
        denied: How many stand denied or rejected.
        undecided: The rest: waiting, withdrawn, or closed before anybody saw a decision.
        approval_rate: Approved over approved and denied; ``None`` when nothing was decided.
        recovered: Money by month, manufacturer and currency.
        overdue_parts: Parts that should have been back.
    """

    states: tuple[StateCount, ...]
    submitted: int
    approved: int
    denied: int
    undecided: int
    approval_rate: float | None
    recovered: tuple[Recovered, ...]
    overdue_parts: int


def numbers(tx: Connection, chosen: ClaimFilter, now: datetime, scope: Scope | None = None) -> ClaimNumbers:
    """Return the numbers of the warranty report.

    Args:
        tx: A transaction.
        chosen: Which claims.
        now: Ages are counted up to it, in the desk's time zone.
        scope: Only what it lets through.
    """
    where = conditions(tx, chosen, now.date(), scope)
    decided = select(
        func.count().filter(claims.c.submitted_at.is_not(None)),
        func.count().filter(claims.c.is_approved.is_(True)),
        func.count().filter(claims.c.is_approved.is_(False)),
    )
    submitted, approved, denied = tx.execute(decided.select_from(joined()).where(*where)).one()
    return ClaimNumbers(
        states=_states(tx, where, now),
        submitted=submitted,
        approved=approved,
        denied=denied,
        undecided=submitted - approved - denied,
        approval_rate=approved / (approved + denied) if approved + denied else None,
        recovered=_recovered(tx, where),
        overdue_parts=_overdue(tx, where, now.date()),
    )


def _states(tx: Connection, where: Sequence[ColumnElement[bool]], now: datetime) -> tuple[StateCount, ...]:
    edges = [now - timedelta(days=days) for days in AGES_DAYS]
    age = case(*((claims.c.created_at >= edge, at) for at, edge in enumerate(edges)), else_=len(edges))
    query = (
        select(claims.c.state, outbox.c.state, age.label("age"), func.count())
        .select_from(joined())
        .where(*where)
        .group_by(claims.c.state, outbox.c.state, age)
    )
    found: dict[ClaimState, list[int]] = {}
    for state, write_state, at, count in tx.execute(query):
        found.setdefault(shown_state(state, write_state), [0] * (len(edges) + 1))[at] += count
    return tuple(
        StateCount(state, sum(ages), (ages[0], ages[1], ages[2], ages[3]))
        for state in ClaimState
        if (ages := found.get(state))
    )


def _recovered(tx: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[Recovered, ...]:
    month = func.substr(claim_credits.c.approved_on, 1, 7)
    fee = claim_credits.c.kind == CreditKind.FEE
    micro = type_coerce(claim_credits.c.approved, BigInteger)  # summed as what is stored
    signed = case((fee, -func.abs(micro)), else_=micro)
    issued = claim_credits.c.state == CreditState.ISSUED
    query = (
        select(
            month,
            claims.c.manufacturer,
            claim_credits.c.currency,
            func.coalesce(func.sum(signed), 0),
            func.coalesce(func.sum(signed).filter(issued), 0),
            func.coalesce(func.sum(func.abs(micro)).filter(fee), 0),
            func.count(claims.c.id.distinct()),
        )
        .select_from(joined().join(claim_credits, claim_credits.c.claim == claims.c.id))
        .where(
            *where,
            ~claims.c.credits_to_client,
            claim_credits.c.state.in_(AGREED),
            claim_credits.c.approved.is_not(None),
        )
        .group_by(month, claims.c.manufacturer, claim_credits.c.currency)
        .order_by(month, claims.c.manufacturer, claim_credits.c.currency)
    )
    return tuple(
        Recovered(at, manufacturer, currency, from_micro(int(a)), from_micro(int(i)), from_micro(int(f)), count)
        for at, manufacturer, currency, a, i, f, count in tx.execute(query)
    )


def _overdue(tx: Connection, where: Sequence[ColumnElement[bool]], today: date) -> int:
    query = (
        select(func.count())
        .select_from(joined().join(claim_returns, claim_returns.c.claim == claims.c.id))
        .where(*where, is_overdue(today))
    )
    return tx.execute(query).scalar_one()
